namespace FastCore.Tests.Channels;

/// <summary>
/// A thread that fires tokens as soon as they are shown to it, or a little later: while the operation that got one is still
/// registering with it, on most machines.
/// </summary>
internal sealed class Canceller : IDisposable
{
    private readonly CancellationTokenSource?[] _targets;

    private readonly Thread _thread;

    private bool _stops;

    internal Canceller(int targets, int seed)
    {
        _targets = new CancellationTokenSource?[targets];
        _thread = new Thread(() => Run(new Random(seed))) { IsBackground = true };
        _thread.Start();
    }

    /// <summary>A token that is about to fire. Each target slot belongs to one operation at a time.</summary>
    internal CancellationToken Aim(int target)
    {
        var source = new CancellationTokenSource();
        Volatile.Write(ref _targets[target], source);
        return source.Token;
    }

    public void Dispose()
    {
        Volatile.Write(ref _stops, true);
        _thread.Join();
    }

    private void Run(Random random)
    {
        while (!Volatile.Read(ref _stops))
        {
            for (int i = 0; i < _targets.Length; i++)
            {
                CancellationTokenSource? source = Interlocked.Exchange(ref _targets[i], null);
                if (source is null) continue;
                if (random.Next(4) == 0) Thread.SpinWait(random.Next(200));
                source.Cancel();
            }

            if (random.Next(64) == 0) Thread.Yield();
        }
    }
}
