namespace FastCore.Perf.Rounds;

/// <summary>What a piece of work cost the process.</summary>
internal readonly record struct ProcessCost(TimeSpan Processor, long AllocatedBytes, long ContextSwitches)
{
    private const string Tasks = "/proc/self/task";

    /// <summary>Begins to count. Counting the switches itself allocates and takes time, so that comes first here and last in <see cref="Since"/>.</summary>
    internal static ProcessCost Begin()
    {
        long switches = ReadContextSwitches();
        TimeSpan processor = Environment.CpuUsage.TotalTime;
        return new ProcessCost(processor, GC.GetTotalAllocatedBytes(precise: true), switches);
    }

    /// <summary>What was spent since <paramref name="begin"/>.</summary>
    internal static ProcessCost Since(in ProcessCost begin)
    {
        long allocated = GC.GetTotalAllocatedBytes(precise: true);
        TimeSpan processor = Environment.CpuUsage.TotalTime;
        // A thread that ended in between took its count along.
        long switches = Math.Max(0, ReadContextSwitches() - begin.ContextSwitches);
        return new ProcessCost(processor - begin.Processor, allocated - begin.AllocatedBytes, switches);
    }

    /// <summary>Voluntary and not, of all threads alive. Zero where the system does not tell.</summary>
    private static long ReadContextSwitches()
    {
        if (!Directory.Exists(Tasks)) return 0;
        long sum = 0;
        foreach (string task in Directory.EnumerateDirectories(Tasks))
        {
            sum += ReadContextSwitches(Path.Combine(task, "status"));
        }

        return sum;
    }

    private static long ReadContextSwitches(string file)
    {
        try
        {
            return File.ReadLines(file)
                .Where(line => line.Contains("ctxt_switches:", StringComparison.Ordinal))
                .Sum(line => long.Parse(line.AsSpan(line.IndexOf(':') + 1).Trim()));
        }
        catch (IOException)
        {
            // The thread ended after the listing: then the file is not there, or can be opened and not read (ESRCH).
            return 0;
        }
    }
}
