namespace FastCore.Perf.Channels.Check;

/// <summary>
/// Fires each token as soon as it is shown, or a little later: on most machines while the call that got the token is still
/// registering with it. That moment is where channels lose items. A thread does it, or the workers do it to one another,
/// which leaves them the processor that the thread would take.
/// </summary>
internal sealed class Canceller : IDisposable
{
    private readonly CancellationTokenSource?[] _targets;

    private readonly Thread? _thread;

    private bool _stops;

    internal Canceller(int targets, bool hasThread, int seed)
    {
        _targets = new CancellationTokenSource?[targets];
        if (!hasThread) return;
        _thread = new Thread(() => Run(new Random(seed))) { IsBackground = true, Name = "canceller" };
        _thread.Start();
    }

    /// <summary>What a cancellation threw into the thread that cancelled: nothing is allowed to. Null if nothing did.</summary>
    internal Exception? Failure { get; private set; }

    /// <summary>A token that is about to fire. A target belongs to one call at a time.</summary>
    internal CancellationToken Aim(int target)
    {
        var source = new CancellationTokenSource();
        Volatile.Write(ref _targets[target], source);
        return source.Token;
    }

    /// <summary>Fires somebody's token from the calling thread, if there is no thread that does.</summary>
    internal void FireAny(Random random)
    {
        if (_thread is null) Fire(random.Next(_targets.Length));
    }

    public void Dispose()
    {
        Volatile.Write(ref _stops, true);
        _thread?.Join();
    }

    private void Fire(int target)
    {
        try
        {
            Interlocked.Exchange(ref _targets[target], null)?.Cancel();
        }
        catch (AggregateException thrown)
        {
            Failure ??= thrown.InnerException;
        }
    }

    private void Run(Random random)
    {
        while (!Volatile.Read(ref _stops))
        {
            for (int i = 0; i < _targets.Length; i++)
            {
                if (random.Next(8) == 0) Thread.SpinWait(random.Next(200));
                Fire(i);
            }

            if (random.Next(1024) == 0) Thread.Yield();
        }
    }
}
