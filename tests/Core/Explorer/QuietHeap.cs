using System.Runtime;

namespace FastCore.Tests.Explorer;

/// <summary>
/// Keeps the collector away when it comes into one execution after the other, each of which is then thrown away: where it has
/// settled on a budget smaller than what an execution allocates, it would come into every one of them, for ever.
/// </summary>
internal sealed class QuietHeap : IDisposable
{
    private const int MostDiscarded = 2;

    /// <summary>What is allocated until the next time; enough for hundreds of executions.</summary>
    private const long HeldBytes = 128 << 20;

    private int _discarded;
    private bool _isHeld;

    /// <summary>A collection has come into an execution.</summary>
    internal void Discard()
    {
        if (++_discarded < MostDiscarded || IsHeld) return;
        _isHeld = GC.TryStartNoGCRegion(HeldBytes);
        _discarded = 0;
    }

    /// <summary>An execution has gone by without one.</summary>
    internal void Keep() => _discarded = 0;

    public void Dispose()
    {
        if (_isHeld && IsHeld) GC.EndNoGCRegion();
    }

    private static bool IsHeld => GCSettings.LatencyMode == GCLatencyMode.NoGCRegion;
}
