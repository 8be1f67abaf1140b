// The events of one thread: a ring that its thread alone writes, overwriting the oldest, and that anyone copies meanwhile.
//
// Invariant: _published is the number of events written so far; event n lies in slot n mod Length until event n + Length is
// written over it. At any time one slot more may be in the middle of a write: that of event _published, which is also that of
// event _published - Length. So the last Length - 1 published events are whole, and no more than those are ever given out.
//
// The writer: fence of writes (a), slot (b), _published (c, release). The reader: _published (d, acquire), slots (e),
// _published again (f); it drops all but the last Length - 1 events before what f gave.
//
// Memory order: c before d makes each event that d counts whole in its slot. An event is torn only if the reader's e saw a
// write b of the event that takes its slot, number m. That b comes after its a, which comes after the c that published m; and
// f comes after e (ReadRacingSlot ends with a fence of reads). So f gives at least m, and event m - Length is dropped.
// Without a, processors that reorder writes might show b before the c that published m, and f could miss it.
//
// Linearisation point: of a write, c; of a copy, d for what is in it and f for what is not any more.

using System.Numerics;
using FastCore.Atomics;

namespace FastCore.Tracing;

/// <summary>A ring of events with one writer, which never waits, and any number of readers.</summary>
internal sealed class TraceRing<TAtomics>
    where TAtomics : struct, IAtomics
{
    private readonly TraceEvent[] _slots;

    /// <summary>Written by the ring's thread.</summary>
    private long _published;

    /// <param name="capacity">How many events are kept, rounded up to one less than a power of two.</param>
    internal TraceRing(int capacity) => _slots = new TraceEvent[BitOperations.RoundUpToPowerOf2((uint)capacity + 1)];

    /// <summary>How many of the last events are kept.</summary>
    internal int Capacity => _slots.Length - 1;

    /// <summary>Adds an event. By the ring's thread.</summary>
    internal void Write(in TraceEvent added)
    {
        TraceEvent[] slots = _slots;
        long published = TAtomics.ReadOwned(in _published);
        TAtomics.FenceWrites();
        TAtomics.WriteSlot(ref slots[(int)published & (slots.Length - 1)], added);
        TAtomics.Write(ref _published, published + 1);
    }

    /// <summary>Copies what the ring holds, the oldest first.</summary>
    /// <param name="overwritten">How many events came before those and are gone.</param>
    internal TraceEvent[] Copy(out long overwritten)
    {
        long end = TAtomics.Read(in _published);
        long first = Math.Max(0, end - Capacity);
        var events = new TraceEvent[end - first];
        for (int i = 0; i < events.Length; i++) events[i] = TAtomics.ReadRacingSlot(in _slots[(int)(first + i) & Capacity]);
        overwritten = Math.Clamp(TAtomics.Read(in _published) - Capacity, first, end);
        return overwritten == first ? events : events[(int)(overwritten - first)..];
    }
}
