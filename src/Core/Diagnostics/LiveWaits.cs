using System.Diagnostics;
using FastCore.Scheduling;

namespace FastCore.Diagnostics;

/// <summary>
/// What waits in this process, for what, and for how long: operations on channels, selects, broadcasts, <see cref="Broadcast.OneShot{T}"/>
/// and <see cref="Broadcast.Watch{T}"/>, blocking calls and joins of schedulers. Known of waits that begin while it is on.
/// Every member may be called from any thread.
/// </summary>
/// <remarks>
/// Off, a wait costs one test of a switch, and an operation that need not wait costs nothing. On, a wait costs two readings of the
/// clock, and the first of each object a record, of some hundred bytes, that lives as long as that. Waits on a <see cref="System.Threading.Tasks.Task"/> that ends none of these, such as a delay, are not seen.
/// </remarks>
public static class LiveWaits
{
    /// <summary>Those who want it on: a program, and each scheduler that tells of long waits.</summary>
    private static int _wanted;

    private static int _isStarted;

    /// <summary>Whether waits that begin now are known.</summary>
    public static bool IsOn => Volatile.Read(ref _wanted) != 0;

    /// <summary>Whether and how many waits were lost: see <see cref="LeakReason.Collected"/>. As far as collections have shown it by now.</summary>
    public static long Lost => WaitRegistry.LostCount;

    /// <summary>Looks at waits from here on. Once is enough.</summary>
    public static void Start()
    {
        if (Interlocked.Exchange(ref _isStarted, 1) == 0) Hold();
    }

    /// <summary>Looks at no more waits; those that are known stay so until they end.</summary>
    public static void Stop()
    {
        if (Interlocked.Exchange(ref _isStarted, 0) != 0) Release();
    }

    /// <summary>What waits, the oldest first.</summary>
    /// <param name="olderThan">What waits for less is left out.</param>
    public static IReadOnlyList<WaitLook> Take(TimeSpan olderThan = default)
    {
        long now = Stopwatch.GetTimestamp();
        return Sort(WaitRegistry.Copy().Select(record => record.Look(now)), olderThan);
    }

    /// <summary>Where there was waiting, by what was waited on and who waited, those that waited for longest together first.</summary>
    public static IReadOnlyList<ContentionLook> TakeContention()
    {
        IEnumerable<ContentionLook> waits = WaitRegistry.Count(Stopwatch.GetTimestamp()).Select(static one => new ContentionLook(
            one.Key.Operation, one.Key.On, one.Key.Kind, one.Key.Place, one.Value.Ended.Count, Time(one.Value.Ended.Ticks), Time(one.Value.Ended.Longest), one.Value.Now));
        IEnumerable<ContentionLook> gates = WaitRegistry.Copy().Select(static record => record.Target).Distinct()
            .GroupBy(static target => (target.Name, target.Kind), static target => (long)target.Contended)
            .Select(static gate => new ContentionLook(WaitOperation.Gate, gate.Key.Name, gate.Key.Kind, string.Empty, gate.Sum(), TimeSpan.Zero, TimeSpan.Zero, 0))
            .Where(static gate => gate.Waits > 0);
        return [.. waits.Concat(gates).OrderByDescending(static one => one.Waited).ThenByDescending(static one => one.Waits)];
    }

    /// <summary>Waits that nobody may ever end, the certain ones first.</summary>
    /// <param name="olderThan">Waits on what is alive are taken for possible leaks when they are older.</param>
    /// <param name="collect">
    /// Whether garbage is collected first, which stops the process for as long as that takes: without it, what became garbage since
    /// the last collection is still taken for alive.
    /// </param>
    public static IReadOnlyList<LeakLook> FindLeaks(TimeSpan olderThan, bool collect = true)
    {
        if (collect) GC.Collect();
        long now = Stopwatch.GetTimestamp();
        IEnumerable<(LeakReason Reason, WaitLook Wait)> lost = WaitRegistry.CopyLost().Select(static wait => (LeakReason.Collected, wait));
        IEnumerable<(LeakReason Reason, WaitLook Wait)> alive = WaitRegistry.Copy()
            .Select(record => (record, Look: record.Look(now)))
            .Where(static one => one.Look is not null)
            .Select(static one => (HasLostLeases(one.record, one.Look!.Value.Operation) ? LeakReason.LeasesLost : LeakReason.Old, one.Look!.Value))
            .Where(one => one.Item1 != LeakReason.Old || one.Value.Age >= olderThan);
        return [.. lost.Concat(alive)
            .GroupBy(static one => (one.Reason, one.Wait.Operation, one.Wait.On, one.Wait.Kind, one.Wait.Task, one.Wait.SpawnPlace), static one => one.Wait.Age)
            .Select(static leak => new LeakLook(leak.Key.Reason, leak.Key.Operation, leak.Key.On, leak.Key.Kind, leak.Key.Task, leak.Key.SpawnPlace, leak.Count(), leak.Max()))
            .OrderBy(static leak => leak.Reason).ThenByDescending(static leak => leak.Oldest)];
    }

    /// <summary>What waits of one scheduler's.</summary>
    internal static IReadOnlyList<WaitLook> Take(Scheduler scheduler, TimeSpan olderThan)
    {
        long now = Stopwatch.GetTimestamp();
        return Sort(WaitRegistry.Copy().Select(record => record.Look(scheduler, now)), olderThan);
    }

    /// <summary>Wants it on until it is released.</summary>
    internal static void Hold() => Interlocked.Increment(ref _wanted);

    internal static void Release() => Interlocked.Decrement(ref _wanted);

    private static bool HasLostLeases(WaitRecord record, WaitOperation operation) =>
        operation is WaitOperation.Read or WaitOperation.WaitToRead or WaitOperation.ReadBatch && record.Target.HasLostLeases;

    private static IReadOnlyList<WaitLook> Sort(IEnumerable<WaitLook?> looks, TimeSpan olderThan) =>
        [.. looks.OfType<WaitLook>().Where(look => look.Age >= olderThan).OrderByDescending(static look => look.Age)];

    private static TimeSpan Time(long ticks) => Stopwatch.GetElapsedTime(0, ticks);
}
