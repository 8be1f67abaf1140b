using System.Diagnostics;
using FastCore.Scheduling;

namespace FastCore.Perf.Scheduling.Check;

/// <summary>
/// One scheduler from its start to its end: items that spawn more, from inside and outside, pinned, posted, joined, blocking,
/// until there are enough of them; in a cancel the end comes in between.
/// </summary>
internal sealed class SchedulerStorm : IDisposable
{
    /// <summary>What the names of its threads begin with.</summary>
    internal const string ThreadNames = "storm";

    private const int Outsiders = 2;

    /// <summary>In the count of an item's ends, what an abandon adds.</summary>
    private const int Abandonment = 1 << 16;

    private readonly Scheduler _scheduler;

    private readonly string _name;

    private readonly int _seed;

    /// <summary>The ends that each item has met.</summary>
    private readonly int[] _ends;

    /// <summary>Whether the scheduler refused it. By the thread that spawned it.</summary>
    private readonly bool[] _isRefused;

    private int _made;

    private int _ended;

    private string? _failure;

    private long _failures;

    internal SchedulerStorm(string name, SchedulerPolicy policy, int workers, int items, int seed)
    {
        _name = name;
        _seed = seed;
        _ends = new int[items];
        _isRefused = new bool[items];
        _scheduler = new Scheduler(new SchedulerOptions { Name = ThreadNames, Workers = workers, SpareWorkers = seed & 3, Policy = policy, UnhandledException = failure => Fail(failure.ToString()) });
    }

    public void Dispose() => _scheduler.Dispose();

    internal SchedulerFindings Run(ShutdownMode mode, TimeSpan patience)
    {
        Thread[] outsiders = [.. Enumerable.Range(0, Outsiders).Select(index => new Thread(() => SpawnFromOutside(new Random(unchecked(_seed + index)))))];
        foreach (Thread outsider in outsiders) outsider.Start();
        if (mode == ShutdownMode.Cancel) AwaitSome();
        else JoinAll(outsiders);
        bool hasEnded = _scheduler.Shutdown(mode, patience);
        JoinAll(outsiders);
        int made = Math.Min(_made, _ends.Length);
        int refused = _isRefused.Count(static isRefused => isRefused);
        AwaitEnds(made - refused, patience);
        SchedulerStatistics statistics = _scheduler.Statistics;
        if (statistics.LostWakeUps > 0) Fail($"{statistics.LostWakeUps} wake-ups were lost.");
        if (mode == ShutdownMode.Drain && statistics.Ran != statistics.Spawned) Fail($"{statistics.Ran} ran of {statistics.Spawned} that the scheduler has counted.");
        return Count(made) with { Hung = hasEnded ? 0 : 1, Refused = refused, Failed = _failures, FirstFailure = hasEnded ? _failure : _failure ?? "The shutdown took too long." };
    }

    private static void JoinAll(Thread[] threads)
    {
        foreach (Thread thread in threads) thread.Join();
    }

    private SchedulerFindings Count(int made)
    {
        long spawned = 0;
        long ran = 0;
        long abandoned = 0;
        long lost = 0;
        long doubled = 0;
        for (int number = 0; number < made; number++)
        {
            int ends = Volatile.Read(ref _ends[number]);
            bool isAccepted = !_isRefused[number];
            if (isAccepted) spawned++;
            if (ends == 1) ran++;
            else if (ends == Abandonment) abandoned++;
            else if (ends != 0) doubled++;
            if (isAccepted && ends == 0) lost++;
            if (!isAccepted && ends != 0) doubled++;
        }

        return new SchedulerFindings(_name) { Spawned = spawned, Ran = ran, Abandoned = abandoned, Lost = lost, Doubled = doubled };
    }

    private void AwaitSome()
    {
        while (Volatile.Read(ref _made) < _ends.Length / 2) Thread.Yield();
    }

    /// <summary>What was posted goes on on the thread pool where the scheduler is cancelled; it may end a moment later.</summary>
    private void AwaitEnds(int accepted, TimeSpan patience)
    {
        long started = Stopwatch.GetTimestamp();
        while (Volatile.Read(ref _ended) < accepted && Stopwatch.GetElapsedTime(started) < patience) Thread.Sleep(1);
    }

    private void SpawnFromOutside(Random random)
    {
        while (TryMake() is { } item)
        {
            try
            {
                if (random.Next(8) == 0) _scheduler.SpawnPinned(random.Next(_scheduler.Workers), item);
                else _scheduler.Spawn(item);
            }
            catch (ObjectDisposedException)
            {
                _isRefused[item.Number] = true;
                return;
            }

            if (random.Next(16) == 0) Thread.Yield();
        }
    }

    private StormItem? TryMake()
    {
        if (Volatile.Read(ref _made) >= _ends.Length) return null;
        int number = Interlocked.Increment(ref _made) - 1;
        return number < _ends.Length ? new StormItem(this, number) : null;
    }

    private void End(int number, int how)
    {
        Interlocked.Add(ref _ends[number], how);
        Interlocked.Increment(ref _ended);
    }

    private void Fail(string what)
    {
        Interlocked.CompareExchange(ref _failure, what, null);
        Interlocked.Increment(ref _failures);
    }

    private sealed class StormItem(SchedulerStorm storm, int number) : IWorkItem
    {
        internal int Number { get; } = number;

        public void Execute()
        {
            uint draw = Draw();

            // What was posted and then abandoned goes on on the pool, and makes no more: the storm is over.
            bool isOver = Scheduler.Current != storm._scheduler;
            for (uint left = draw % 3; !isOver && left > 0 && storm.TryMake() is { } child; left--) Spawn(child, (draw >> 4) + left);
            switch ((draw >> 8) & 63)
            {
                case 0:
                    Scheduler.Blocking(Thread.Yield);
                    break;
                case 1:
                    Thread.Yield();
                    break;
                case 2:
                case 3:
                    Join();
                    break;
                default:
                    break;
            }

            storm.End(Number, 1);
        }

        public void Abandon() => storm.End(Number, Abandonment);

        /// <summary>Three in four as they are; the rest go by the next-slot.</summary>
        private void Spawn(StormItem child, uint draw)
        {
            if ((draw & 3) == 0) storm._scheduler.SynchronizationContext.Post(static posted => ((StormItem)posted!).Execute(), child);
            else storm._scheduler.Spawn(child);
        }

        private void Join()
        {
            int calls = 0;
            Scheduler.Join(() => Interlocked.Increment(ref calls), () => Scheduler.Join(() => Interlocked.Increment(ref calls), () => Interlocked.Increment(ref calls)));
            if (calls != 3) storm.Fail($"A join came back when {calls} of 3 calls had been made.");
        }

        private uint Draw()
        {
            uint draw = unchecked(((uint)storm._seed * 2654435761u) ^ ((uint)Number * 2246822519u));
            draw ^= draw >> 15;
            draw = unchecked(draw * 2654435761u);
            return draw ^ (draw >> 13);
        }
    }
}
