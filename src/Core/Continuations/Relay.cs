// Short pieces of work that wake each other, one after the other on one thread of the pool.
//
// A continuation that goes through the pool's queue costs a hundred nanoseconds, and often wakes a second thread that finds
// nothing to do; where two tasks hand single items to each other that is most of what they do. So while a thread of the pool
// runs a continuation from here, the continuations that become ready by it wait in this thread's slots, and run when the
// present one returns.
//
// What keeps this from harm:
//   - Only short pieces wait for each other. A sample of the runs is timed; a thread whose pieces take longer than waking
//     another thread would (LongRun) sends what it makes ready through the pool, and tries again after some runs.
//   - Nothing waits behind a piece that blocks or goes on and on: RelayMonitor looks at the slots every few milliseconds, and
//     moves what has not moved since its last look to the pool. The thread is then taken for one with long runs.
//   - The pool's other work is not kept waiting: where there is any after a while (Turn), what is left goes to the back of the
//     pool's queue. Where there is none it stays: to move it would only wake another thread for it.
//
// Invariant: a continuation is put into the slots once and taken out of them once (RelaySlots.cs), and who takes it runs it or
// gives it to the pool.

using System.Diagnostics;
using FastCore.Atomics;

namespace FastCore.Continuations;

/// <summary>The continuations that wait for the present one on a thread of the pool.</summary>
internal sealed class Relay
{
    private const int Slots = 8;

    /// <summary>One run in so many is timed; a power of two.</summary>
    private const int SampleEvery = 32;

    /// <summary>For so many runs after a long one the thread sends what it makes ready through the pool.</summary>
    private const int RunsAfterLong = 512;

    private static readonly long LongRun = Stopwatch.Frequency / 200_000;

    private static readonly long Turn = Stopwatch.Frequency / 2_000;

    [ThreadStatic] private static Relay? _current;

    private readonly RelaySlots<HardwareAtomics> _slots = new(Slots);

    private int _runs;

    /// <summary>When the thread's turn began.</summary>
    private long _turnStart;

    /// <summary>Until the count of runs is here, runs are taken for long.</summary>
    private int _longUntil;

    /// <summary>The pool's own execution context, which a continuation may not leave changed to the next one.</summary>
    private readonly ExecutionContext? _flow = ExecutionContext.Capture();

    private int _isActive;

    private Relay()
    {
    }

    /// <summary>Whether its thread is in it.</summary>
    internal bool IsActive => Volatile.Read(ref _isActive) != 0;

    /// <summary>Rises with every run; wraps.</summary>
    internal int Runs => Volatile.Read(ref _runs);

    /// <summary>
    /// Whether a continuation waits for this thread's present one to return: then to spin here is to wait for what can't come.
    /// </summary>
    internal static bool IsAwaited => _current is { } relay && relay._slots.MayHaveAny;

    /// <summary>Has the continuation run after the present one, or by the pool.</summary>
    internal static void Queue(Awaitable continuation)
    {
        Relay? relay = _current;
        if (relay is null || !relay.TryAdd(continuation)) ThreadPool.UnsafeQueueUserWorkItem(continuation, preferLocal: true);
    }

    /// <summary>Runs a continuation that comes from the pool, and those that become ready by it.</summary>
    internal static void Run(Awaitable first)
    {
        Relay relay = _current ??= Create();
        if (relay._isActive != 0)
        {
            first.Run();
            return;
        }

        Interlocked.Exchange(ref relay._isActive, 1);
        RelayMonitor.WakeIfAsleep();
        try
        {
            relay.RunFrom(first);
        }
        finally
        {
            relay.MoveToPool();
            Volatile.Write(ref relay._isActive, 0);
        }
    }

    /// <summary>Whether a continuation waits here. By the monitor.</summary>
    internal bool HasAny() => _slots.HasAny();

    /// <summary>Takes over what waits behind a run that does not end. By the monitor.</summary>
    internal void Relieve()
    {
        Volatile.Write(ref _longUntil, Runs + RunsAfterLong);
        _slots.Relieve(static waiting => ThreadPool.UnsafeQueueUserWorkItem(waiting, preferLocal: false));
    }

    private static Relay Create()
    {
        var relay = new Relay();
        RelayMonitor.Register(relay);
        return relay;
    }

    private void RunFrom(Awaitable first)
    {
        _turnStart = 0;
        bool goesOn = true;
        for (Awaitable? next = first; next is not null; next = goesOn ? _slots.Take() : null)
        {
            int run = _runs + 1;
            Volatile.Write(ref _runs, run);
            if ((run & (SampleEvery - 1)) == 0) goesOn = TimeRun(next);
            else next.Run();
            if (ExecutionContext.Capture() != _flow) ExecutionContext.Restore(_flow!);
            if (SynchronizationContext.Current is not null) SynchronizationContext.SetSynchronizationContext(null);
        }
    }

    /// <returns>False when the turn is over, and the pool has other work.</returns>
    private bool TimeRun(Awaitable continuation)
    {
        long start = Stopwatch.GetTimestamp();
        continuation.Run();
        long end = Stopwatch.GetTimestamp();
        if (end - start > LongRun) _longUntil = _runs + RunsAfterLong;
        else if (_longUntil - _runs <= 0) _longUntil = _runs;
        if (_turnStart == 0) _turnStart = start;
        if (end - _turnStart < Turn) return true;
        _turnStart = end;
        return ThreadPool.PendingWorkItemCount == 0;
    }

    private bool TryAdd(Awaitable continuation) =>
        _isActive != 0 && Volatile.Read(ref _longUntil) - _runs <= 0 && _slots.TryAdd(continuation);

    private void MoveToPool()
    {
        while (_slots.Take() is { } left) ThreadPool.UnsafeQueueUserWorkItem(left, preferLocal: false);
    }
}
