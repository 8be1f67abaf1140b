using System.Globalization;

namespace FastCore.Net.Diagnostics;

/// <summary>What the kernel counts of a thread of this process.</summary>
/// <param name="Id">Its number in the kernel.</param>
/// <param name="Name">Its name, of which the kernel keeps 15 bytes.</param>
/// <param name="BusyNanoseconds">How long it has had a processor; null where the kernel does not count it.</param>
/// <param name="QueuedNanoseconds">How long it could have run and had none; null where the kernel does not count it.</param>
/// <param name="AliveNanoseconds">How long it has been there, to a hundredth of a second.</param>
internal readonly record struct ThreadTimes(int Id, string Name, long? BusyNanoseconds, long? QueuedNanoseconds, long AliveNanoseconds)
{
    private const string Folder = "/proc/self/task";
    private const long NanosecondsPerTick = 10_000_000; // /proc counts in hundredths of a second on every Linux.
    private const int StartTimeField = 22;

    /// <summary>All threads; none where there is no /proc.</summary>
    public static IReadOnlyList<ThreadTimes> Take()
    {
        if (!Directory.Exists(Folder)) return [];
        var threads = new List<ThreadTimes>();
        foreach (var folder in Directory.GetDirectories(Folder))
        {
            try
            {
                threads.Add(Read(folder));
            }
            catch (IOException)
            {
                // It has ended since.
            }
        }
        return threads;
    }

    private static ThreadTimes Read(string folder)
    {
        var name = File.ReadAllText($"{folder}/comm").TrimEnd('\n');
        // The name, in brackets, may hold anything; what follows it are numbers.
        var text = File.ReadAllText($"{folder}/stat");
        var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
        var started = Number(fields[StartTimeField - 3]) * NanosecondsPerTick;
        var alive = Math.Max(0, Environment.TickCount64 * 1_000_000 - started);
        var file = $"{folder}/schedstat";
        var times = File.Exists(file) ? File.ReadAllText(file).Split(' ') : null;
        return new ThreadTimes(int.Parse(Path.GetFileName(folder), CultureInfo.InvariantCulture), name, times == null ? null : Number(times[0]), times == null ? null : Number(times[1]), alive);
    }

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}
