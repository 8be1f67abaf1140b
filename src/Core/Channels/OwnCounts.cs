using System.Runtime.InteropServices;
using FastCore.Continuations;
using FastCore.Rings;
using FastCore.Scheduling;

namespace FastCore.Channels;

/// <summary>
/// What one side of a channel counts for itself, on cache lines that the other side does not touch. Where a side has many
/// threads, they overwrite each other's counts now and then, and no harm is done.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = CacheLine.Size + CacheLine.Stride)]
internal struct OwnCounts
{
    /// <summary>
    /// One while the only producer is between its look at "closed" and the end of its enqueue; the channel reads it when it
    /// closes.
    /// </summary>
    [FieldOffset(CacheLine.Size)] internal int Writing;

    /// <summary>How many operations have fenced since a side slept, or this one made the channel unfenced.</summary>
    [FieldOffset(CacheLine.Size + 4)] internal int Fences;

    /// <summary>How often an operation that can't go on looks again before it sleeps; 0 while that is in vain.</summary>
    [FieldOffset(CacheLine.Size + 8)] private int _spins;

    /// <summary>How many operations have not looked again, since the last trial.</summary>
    [FieldOffset(CacheLine.Size + 12)] private int _skipped;

    internal OwnCounts(int mostSpins) => _spins = mostSpins;

    /// <summary>How often the operation that can't go on now is to look again.</summary>
    internal int Looks(int mostSpins)
    {
        // Where other work may have this thread meanwhile, it is better used for that; a worker without any looks for some.
        if (mostSpins == 0 || Relay.IsAwaited || Worker.Current is not null) return 0;
        if (_spins != 0) return Math.Min(_spins, mostSpins);
        if (++_skipped < ChannelTuning.SpinsSkipped) return 0;
        _skipped = 0;
        return mostSpins;
    }

    /// <summary>What has helped is worth as much the next time: the other side is at work.</summary>
    internal void SpinHelped(int mostSpins) => _spins = mostSpins;

    internal void SpinWasInVain(int looks)
    {
        if (looks != 0) _spins /= 2;
    }
}
