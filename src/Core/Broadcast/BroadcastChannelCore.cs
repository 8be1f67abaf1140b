// A ring in which writes never wait and overwrite the oldest item, and a reader that was overtaken learns by how much.
//
// Item s lies in slot s mod the number of slots, which is above Capacity. The items that can be read are the last Capacity
// below the tail.
//
// Invariants:
//   1. Items are written under the gate, one after the other: the slot of item s is written while the tail is s, and then the
//      tail becomes s + 1, with release order.
//   2. Readers take no lock. Item p is copied, by an access that may meet a write, and then the tail is read again; the copy
//      counts only if the tail is still below p + slots. A write over item p is that of item p + slots; before it begins, the
//      tail is p + slots: stored before the previous hold of the gate ended, or before, hence before this hold began. So if the
//      copy saw anything of that write, the second look at the tail, which no processor moves before the copy, sees at least
//      p + slots, and the copy is dropped. What a reader returns is always whole, and is item p.
//   3. A reader's position moves by compare-and-swap, from the item it last stood at to after the one it returns; what lies
//      between was missed, and is counted by whoever moved it. So every item a reader is owed is returned once or counted.
//   4. A wait begins under the gate, after a look at the tail; whoever moves the tail empties the lists in the same hold. So
//      no item falls between look and sleep. The end likewise.
//
// Progress: a reader that is overtaken in the middle of a copy tries again nearer to the tail, so it ends up at the newest item.

using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Threading.Channels;
using FastCore.Atomics;
using FastCore.Channels.Waiting;
using FastCore.Continuations;
using FastCore.Rings;

namespace FastCore.Broadcast;

/// <summary>The engine of <see cref="BroadcastChannel{T}"/>.</summary>
internal sealed class BroadcastChannelCore<T, TAtomics> : WaitGate<TAtomics>
    where TAtomics : struct, IAtomics
{
    private readonly T[] _slots;

    /// <summary>Always <c>_slots.Length - 1</c>: what makes the unchecked access in <see cref="Slot"/> safe.</summary>
    private readonly long _mask;

    /// <summary>Readers of which a wait has begun since the last write. Under the gate.</summary>
    private readonly List<BroadcastReaderCore<T, TAtomics>> _sleepers = [];

    /// <summary>Readers whose Completion was asked for and has not come. Under the gate.</summary>
    private readonly List<BroadcastReaderCore<T, TAtomics>> _watched = [];

    private int _readerCount;

    /// <summary>How many items there ever will be, once that is known. Written under the gate, after <see cref="Error"/>.</summary>
    private long _end = long.MaxValue;

    private BroadcastChannelCursor _cursor;

    internal BroadcastChannelCore(int capacity, ContinuationScheduler continuations, int mostSpins)
        : base(continuations)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(capacity, RingCapacity.Largest);
        Capacity = capacity;
        MostSpins = mostSpins;
        _slots = new T[RingCapacity.RoundUp(capacity + 1)];
        _mask = _slots.Length - 1;
        Writer = new WriteSide(this);
    }

    internal int Capacity { get; }

    internal int MostSpins { get; }

    internal ChannelWriter<T> Writer { get; }

    internal Exception? Error { get; private set; }

    internal long Tail => TAtomics.Read(in _cursor.Tail);

    internal long End => TAtomics.Read(in _end);

    internal int ReaderCount => TAtomics.Read(in _readerCount);

    public override string Kind => $"broadcast channel ({Capacity}) of {typeof(T).Name}";

    public override bool HasWaiters
    {
        get
        {
            Enter();
            bool has = _sleepers.Exists(static reader => !reader.Waiting.IsEmpty);
            Exit();
            return has;
        }
    }

    internal BroadcastReaderCore<T, TAtomics> Subscribe(BroadcastLag lag, Action<long>? lagged)
    {
        Enter();
        TAtomics.Write(ref _readerCount, _readerCount + 1);
        var reader = new BroadcastReaderCore<T, TAtomics>(this, Tail, lag, lagged);
        Exit();
        return reader;
    }

    internal bool TryWrite(T item)
    {
        Decided decided = default;
        Enter();
        bool writes = _end == long.MaxValue;
        if (writes)
        {
            long tail = TAtomics.ReadOwned(in _cursor.Tail);
            TAtomics.WriteSlot(ref Slot(tail), item);
            TAtomics.Write(ref _cursor.Tail, tail + 1);
            if (_sleepers.Count != 0) WakeSleepers(ref decided);
        }

        Exit();
        Tell(in decided);
        return writes;
    }

    internal bool TryComplete(Exception? error)
    {
        Decided decided = default;
        List<BroadcastReaderCore<T, TAtomics>>? ended = null;
        Enter();
        bool completes = _end == long.MaxValue;
        if (completes)
        {
            Error = error;
            TAtomics.Write(ref _end, Tail);

            // A reader moves its position and then looks at the end; this is the other half.
            TAtomics.Fence();
            ended = _watched.FindAll(reader => reader.Position >= _end);
            _watched.RemoveAll(ended.Contains);
            foreach (BroadcastReaderCore<T, TAtomics> reader in _sleepers)
            {
                reader.IsSleeper = false;
                EndWaits(reader.Waiting, error, ref decided);
            }

            _sleepers.Clear();
        }

        Exit();
        ended?.ForEach(static reader => reader.CompleteCompletion());
        Tell(in decided);
        return completes;
    }

    /// <summary>Begins a wait, unless it is decided.</summary>
    internal ValueTask<bool> WaitAsync(BroadcastReaderCore<T, TAtomics> reader, CancellationToken cancellationToken)
    {
        Enter();
        if (reader.IsReady || reader.HasEnded)
        {
            Exit();
            return reader.IsReady ? new ValueTask<bool>(true) : reader.EndOfWait();
        }

        if (!reader.IsSleeper) _sleepers.Add(reader);
        reader.IsSleeper = true;
        Waiter<bool> waiter = Add(reader.Waiting);
        Exit();
        return Leave(waiter, cancellationToken);
    }

    /// <summary>Makes the reader's Completion complete when it has ended, which may be now.</summary>
    internal void Watch(BroadcastReaderCore<T, TAtomics> reader)
    {
        Enter();
        bool ended = reader.HasEnded;
        if (!ended) _watched.Add(reader);
        Exit();
        if (ended) reader.CompleteCompletion();
    }

    /// <summary>The reader has read the last item.</summary>
    internal void AfterLast(BroadcastReaderCore<T, TAtomics> reader)
    {
        Enter();
        bool watched = _watched.Remove(reader);
        Exit();
        if (watched) reader.CompleteCompletion();
    }

    internal void Leave(BroadcastReaderCore<T, TAtomics> reader)
    {
        Decided decided = default;
        Enter();
        bool watched = false;
        if (reader.TryMarkLeft())
        {
            TAtomics.Write(ref _readerCount, _readerCount - 1);
            EndWaits(reader.Waiting, error: null, ref decided);
            _sleepers.Remove(reader);
            watched = _watched.Remove(reader);
        }

        Exit();
        if (watched) reader.CompleteCompletion();
        Tell(in decided);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal ref T Slot(long cursor) => ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_slots), (nint)(cursor & _mask));

    /// <summary>Whether what was copied of this item may be part of a later one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool MayBeOverwritten(long item) => Tail - item > _mask;

    private void WakeSleepers(ref Decided decided)
    {
        foreach (BroadcastReaderCore<T, TAtomics> reader in _sleepers)
        {
            reader.IsSleeper = false;
            Wake(reader.Waiting, true, ref decided);
        }

        _sleepers.Clear();
    }

    private sealed class WriteSide(BroadcastChannelCore<T, TAtomics> channel) : ChannelWriter<T>
    {
        public override bool TryWrite(T item) => channel.TryWrite(item);

        public override bool TryComplete(Exception? error = null) => channel.TryComplete(error);

        public override ValueTask WriteAsync(T item, CancellationToken cancellationToken = default)
        {
            if (cancellationToken.IsCancellationRequested) return ValueTask.FromCanceled(cancellationToken);
            return channel.TryWrite(item) ? default : ValueTask.FromException(Completions.Closed(channel.Error));
        }

        public override ValueTask<bool> WaitToWriteAsync(CancellationToken cancellationToken = default)
        {
            if (cancellationToken.IsCancellationRequested) return ValueTask.FromCanceled<bool>(cancellationToken);
            if (channel.End == long.MaxValue) return new ValueTask<bool>(true);
            return channel.Error is { } error ? ValueTask.FromException<bool>(error) : new ValueTask<bool>(false);
        }
    }
}
