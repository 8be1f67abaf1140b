// Claims and publications. With one publisher a claim is a promise to itself: the slots from its cursor on are its own up to
// the limit, and a claim that is not published is taken again by the next. With many, a claim moves the cursor, and whoever
// made it must publish it, for no consumer can pass it.

using System.Runtime.CompilerServices;
using FastCore.Channels.Waiting;

namespace FastCore.Broadcast;

internal sealed partial class BroadcastRingCore<T, TAtomics>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool TryPublish(T item)
    {
        if (!TryClaim(1, out long start)) return false;
        TAtomics.WriteSlot(ref Slot(start), item);
        if (_laps is null) TAtomics.Write(ref _cursors.Cursor, start + 1);
        else TAtomics.Write(ref LapOf(start), Lap(start));
        AfterPublish();
        return true;
    }

    /// <returns>How many, from the first on.</returns>
    internal int TryPublishBatch(ReadOnlySpan<T> items)
    {
        int count = ClaimUpTo(items.Length, out long start);
        if (count == 0) return 0;
        Span<T> run = Run(start, count);
        TAtomics.WriteSlots(run, items[..run.Length]);
        if (run.Length < count) TAtomics.WriteSlots(_slots.AsSpan(0, count - run.Length), items[run.Length..count]);
        Publish(start, count);
        return count;
    }

    /// <summary>Claims exactly so many slots.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool TryClaim(int count, out long start)
    {
        if (_laps is not null) return TryClaimShared(count, out start);
        start = TAtomics.ReadOwned(in _cursors.Cursor);
        return start + count <= _cursors.Limit || start + count <= SeeConsumersAlone(start);
    }

    /// <summary>Hands over what <see cref="TryClaim"/> gave.</summary>
    internal void Publish(long start, int count)
    {
        if (_laps is null)
        {
            TAtomics.Write(ref _cursors.Cursor, start + count);
        }
        else
        {
            for (long item = start; item < start + count; item++) TAtomics.Write(ref LapOf(item), Lap(item));
        }

        AfterPublish();
    }

    /// <summary>Whether a claim has been published, or, with one publisher, was taken over by a later one. By its publisher.</summary>
    internal bool IsPublished(long start) => _laps is null
        ? TAtomics.ReadOwned(in _cursors.Cursor) != start
        : TAtomics.Read(in LapOf(start)) - Lap(start) >= 0;

    internal bool TryComplete(Exception? error)
    {
        Decided decided = default;
        RingConsumerCore<T, TAtomics>? ended = null;
        Enter();
        bool closes = !IsClosed;
        if (closes)
        {
            _error = error;
            TAtomics.Write(ref _end, SealCursor());
            ShowSignals();
            TAtomics.FenceAllProcessors();
            Settle(ref decided, out ended);
        }

        Exit();
        Tell(in decided, ended);
        return closes;
    }

    /// <summary>Whether so many slots could be claimed now; leaves the limits alone, so anyone may ask.</summary>
    internal bool HasRoom(int count)
    {
        long claimed = TAtomics.Read(in _cursors.Cursor);
        return (claimed & Seal) == 0 && !IsClosed && claimed + count <= SeeConsumers(claimed);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void AfterPublish()
    {
        if ((TAtomics.Read(in _signals) & RingSignals.ConsumersWaiting) != 0) Settle();
    }

    /// <returns>Where the items end.</returns>
    private long SealCursor()
    {
        if (_laps is null)
        {
            // Completing is one of the publisher's own operations, so the limit is its own here. Every claim ends above zero.
            _cursors.Limit = 0;
            return Claimed;
        }

        while (true)
        {
            long cursor = TAtomics.Read(in _cursors.Cursor);
            if (TAtomics.CompareExchange(ref _cursors.Cursor, cursor | Seal, cursor) == cursor) return cursor;
        }
    }

    private int ClaimUpTo(int wanted, out long start)
    {
        if (_laps is null)
        {
            start = TAtomics.ReadOwned(in _cursors.Cursor);
            if (_cursors.Limit - start < wanted) SeeConsumersAlone(start);
            return (int)Math.Clamp(_cursors.Limit - start, 0, wanted);
        }

        while (true)
        {
            start = TAtomics.Read(in _cursors.Cursor);
            if ((start & Seal) != 0) return 0;
            long limit = TAtomics.Read(in _cursors.Limit);
            if (limit - start < wanted) limit = SeeConsumersShared(start);
            int count = (int)Math.Clamp(limit - start, 0, wanted);
            if (count == 0 || TAtomics.CompareExchange(ref _cursors.Cursor, start + count, start) == start) return count;
        }
    }

    private bool TryClaimShared(int count, out long start)
    {
        while (true)
        {
            start = TAtomics.Read(in _cursors.Cursor);
            bool fits = start + count <= TAtomics.Read(in _cursors.Limit) || ((start & Seal) == 0 && start + count <= SeeConsumersShared(start));
            if (!fits) return false;
            if (TAtomics.CompareExchange(ref _cursors.Cursor, start + count, start) == start) return true;
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private long SeeConsumersAlone(long claimed) => IsClosed ? 0 : _cursors.Limit = SeeConsumers(claimed);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private long SeeConsumersShared(long claimed)
    {
        long limit = SeeConsumers(claimed);
        TAtomics.Write(ref _cursors.Limit, limit);
        return limit;
    }
}
