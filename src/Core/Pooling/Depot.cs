using FastCore.Atomics;

namespace FastCore.Pooling;

/// <summary>The overflow that all threads of a pool share: full magazines, exchanged whole.</summary>
/// <remarks>
/// <para><b>Invariant.</b> A magazine is in one place: a cache, the stack of full ones, that of empty ones, or the hand of who exchanges it.
/// An object is in one magazine's first slots, or out. All fields are touched inside the gate only, which is where every operation
/// takes effect.</para>
/// <para><b>Memory order.</b> The gate's: what was done to a magazine before it was given is seen by whoever takes it.</para>
/// <para>The victims are the magazines at the bottom of the stack that nobody has come down to since the last look: the low-water mark.
/// What was a victim at two looks in succession is let go.</para>
/// </remarks>
/// <param name="magazineSize">Objects in a full magazine.</param>
/// <param name="maximumFull">Full magazines that are kept.</param>
internal sealed class Depot<TAtomics>(int magazineSize, int maximumFull)
    where TAtomics : struct, IAtomics
{
    private const int FirstPlaces = 64;

    private readonly Gate _gate = new();

    /// <summary>It grows as it fills: as many as may be kept may be more than memory holds.</summary>
    private Slot[]?[] _full = new Slot[]?[Math.Min(maximumFull, FirstPlaces)];

    private readonly Slot[]?[] _empty = new Slot[]?[Math.Min(maximumFull, FirstPlaces)];

    /// <summary>For objects that come one by one.</summary>
    private readonly Slot[] _loose = new Slot[magazineSize];

    private int _fullCount;

    private int _emptyCount;

    private int _looseCount;

    private int _victims;

    private bool _isClosed;

    internal int MagazineSize => magazineSize;

    /// <summary>Objects in it; a hint.</summary>
    internal long Count
    {
        get
        {
            TAtomics.Enter(_gate);
            long count = (TAtomics.ReadSlot(in _fullCount) * (long)magazineSize) + TAtomics.ReadSlot(in _looseCount);
            TAtomics.Exit(_gate);
            return count;
        }
    }

    /// <summary>Exchanges an empty magazine for one with objects, if there is one.</summary>
    /// <returns>How many objects it holds; 0 when the magazine is the one that was given.</returns>
    internal int TakeFull(ref Slot[] magazine)
    {
        TAtomics.Enter(_gate);
        int taken = 0;
        int full = TAtomics.ReadSlot(in _fullCount);
        if (full > 0)
        {
            Slot[] empty = magazine;
            magazine = TakeTop(full);
            taken = magazineSize;
            int empties = TAtomics.ReadSlot(in _emptyCount);
            if (empties < _empty.Length)
            {
                TAtomics.WriteSlot(ref _empty[empties], empty);
                TAtomics.WriteSlot(ref _emptyCount, empties + 1);
            }
        }
        else
        {
            taken = TAtomics.ReadSlot(in _looseCount);
            for (int i = 0; i < taken; i++) Move(ref _loose[i], ref magazine[i]);
            TAtomics.WriteSlot(ref _looseCount, 0);
        }

        TAtomics.Exit(_gate);
        return taken;
    }

    /// <summary>Gives a full magazine away.</summary>
    /// <param name="magazine">The magazine.</param>
    /// <param name="empty">An empty one in exchange; null if there is none here, or the full one is not accepted.</param>
    /// <returns>False when as many are kept as may be, or no more are taken: then it stays the caller's.</returns>
    internal bool TryAddFull(Slot[] magazine, out Slot[]? empty)
    {
        TAtomics.Enter(_gate);
        empty = null;
        bool isAccepted = TryPush(magazine);
        int empties = TAtomics.ReadSlot(in _emptyCount);
        if (isAccepted && empties > 0)
        {
            empty = TAtomics.ReadSlot(in _empty[empties - 1]);
            TAtomics.WriteSlot(ref _empty[empties - 1], null);
            TAtomics.WriteSlot(ref _emptyCount, empties - 1);
        }

        TAtomics.Exit(_gate);
        return isAccepted;
    }

    /// <summary>One object, for who has no cache at hand; null if there is none.</summary>
    internal object? TakeOne()
    {
        TAtomics.Enter(_gate);
        int loose = TAtomics.ReadSlot(in _looseCount);
        int full = TAtomics.ReadSlot(in _fullCount);
        if (loose == 0 && full > 0)
        {
            Slot[] magazine = TakeTop(full);
            for (int i = 0; i < magazineSize; i++) Move(ref magazine[i], ref _loose[i]);
            loose = magazineSize;
        }

        object? item = null;
        if (loose > 0)
        {
            loose--;
            item = TAtomics.ReadSlot(in _loose[loose].Item);
            TAtomics.WriteSlot(ref _loose[loose].Item, null);
            TAtomics.WriteSlot(ref _looseCount, loose);
        }

        TAtomics.Exit(_gate);
        return item;
    }

    /// <summary>Gives one object, for who has no cache at hand. False when as many are kept as may be, or no more are taken.</summary>
    internal bool TryAddOne(object item)
    {
        TAtomics.Enter(_gate);
        int loose = TAtomics.ReadSlot(in _looseCount);
        if (loose == magazineSize && TryMake<Slot>(magazineSize) is { } magazine && TryPush(magazine))
        {
            for (int i = 0; i < magazineSize; i++) Move(ref _loose[i], ref magazine[i]);
            loose = 0;
        }

        bool isAccepted = loose < magazineSize && !TAtomics.ReadSlot(in _isClosed);
        if (isAccepted)
        {
            TAtomics.WriteSlot(ref _loose[loose].Item, item);
            TAtomics.WriteSlot(ref _looseCount, loose + 1);
        }

        TAtomics.Exit(_gate);
        return isAccepted;
    }

    /// <summary>Lets the victims go, and makes victims of what is left.</summary>
    internal void Age(List<object> dropped)
    {
        TAtomics.Enter(_gate);
        int full = TAtomics.ReadSlot(in _fullCount);
        int victims = TAtomics.ReadSlot(in _victims);
        for (int i = 0; i < victims; i++) Empty(TAtomics.ReadSlot(in _full[i])!, magazineSize, dropped);
        for (int i = 0; i < full; i++) TAtomics.WriteSlot(ref _full[i], i + victims < full ? TAtomics.ReadSlot(in _full[i + victims]) : null);
        TAtomics.WriteSlot(ref _fullCount, full - victims);
        TAtomics.WriteSlot(ref _victims, full - victims);
        for (int i = 0; i < TAtomics.ReadSlot(in _emptyCount); i++) TAtomics.WriteSlot(ref _empty[i], null);
        TAtomics.WriteSlot(ref _emptyCount, 0);
        TAtomics.Exit(_gate);
    }

    /// <summary>Takes all out, and accepts no more.</summary>
    internal void Close(List<object> dropped)
    {
        TAtomics.Enter(_gate);
        TAtomics.WriteSlot(ref _isClosed, true);
        for (int full = TAtomics.ReadSlot(in _fullCount); full > 0; full--) Empty(TakeTop(full), magazineSize, dropped);
        Empty(_loose, TAtomics.ReadSlot(in _looseCount), dropped);
        TAtomics.WriteSlot(ref _looseCount, 0);
        TAtomics.Exit(_gate);
    }

    /// <summary>Takes the objects out of the first slots of a magazine.</summary>
    internal static void Empty(Slot[] magazine, int count, List<object> dropped)
    {
        for (int i = 0; i < count; i++)
        {
            dropped.Add(TAtomics.ReadSlot(in magazine[i].Item)!);
            TAtomics.WriteSlot(ref magazine[i].Item, null);
        }
    }

    private static void Move(ref Slot from, ref Slot to)
    {
        TAtomics.WriteSlot(ref to.Item, TAtomics.ReadSlot(in from.Item));
        TAtomics.WriteSlot(ref from.Item, null);
    }

    private Slot[] TakeTop(int full)
    {
        Slot[] magazine = TAtomics.ReadSlot(in _full[full - 1])!;
        TAtomics.WriteSlot(ref _full[full - 1], null);
        TAtomics.WriteSlot(ref _fullCount, full - 1);
        if (TAtomics.ReadSlot(in _victims) > full - 1) TAtomics.WriteSlot(ref _victims, full - 1);
        return magazine;
    }

    private bool TryPush(Slot[] magazine)
    {
        int full = TAtomics.ReadSlot(in _fullCount);
        if (full == maximumFull || TAtomics.ReadSlot(in _isClosed)) return false;
        if (full == _full.Length)
        {
            if (TryMake<Slot[]?>((int)Math.Min(full * 2L, maximumFull)) is not { } larger) return false;
            Array.Copy(_full, larger, full);
            _full = larger;
        }

        TAtomics.WriteSlot(ref _full[full], magazine);
        TAtomics.WriteSlot(ref _fullCount, full + 1);
        return true;
    }
    /// <summary>An array; null where there is no memory for it, which is no time to keep more, and none to leave a gate taken.</summary>
    private static TItem[]? TryMake<TItem>(int length)
    {
        try
        {
            return new TItem[length];
        }
        catch (OutOfMemoryException)
        {
            return null;
        }
    }
}
