using FastCore.Scheduling;

namespace FastCore.Diagnostics;

/// <summary>Writes what the tasks of a program do, where they get into each other's way, and which may wait for ever. By any thread.</summary>
/// <remarks>
/// Schedulers are those in the <see cref="LiveRegistry"/>; waits are known while <see cref="LiveWaits"/> is on; what is queued is told
/// by method while the <see cref="Tracing.Tracer"/> is, else by scheduler.
/// </remarks>
public static class LiveProfile
{
    private const string NotLooking = "Waits that begin now are not known: LiveWaits is off.";

    /// <summary>Tasks by state, method, spawn place and what they wait for: how many, the oldest, and all their ages together.</summary>
    /// <param name="stream">Where to, in UTF-8.</param>
    /// <param name="format">How.</param>
    /// <param name="olderThan">What has waited or run for less is left out.</param>
    public static void WriteTasks(Stream stream, ProfileFormat format, TimeSpan olderThan = default)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ProfileWriter.Write(Tasks(olderThan), stream, format);
    }

    /// <summary>Where there was waiting: see <see cref="LiveWaits.TakeContention"/>. Weights are microseconds.</summary>
    /// <param name="stream">Where to, in UTF-8.</param>
    /// <param name="format">How.</param>
    public static void WriteContention(Stream stream, ProfileFormat format)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ProfileWriter.Write(Contention(), stream, format);
    }

    /// <summary>Waits that nobody may ever end: see <see cref="LiveWaits.FindLeaks"/>.</summary>
    /// <param name="stream">Where to, in UTF-8.</param>
    /// <param name="format">How.</param>
    /// <param name="olderThan">Waits on what is alive are taken for possible leaks when they are older.</param>
    /// <param name="collect">Whether garbage is collected first.</param>
    public static void WriteLeaks(Stream stream, ProfileFormat format, TimeSpan olderThan, bool collect = true)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ProfileWriter.Write(Leaks(olderThan, collect), stream, format);
    }

    private static ProfileSheet Tasks(TimeSpan olderThan)
    {
        IEnumerable<LiveTask> waiting = LiveWaits.Take().Select(static wait => new LiveTask(
            wait.Operation switch { WaitOperation.Blocking => "blocking", WaitOperation.Join => "joining", _ => "waiting" },
            wait.Scheduler, wait.Task, wait.SpawnPlace, wait.Operation == WaitOperation.Blocking ? string.Empty : WaitText.Of(wait.Operation, wait.On, wait.Kind), wait.Age));
        IEnumerable<LiveTask> running = LiveRegistry.Of<Scheduler>().SelectMany(static entry => entry.Target.LookAtRunning()
            .Select(worker => new LiveTask(worker.Activity == WorkerActivity.Away ? "runs on" : "running", entry.Target.Name, worker.Item!, worker.SpawnPlace ?? string.Empty, string.Empty, worker.RunningFor)));
        IEnumerable<ProfileRow> groups = waiting.Concat(running).Where(task => task.Age >= olderThan)
            .GroupBy(static task => task with { Age = default })
            .Select(static tasks => Row(tasks.Key, tasks.Count(), tasks.Max(static task => task.Age), tasks.Sum(static task => task.Age.TotalMilliseconds)))
            .OrderByDescending(static row => (double)row.Cells[2]);
        return new ProfileSheet("tasks", "none", ["state", "count", "oldest_ms", "total_ms", "scheduler", "task", "spawn_place", "waits_for"], Notes(), [.. groups, .. Queued()]);
    }

    /// <remarks>How old they are is not known: an item keeps no time unless it is traced, and then the trace tells their times together.</remarks>
    private static IEnumerable<ProfileRow> Queued()
    {
        TaskLook[] traced = [.. LiveTasks.Take().Where(static task => task.QueuedNow > 0)];
        if (traced.Length > 0) return traced.Select(static task => Row(new LiveTask("queued", string.Empty, task.Name, task.SpawnPlace, string.Empty, default), task.QueuedNow, default, 0));
        return LiveRegistry.Of<Scheduler>().Select(static entry => (entry.Target.Name, entry.Target.Statistics.Queued)).Where(static one => one.Queued > 0)
            .Select(static one => Row(new LiveTask("queued", one.Name, string.Empty, string.Empty, string.Empty, default), one.Queued, default, 0));
    }

    private static ProfileRow Row(LiveTask task, int count, TimeSpan oldest, double total) => new(
        [task.State, count, WaitText.Milliseconds(oldest), Math.Round(total, 3), task.Scheduler, task.Name, task.SpawnPlace, task.WaitsFor],
        Frames(task.Scheduler, task.State, task.SpawnPlace, task.Name, task.WaitsFor), count);

    private static ProfileSheet Contention() => new(
        "contention", "microseconds", ["waits", "waited_ms", "longest_ms", "mean_us", "waiting_now", "operation", "on", "kind", "place"], Notes(),
        [.. LiveWaits.TakeContention().Select(static one => new ProfileRow(
            [one.Waits, WaitText.Milliseconds(one.Waited), WaitText.Milliseconds(one.Longest), one.Waits == 0 ? 0.0 : Math.Round(one.Waited.TotalMicroseconds / one.Waits, 3), one.WaitingNow, WaitText.Of(one.Operation), one.On, one.Kind, one.Place],
            Frames(one.On.Length == 0 ? one.Kind : one.On, WaitText.Of(one.Operation), one.Place), one.Waited.TotalMicroseconds))]);

    private static ProfileSheet Leaks(TimeSpan olderThan, bool collect) => new(
        "leaks", "none", ["reason", "count", "oldest_ms", "operation", "on", "kind", "task", "spawn_place"], Notes(),
        [.. LiveWaits.FindLeaks(olderThan, collect).Select(static leak => new ProfileRow(
            [WaitText.Of(leak.Reason), leak.Count, WaitText.Milliseconds(leak.Oldest), WaitText.Of(leak.Operation), leak.On, leak.Kind, leak.Task, leak.SpawnPlace],
            Frames(WaitText.Of(leak.Reason), leak.SpawnPlace, leak.Task, WaitText.Of(leak.Operation, leak.On, leak.Kind)), leak.Count))]);

    private static string[] Notes() => LiveWaits.IsOn ? [] : [NotLooking];

    private static string[] Frames(params ReadOnlySpan<string> frames)
    {
        var named = new List<string>();
        foreach (string frame in frames)
        {
            if (frame.Length > 0) named.Add(frame);
        }

        return [.. named];
    }

    private sealed record LiveTask(string State, string Scheduler, string Name, string SpawnPlace, string WaitsFor, TimeSpan Age);
}
