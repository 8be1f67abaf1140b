using System.Runtime.CompilerServices;

namespace FastCore.Perf.Rounds;

/// <summary>
/// Where the workers of a round wait, already started and suspended, until all are there: so neither the clock nor the
/// count of allocated bytes sees them being made. The last to finish stops the clock.
/// </summary>
internal sealed class StartingLine(int workers) : IDisposable
{
    private readonly (Action Continuation, SynchronizationContext? Context)[] _waiting = new (Action, SynchronizationContext?)[workers];

    private readonly CountdownEvent _ready = new(workers);

    private int _arrived;

    private int _running = workers;

    /// <summary>When the last worker finished, by <see cref="System.Diagnostics.Stopwatch"/>.</summary>
    internal long Finished { get; private set; }

    /// <summary>What a worker awaits before its first operation.</summary>
    internal Awaiter GetAwaiter() => new(this);

    /// <summary>What a worker calls after its last.</summary>
    internal void Finish()
    {
        if (Interlocked.Decrement(ref _running) == 0) Finished = System.Diagnostics.Stopwatch.GetTimestamp();
    }

    /// <summary>Blocks until all workers are at the line.</summary>
    internal void WaitUntilReady() => _ready.Wait();

    /// <summary>Lets all go, each where it came from: its loop, or the pool.</summary>
    internal void Go()
    {
        foreach ((Action continuation, SynchronizationContext? context) in _waiting)
        {
            if (context is null) ThreadPool.UnsafeQueueUserWorkItem(static resume => resume(), continuation, preferLocal: false);
            else context.Post(static resume => ((Action)resume!)(), continuation);
        }
    }

    public void Dispose() => _ready.Dispose();

    internal readonly struct Awaiter(StartingLine line) : ICriticalNotifyCompletion
    {
        public bool IsCompleted => false;

        public void OnCompleted(Action continuation) => UnsafeOnCompleted(continuation);

        public void UnsafeOnCompleted(Action continuation)
        {
            line._waiting[Interlocked.Increment(ref line._arrived) - 1] = (continuation, SynchronizationContext.Current);
            line._ready.Signal();
        }

        public void GetResult()
        {
        }
    }
}
