// A ring in which every consumer sees every item (LMAX's Disruptor: Thompson, Farley, Barker, Gee, Stewart, 2011).
//
// Item s lies in slot s mod Capacity. For every consumer that has not left:
//
//   Position <= what it may read <= published <= claimed <= Position + Capacity,
//
// save that one that has just joined starts at what is claimed, and may be ahead of those it follows; it then waits.
//
// Invariants:
//   1. A slot is written only by the publisher that claimed it, and only below the limit: the lowest Position of all
//      consumers plus Capacity. A consumer reads only slots from its Position on, and below what it follows: what is
//      published, or the lowest Position of the consumers it comes after. So no slot is written while it is read, and none is
//      read before it is written or before those in front have released it.
//   2. What is published: with one publisher, all below its cursor, which it stores after the slots. With many, each slot has
//      a lap (the Disruptor's availability buffer): it is published for item s once its lap is s div Capacity, stored by the
//      publisher after the slot. A consumer walks the laps from its Position, so it never passes a slot that is claimed and
//      not yet written.
//   3. A limit, once seen, stays true (RingPublisherCursors.Limit). Joining keeps it so: the newcomer (a) shows itself in the
//      list of consumers, (b) fences all processors, (c) starts at the cursor it then reads. A publisher that computed a limit
//      without it had stored or read the cursor before it read the list, and both before (b); its limit is at most that cursor
//      plus Capacity, however far other consumers have moved since, and at (c) the cursor is no lower.
//   4. Leaving: the consumer (a) marks itself as left, (b) shows the sleepers that came after it to those whom they follow
//      from then on, which is what it followed, (c) fences all processors, (d) waits until no call of it is copying from a
//      slot; any call that starts later sees the mark. Only then it is taken out of the list, and gates nobody.
//   5. A waiter in a list has a condition that does not hold, or someone who made it hold has yet to come to the gate
//      (RingSignals argues why that someone sees the bit). All who come call Settle, which decides every waiter whose
//      condition holds.
//
// Linearisation points: a publication at the store of the cursor, or of the lap; a release at the store of Position; the end
// at the store of End.
//
// Nothing is called under the gate that could wait for anything but a bounded copy, or run a caller's code.
//
// Reading order: this file (joining and leaving), .Publishing, .Waiting, RingConsumerCore.

using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FastCore.Atomics;
using FastCore.Channels.Waiting;
using FastCore.Continuations;
using FastCore.Rings;

namespace FastCore.Broadcast;

/// <summary>The engine of <see cref="BroadcastRing{T}"/>.</summary>
internal sealed partial class BroadcastRingCore<T, TAtomics> : WaitGate<TAtomics>
    where TAtomics : struct, IAtomics
{
    /// <summary>More than any cursor: a claim that starts at a sealed cursor is above every limit.</summary>
    private const long Seal = 1L << 62;

    private readonly T[] _slots;

    /// <summary>Always <c>_slots.Length - 1</c>: what makes the unchecked accesses safe.</summary>
    private readonly long _mask;

    /// <summary>With many publishers: the lap for which each slot is published; null with one.</summary>
    private readonly int[]? _laps;

    private readonly int _lapShift;

    private readonly RingWaitStrategy _strategy;

    private readonly int _mostSpins;

    /// <summary>Those that have joined and not left. Replaced, never changed, under the gate.</summary>
    private RingConsumerCore<T, TAtomics>[] _consumers = [];

    /// <summary>See <see cref="RingSignals"/>. Written under the gate.</summary>
    private int _signals;

    /// <summary>How many items there ever will be, once that is known. Written under the gate, after <see cref="_error"/>.</summary>
    private long _end = long.MaxValue;

    private Exception? _error;

    private RingPublisherCursors _cursors;

    internal BroadcastRingCore(int capacity, RingPublishers publishers, RingWaitStrategy strategy, ContinuationScheduler continuations, int mostSpins)
        : base(continuations)
    {
        Capacity = RingCapacity.RoundUp(capacity);
        _slots = new T[Capacity];
        _mask = Capacity - 1;
        _lapShift = BitOperations.Log2((uint)Capacity);
        _strategy = strategy;
        _mostSpins = mostSpins;
        _cursors.Limit = Capacity;
        if (publishers == RingPublishers.One) return;
        _laps = new int[Capacity];
        Array.Fill(_laps, -1);
    }

    internal int Capacity { get; }

    internal int ConsumerCount => TAtomics.Read(in _consumers).Length;

    internal bool IsClosed => TAtomics.Read(in _end) != long.MaxValue;

    internal long End => TAtomics.Read(in _end);

    internal Exception? Error => _error;

    public override string Kind => $"broadcast ring ({Capacity}) of {typeof(T).Name}";

    public override bool HasWaiters => (TAtomics.Read(in _signals) & RingSignals.AnyWaiting) != 0;

    /// <summary>How many items have been claimed; with one publisher that is how many have been published.</summary>
    private long Claimed => TAtomics.Read(in _cursors.Cursor) & ~Seal;

    internal RingConsumerCore<T, TAtomics> AddConsumer(ReadOnlySpan<RingConsumerCore<T, TAtomics>> after)
    {
        Decided decided = default;
        Enter();
        var consumer = new RingConsumerCore<T, TAtomics>(this, after.ToArray(), Claimed);
        TAtomics.Write(ref _consumers, [.. _consumers, consumer]);
        TAtomics.FenceAllProcessors();
        consumer.StartAt(Claimed);
        Settle(ref decided, out RingConsumerCore<T, TAtomics>? ended);
        Exit();
        Tell(in decided, ended);
        return consumer;
    }

    internal void Leave(RingConsumerCore<T, TAtomics> consumer)
    {
        Decided decided = default;
        Enter();
        if (!consumer.TryMarkLeft())
        {
            Exit();
            return;
        }

        // Those that sleep behind it follow the publishers now, who must see that before Settle looks for them.
        ShowSignals();
        TAtomics.FenceAllProcessors();
        consumer.WaitUntilQuiet();
        TAtomics.Write(ref _consumers, [.. _consumers.Where(other => other != consumer)]);
        EndWaits(consumer.Waiting, error: null, ref decided);
        Settle(ref decided, out RingConsumerCore<T, TAtomics>? ended);
        if (consumer.TryEnd())
        {
            consumer.NextEnded = ended;
            ended = consumer;
        }

        Exit();
        Tell(in decided, ended);
    }

    /// <summary>How far the published items go, from one that is at most that far on.</summary>
    /// <param name="from">The first item that is asked for.</param>
    /// <param name="wanted">How far to look at most, where each item has to be looked at.</param>
    internal long PublishedFrom(long from, int wanted)
    {
        if (_laps is null) return TAtomics.Read(in _cursors.Cursor);
        long end = from;
        while (end < from + wanted && TAtomics.Read(in LapOf(end)) == Lap(end)) end++;
        return end;
    }

    internal Span<T> Run(long cursor, int count)
    {
        int start = (int)(cursor & _mask);
        return _slots.AsSpan(start, Math.Min(count, _slots.Length - start));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal ref T Slot(long cursor)
    {
        Debug.Assert(_mask == _slots.Length - 1, "The mask must keep every cursor inside the array.");
        return ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_slots), (nint)(cursor & _mask));
    }

    /// <summary>Wakes those whose condition a release made hold. A read of one word when nobody waits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void AfterRelease(long position)
    {
        int signals = TAtomics.Read(in _signals);
        if ((signals & RingSignals.AskReleases) == 0) return;
        if (signals == RingSignals.Closed && position != End) return;
        Settle();
    }

    /// <summary>How far claims may go.</summary>
    /// <param name="claimed">
    /// The cursor, read before the call: without consumers the limit is a lap ahead of it, and with them never more (invariant 3).
    /// </param>
    private long SeeConsumers(long claimed)
    {
        long lowest = claimed;
        foreach (RingConsumerCore<T, TAtomics> consumer in TAtomics.Read(in _consumers)) lowest = Math.Min(lowest, consumer.Position);
        return lowest + Capacity;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ref int LapOf(long cursor) => ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_laps!), (nint)(cursor & _mask));

    /// <summary>Wraps after 2³² laps, when no slot can still be at the lap of the same number.</summary>
    private int Lap(long cursor) => (int)(cursor >> _lapShift);
}
