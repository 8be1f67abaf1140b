using Microsoft.Extensions.ObjectPool;

namespace FastCore.Tests.Pooling;

/// <summary>Knows whether it is out: who gets it out twice, or gives it back twice, is told.</summary>
internal sealed class PooledThing
{
    private int _isOut;

    internal long Number { get; set; }

    internal void TakeOut() => Assert.That(Interlocked.Exchange(ref _isOut, 1), Is.Zero, "It is in one hand.");

    internal void GiveBack() => Assert.That(Interlocked.Exchange(ref _isOut, 0), Is.EqualTo(1), "It is given back once.");
}

/// <summary>A thing that must be disposed of.</summary>
internal sealed class DisposableThing : IDisposable
{
    private int _disposals;

    internal int Disposals => _disposals;

    public void Dispose() => Interlocked.Increment(ref _disposals);
}

/// <summary>A thing that throws when it is disposed of.</summary>
internal sealed class FailingThing : IDisposable
{
    internal int Disposals { get; private set; }

    public void Dispose()
    {
        Disposals++;
        throw new InvalidDataException();
    }
}

/// <summary>A thing that may refuse to be used again.</summary>
internal sealed class ResettableThing : IResettable
{
    internal bool CanBeReset { get; set; } = true;

    internal int Resets { get; private set; }

    public bool TryReset()
    {
        Resets++;
        return CanBeReset;
    }
}
