// Capacity 0 and 1: an item waits at most, so nearly every read makes room for a writer and nearly every write ends a reader's
// wait. All of it happens under the gate: what an operation tries, whom it wakes and its own wait are one section. Without the
// gate a side only looks whether there is anything to try.
//
// Invariant, whenever the gate is free, of capacity 1 (.HandingOver says that of capacity 0): readers are queued only while the
// queue is empty, writers only while it is full; but for cases of a select that another channel may have decided.
//
// Linearisation points: a read or write takes place at its step on the queue, or where it takes a waiting reader's place in it,
// under the gate; "empty" and "full" at the look at the count.

using System.Diagnostics.CodeAnalysis;
using FastCore.Channels.Queues;
using FastCore.Channels.Waiting;
using FastCore.Rings;

namespace FastCore.Channels;

internal sealed partial class QueueChannel<T, TQueue, TAtomics>
{
    /// <summary>The ring of one writer and one reader who were promised to be alone; null for all others.</summary>
    private SpscRingCore<T, TAtomics>? RingInPlace => _queue switch
    {
        SpscBoundedQueue<T, TAtomics> alone => alone.Ring,
        GatedQueue<T, TAtomics> gated => gated.Ring,
        _ => null,
    };

    /// <summary>
    /// Whether a reader that has just been queued has nothing to be served with, and serves nobody. Only where nothing moves
    /// outside the gate can that be seen in the word and the count. Under the gate.
    /// </summary>
    private bool IsReadSettled => TQueue.HoldsItems ? TQueue.IsGated && _queue.IsEmpty : (_signals & SignalWord.AnyWriter) == 0;

    /// <summary>The same of a writer.</summary>
    private bool IsWriteSettled => TQueue.HoldsItems ? TQueue.IsGated && _queue.IsFull : (_signals & SignalWord.AnyReader) == 0;

    /// <summary>Reads, or else waits in its turn: one section, whichever it comes to.</summary>
    private ValueTask<T> ReadAsyncAtGate(CancellationToken cancellationToken)
    {
        Decided decided = default;
        TAtomics.Enter(_gate);
        if (TakeAtGate(out T? item, ref decided))
        {
            TAtomics.Exit(_gate);
            Tell(in decided);
            return new ValueTask<T>(item);
        }

        Waiter<T>? waiter = HasEnded ? null : AddReader(parker: null, ref decided);
        TAtomics.Exit(_gate);
        if (waiter is null) return EndOfRead();
        Leave(waiter, in decided, cancellationToken);
        return new ValueTask<T>(waiter, waiter.Version);
    }

    /// <summary>Writes, or else waits in its turn.</summary>
    private ValueTask WriteAsyncAtGate(T item, CancellationToken cancellationToken)
    {
        Decided decided = default;
        WriteWaiter<T>? waiter = null;
        TAtomics.Enter(_gate);
        bool isDone = PutAtGate(item, ref decided);
        bool isRefused = !isDone && _isClosed;
        if (!isDone && !isRefused) waiter = AddWriter(item, parker: null, ref decided);
        TAtomics.Exit(_gate);
        if (isRefused) return ValueTask.FromException(ClosedException());
        if (waiter is null)
        {
            Tell(in decided);
            return default;
        }

        Leave(waiter, in decided, cancellationToken);
        return new ValueTask(waiter, waiter.Version);
    }

    private bool TryTakeAtGate([MaybeNullWhen(false)] out T item)
    {
        Decided decided = default;
        TAtomics.Enter(_gate);
        bool taken = TakeAtGate(out item, ref decided);
        TAtomics.Exit(_gate);
        Tell(in decided);
        return taken;
    }

    private bool TryPutAtGate(T item)
    {
        Decided decided = default;
        TAtomics.Enter(_gate);
        bool put = PutAtGate(item, ref decided);
        TAtomics.Exit(_gate);
        Tell(in decided);
        return put;
    }

    /// <summary>Takes the oldest item, or that of a writer, and lets those go on who waited for that. Under the gate.</summary>
    private bool TakeAtGate([MaybeNullWhen(false)] out T item, ref Decided decided)
    {
        if (!TQueue.HoldsItems)
        {
            bool given = TakeFromWriter(out item, ref decided);
            ShowQueued();
            NotePhase();
            return given;
        }

        bool taken = _queue.TryDequeue(out item);
        if (taken && (_signals & (SignalWord.AnyWriter | SignalWord.Closed)) != 0) Settle(ref decided);
        return taken;
    }

    /// <summary>Gives the item to a reader, or adds it, and lets those go on who waited for that. Under the gate.</summary>
    private bool PutAtGate(T item, ref Decided decided)
    {
        if (_isClosed) return false;
        if ((_signals & SignalWord.ReadersQueued) != 0)
        {
            bool given = GiveToReader(item, ref decided);
            ShowQueued();
            NotePhase();
            if (given) return true;
        }

        if (!TQueue.HoldsItems) return false;
        bool put = _queue.TryEnqueue(item);
        if (put && (_signals & SignalWord.AnyReader) != 0) Settle(ref decided);
        return put;
    }

    /// <summary>The single reader gives back what it has looked at in place.</summary>
    private void ReleaseAtGate(SpscRingCore<T, TAtomics> ring, int count)
    {
        Decided decided = default;
        TAtomics.Enter(_gate);
        ring.Release(count);
        Settle(ref decided);
        TAtomics.Exit(_gate);
        Tell(in decided);
    }

    /// <summary>The single writer shows what it has written in place.</summary>
    /// <returns>Whether the channel was open; null if a write of this writer waits.</returns>
    private bool? PublishAtGate(SpscRingCore<T, TAtomics> ring, int count)
    {
        Decided decided = default;
        TAtomics.Enter(_gate);
        bool? published = _writersQueued.IsEmpty ? !_isClosed : null;
        if (published == true)
        {
            ring.Publish(count);
            Settle(ref decided);
        }

        TAtomics.Exit(_gate);
        Tell(in decided);
        return published;
    }

    private sealed partial class ReadSide
    {
        private bool TryReadAtGate([MaybeNullWhen(false)] out T item)
        {
            if (!_queue.IsEmpty) return _channel.TryTakeAtGate(out item);
            item = default;
            return false;
        }
    }

    private sealed partial class WriteSide
    {
        private bool TryWriteAtGate(T item) => !_queue.IsFull && _channel.TryPutAtGate(item);
    }
}
