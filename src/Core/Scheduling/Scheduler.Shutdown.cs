// Three steps: no more work from outside; what is there is run, or not; the workers end, and what is left is abandoned.
//
// A drain ends when all that was spawned has run. The counts of what has run are added up first, those of what was spawned
// afterwards; each of them only rises, what is spawned is counted before it can be seen, and what has run after it has run. So
// if the two sums are equal nothing was left when the first was complete; and with the outside shut, nothing can come.

using System.Diagnostics;
using FastCore.Atomics;

namespace FastCore.Scheduling;

/// <content>How a scheduler ends.</content>
public sealed partial class Scheduler
{
    private readonly object _drained = new();

    private int _isShutDown;

    private bool _isDraining;

    private bool _isAbandoning;

    private bool _isStopping;

    /// <summary>Whether workers take nothing more, and end.</summary>
    internal bool IsAbandoning => Volatile.Read(ref _isAbandoning);

    /// <summary>Whether workers that have nothing to do end.</summary>
    internal bool IsStopping => Volatile.Read(ref _isStopping);

    /// <summary>
    /// Takes no more work from outside, runs or abandons what waits, and ends the threads. Waits for it; a call after the first
    /// does nothing.
    /// </summary>
    /// <param name="mode">What becomes of the work that waits.</param>
    /// <param name="timeout">
    /// After this time what still waits is abandoned, and items that still run are left alone: their threads end with them.
    /// <see cref="Timeout.InfiniteTimeSpan"/>: as long as it takes.
    /// </param>
    /// <returns>Whether all was over in time. True for a call after the first.</returns>
    /// <exception cref="InvalidOperationException">Called by work of this scheduler, which would wait for itself.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The time is negative, and not infinite; or there is no such mode.</exception>
    public bool Shutdown(ShutdownMode mode, TimeSpan timeout)
    {
        if (timeout != Timeout.InfiniteTimeSpan) ArgumentOutOfRangeException.ThrowIfLessThan(timeout, TimeSpan.Zero);
        if (!Enum.IsDefined(mode)) throw new ArgumentOutOfRangeException(nameof(mode), mode, "There is no such mode.");
        if (IsWorker) throw new InvalidOperationException("A scheduler cannot be shut down by work that runs on it: it would wait for itself.");
        if (Interlocked.Exchange(ref _isShutDown, 1) != 0) return true;
        long start = Stopwatch.GetTimestamp();
        Close();
        bool isDone = mode == ShutdownMode.Cancel || AwaitDrained(start, timeout);
        Volatile.Write(ref _isAbandoning, true);
        Volatile.Write(ref _isStopping, true);
        HardwareAtomics.FenceAllProcessors();

        // Before, since an item may wait for a fork that nobody will take; and behind, for what the last items have left.
        AbandonAll();
        isDone &= EndThreads(start, timeout);
        AbandonAll();
        return isDone;
    }

    /// <summary>Shuts it down; what waits is run first, however long that takes.</summary>
    public void Dispose() => Shutdown(ShutdownMode.Drain, Timeout.InfiniteTimeSpan);

    /// <summary>As <see cref="Dispose"/>, without blocking the caller.</summary>
    public ValueTask DisposeAsync() => new(Task.Run(Dispose));

    /// <summary>A worker has nothing to do. By the worker.</summary>
    internal void Parks()
    {
        if (!Volatile.Read(ref _isDraining)) return;
        lock (_drained) Monitor.PulseAll(_drained);
    }

    internal void AbandonGlobal()
    {
        while (Global.Dequeue(0) is { } item) item.Abandon();
    }

    /// <summary>Items that have run. Before <see cref="CountSpawned"/>, where the two are compared.</summary>
    private static long CountRan(Worker[] workers) => workers.Sum(static worker => worker.Ran);

    private long CountSpawned(Worker[] workers) => Global.Accepted + workers.Sum(static worker => worker.Spawned + worker.Pinned.Accepted);

    private void AbandonAll()
    {
        foreach (Worker worker in AllWorkers) worker.AbandonAll();
        AbandonGlobal();
    }

    private void Close()
    {
        Global.Close();
        foreach (Worker worker in AllWorkers) worker.Pinned.Close();
        Volatile.Write(ref _isDraining, true);
    }

    private bool AwaitDrained(long start, TimeSpan timeout)
    {
        // A worker that is about to park looks at _isDraining with no fence after its last count: hence the short waits.
        TimeSpan longest = TimeSpan.FromMilliseconds(10);
        lock (_drained)
        {
            while (!IsDrained())
            {
                if (!TryGetLeft(start, timeout, out TimeSpan left)) return false;
                Monitor.Wait(_drained, left < longest ? left : longest);
            }
        }

        return true;
    }

    private bool IsDrained()
    {
        long ran = CountRan(AllWorkers);

        // Read again: one that has been added since has run nothing that was counted.
        return ran == CountSpawned(AllWorkers);
    }

    private bool EndThreads(long start, TimeSpan timeout)
    {
        while (Parking.WakeAny())
        {
        }

        WakeReserve();
        _monitor.Stop();
        bool isDone = true;
        Thread[] threads;
        lock (_spareLock) threads = [.. _threads];
        foreach (Thread thread in threads)
        {
            if (!TryGetLeft(start, timeout, out TimeSpan left)) left = TimeSpan.Zero;
            isDone &= thread.Join(timeout == Timeout.InfiniteTimeSpan ? timeout : left);
        }

        return isDone;
    }

    /// <returns>False: the time is over.</returns>
    private static bool TryGetLeft(long start, TimeSpan timeout, out TimeSpan left)
    {
        left = timeout == Timeout.InfiniteTimeSpan ? TimeSpan.MaxValue : timeout - Stopwatch.GetElapsedTime(start);
        return left > TimeSpan.Zero;
    }
}
