namespace FastCore.Perf.Channels;

/// <summary>What the process has used up to a moment; the difference of two is what a piece of work cost.</summary>
internal readonly record struct ProcessCost(TimeSpan Processor, long AllocatedBytes, long ContextSwitches)
{
    private const string Tasks = "/proc/self/task";

    internal static ProcessCost Now() =>
        new(Environment.CpuUsage.TotalTime, GC.GetTotalAllocatedBytes(precise: true), ReadContextSwitches());

    public static ProcessCost operator -(ProcessCost after, ProcessCost before) => new(
        after.Processor - before.Processor,
        after.AllocatedBytes - before.AllocatedBytes,
        after.ContextSwitches - before.ContextSwitches);

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
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            // The thread ended between the listing and the read.
            return 0;
        }
    }
}
