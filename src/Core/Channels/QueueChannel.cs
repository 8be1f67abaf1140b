// A channel over a queue. The queue holds the items and is what a read or write uses when nobody has to wait; this class adds
// waiting, waking, cancellation and the end. What waits is in five lists under one gate, and the word of signals tells the
// lock-free paths when they have to come here.
//
// Invariants, whenever the gate is free:
//   1. A bit of the word is set exactly while its list has a waiter, or the channel is closed.
//   2. A waiter in a list either has a condition that does not hold, or someone who made it hold has yet to come to the gate.
//      (Waiting/SignalWord.cs argues why that someone sees the bit.) All who come call Settle, which decides every waiter
//      whose condition holds; so no waiter sleeps on.
//   3. Items reach ReadAsync waiters, and leave WriteAsync waiters, in the order those came, and before any read or write that
//      starts while they wait: those see the bit and take their turn at the gate.
//   4. A consumer's side that is one thread's (ISides) is used by that thread, or, under the gate, by whoever settles while a
//      ReadAsync waits: the thread has lent its side then, and gets it back when that waiter is decided. The producer's side
//      likewise.
//
// A queue that holds nothing (capacity 0) differs in Settle and in the fast paths: .HandingOver. Of one that holds a single item
// the fast paths go through the gate: .Gating.
//
// Under the gate nothing of a caller's runs but the comparer of a prioritised channel, and nothing waits but for a step that
// another thread is in the middle of: an enqueue that has its place, the one write that meets the end, another channel's
// claim of a select.
//
// Reading order: this file (Settle), then .Reading, .Writing, .Cancelling, .Closing, .HandingOver, .Gating, .Batches, .Blocking,
// .Selecting, .Tracing, .Looking, .Debugging.

using System.Diagnostics;
using System.Runtime.CompilerServices;
using FastCore.Atomics;
using FastCore.Channels.Queues;
using FastCore.Channels.Waiting;
using FastCore.Continuations;
using FastCore.Diagnostics;

namespace FastCore.Channels;

/// <summary>The engine of every channel: see <see cref="FastChannel"/> for what it promises.</summary>
internal sealed partial class QueueChannel<T, TQueue, TAtomics> : FastChannel<T>, IWaiterOwner
    where TQueue : struct, IItemQueue<T>
    where TAtomics : struct, IAtomics
{
    private readonly TQueue _queue;

    private readonly EngineOptions _options;

    private readonly Gate _gate = new();

    private readonly WaiterList<Waiter<T>> _readersQueued = new() { Operation = WaitOperation.Read };

    private readonly WaiterList<Waiter<bool>> _readersWaiting = new();

    private readonly WaiterList<GatherWaiter> _readersGathering = new() { Operation = WaitOperation.ReadBatch };

    private readonly WaiterList<WriteWaiter<T>> _writersQueued = new() { Operation = WaitOperation.Write };

    private readonly WaiterList<Waiter<bool>> _writersWaiting = new() { Operation = WaitOperation.WaitToWrite };

    /// <summary>See <see cref="SignalWord"/>. Written under the gate.</summary>
    private int _signals;

    private FencePatience _patience;

    /// <summary>Since when its operations do not fence. Under the gate.</summary>
    private long _unfencedSince;

    internal QueueChannel(TQueue queue, EngineOptions options)
    {
        _queue = queue;
        _patience = new FencePatience(options.Tuning.FencesBeforeUnfenced);
        _options = options;
        _signals = TQueue.HasManyWriters && TQueue.HasManyReaders ? 0 : SignalWord.Fenced;
        _completion = new TaskCompletionSource(
            options.Continuations == ContinuationScheduler.Inline ? TaskCreationOptions.None : TaskCreationOptions.RunContinuationsAsynchronously);
        _readWaiters = new(_gate);
        _writeWaiters = new(_gate);
        _signalWaiters = new(_gate);
        _gatherWaiters = new(_gate);
        Reader = _readSide = new ReadSide(this);
        Writer = _writeSide = new WriteSide(this);
    }

    bool IWaiterOwner.HasWaiters => (TAtomics.Read(in _signals) & (SignalWord.AnyReader | SignalWord.AnyWriter)) != 0;

    /// <summary>Comes to the gate because of a bit in the word.</summary>
    private void Settle()
    {
        Decided decided = default;
        TAtomics.Enter(_gate);
        Settle(ref decided);
        TAtomics.Exit(_gate);
        Tell(in decided);
    }

    /// <summary>Decides every waiter whose condition holds. Under the gate.</summary>
    private void Settle(ref Decided decided)
    {
        // Every list with a waiter has its bit by now; a bit may have lost its waiters.
        int signals = _signals;
        if ((signals & SignalWord.AnyQueued) != 0)
        {
            if (TQueue.HoldsItems) MoveItems(ref decided);
            else HandOver(ref decided);
        }

        if ((signals & SignalWord.AnyButQueued) != 0) SettleOthers(ref decided);
        else ShowQueued();
        NotePhase();
    }

    /// <summary>Those who wait for no item of their own, and the end. Under the gate, after items have moved.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void SettleOthers(ref Decided decided)
    {
        if (!_readersWaiting.IsEmpty && IsReadable) Wake(_readersWaiting, true, ref decided);
        if (!_readersGathering.IsEmpty) WakeGathering(ref decided);
        if (!_writersWaiting.IsEmpty && IsWritable) Wake(_writersWaiting, true, ref decided);
        if (_isClosed) SettleEnd(ref decided);
        ShowSignals();
    }

    /// <summary>Whether a read that starts now would succeed. Under the gate, after items have moved.</summary>
    private bool IsReadable => TQueue.HoldsItems ? !_queue.IsEmpty : !_writersQueued.IsEmpty;

    /// <summary>Whether a write that starts now would succeed. Under the gate, after items have moved.</summary>
    private bool IsWritable => TQueue.HoldsItems ? _writersQueued.IsEmpty && !_queue.IsFull : !_readersQueued.IsEmpty || !_queue.IsFull;

    /// <summary>Items to readers and room to writers, until neither moves the other.</summary>
    private void MoveItems(ref Decided decided)
    {
        do
        {
            HandItemsToReaders(ref decided);
        }
        while (TakeItemsFromWriters(ref decided) && !_readersQueued.IsEmpty);
    }

    private void HandItemsToReaders(ref Decided decided)
    {
        while (_readersQueued.First is { } reader && !_queue.IsEmpty)
        {
            if (!reader.TryClaim())
            {
                _readersQueued.Remove(reader);
            }
            else if (_queue.TryDequeue(out T? item))
            {
                _readersQueued.Remove(reader);
                reader.Succeed(item);
                decided.Add(reader);
            }
            else
            {
                reader.Unclaim();
                return;
            }
        }
    }

    /// <returns>Whether any item was taken.</returns>
    private bool TakeItemsFromWriters(ref Decided decided)
    {
        bool any = false;
        while (_writersQueued.First is { } writer && !_queue.IsFull)
        {
            if (!writer.TryClaim())
            {
                _writersQueued.Remove(writer);
            }
            else if (_queue.TryEnqueue(writer.Item!))
            {
                _writersQueued.Remove(writer);
                writer.Succeed(true);
                decided.Add(writer);
                any = true;
            }
            else
            {
                writer.Unclaim();
                break;
            }
        }

        return any;
    }

    private static void Wake<TWaiter>(WaiterList<TWaiter> list, bool result, ref Decided decided)
        where TWaiter : Waiter<bool>
    {
        while (list.First is { } waiter)
        {
            list.Remove(waiter);
            waiter.Succeed(result);
            decided.Add(waiter);
        }
    }

    /// <summary>Makes the word tell what the lists hold (invariant 1). Under the gate.</summary>
    private void ShowSignals()
    {
        int signals = _signals & SignalWord.Fenced;
        if (!_readersWaiting.IsEmpty) signals |= SignalWord.ReadersWaiting;
        if (!_readersQueued.IsEmpty) signals |= SignalWord.ReadersQueued;
        if (!_readersGathering.IsEmpty) signals |= SignalWord.ReadersGathering;
        if (!_writersWaiting.IsEmpty) signals |= SignalWord.WritersWaiting;
        if (!_writersQueued.IsEmpty) signals |= SignalWord.WritersQueued;
        if (_isClosed) signals |= SignalWord.Closed;
        if (signals != _signals) TAtomics.Write(ref _signals, signals);
    }

    /// <summary>The same after steps by which readers and writers can only have left the two lists of those who are queued.</summary>
    private void ShowQueued()
    {
        int signals = _signals;
        if (_readersQueued.IsEmpty) signals &= ~SignalWord.ReadersQueued;
        if (_writersQueued.IsEmpty) signals &= ~SignalWord.WritersQueued;
        if (signals != _signals) TAtomics.Write(ref _signals, signals);
    }

    /// <summary>
    /// The sleeper's part of the sleep protocol, after it has put itself in its list: shows the bit and fences. The caller
    /// then settles, which is the look that follows. Under the gate.
    /// </summary>
    /// <param name="bit">That of its list, or of the end.</param>
    /// <param name="othersFence">Whether those who are to see the bit always fence: their side is shared.</param>
    private void AnnounceAndFence(int bit, bool othersFence)
    {
        if ((_signals & bit) == 0) TAtomics.Write(ref _signals, _signals | bit);

        // Nothing moves outside the gate, so there is nobody to be missed.
        if (TQueue.IsGated) return;
        _readSide.ForgetFences();
        _writeSide.ForgetFences();
        if (othersFence || (_signals & SignalWord.Fenced) != 0)
        {
            TAtomics.Fence();
            return;
        }

        TAtomics.Write(ref _signals, _signals | SignalWord.Fenced);
        long begin = Stopwatch.GetTimestamp();
        TAtomics.FenceAllProcessors();
        _patience.Learn(Stopwatch.GetElapsedTime(_unfencedSince, begin), Stopwatch.GetElapsedTime(begin));
    }

    /// <summary>The other part, for a side that is one thread's: reads the word as it is after the caller's store.</summary>
    private int SignalsAfterStore()
    {
        int signals = TAtomics.Read(in _signals);
        if ((signals & SignalWord.Fenced) == 0) return signals;
        TAtomics.Fence();
        return TAtomics.Read(in _signals);
    }

    /// <summary>Enough single fences have been paid for: from here to the next sleep there are none.</summary>
    private void StopFencing()
    {
        TAtomics.Enter(_gate);
        TAtomics.Write(ref _signals, _signals & ~SignalWord.Fenced);
        _unfencedSince = Stopwatch.GetTimestamp();
        TAtomics.Exit(_gate);
    }

    /// <summary>
    /// Finishes the start of an asynchronous operation: tells who was decided (perhaps this one), and lets its token end it.
    /// Outside the gate.
    /// </summary>
    private void Leave(Waiter waiter, in Decided decided, CancellationToken cancellationToken)
    {
        Tell(in decided);
        waiter.Watch(cancellationToken);
    }

    /// <summary>Outside the gate.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Tell(in Decided decided)
    {
        if (decided.IsEnd) CompleteCompletion();
        if (!decided.IsEmpty) TellWaiters(in decided);
    }

    private void TellWaiters(in Decided decided)
    {
        // The awaiter's word releases what was written before it; the explorer, which does not know that word, needs this.
        TAtomics.FenceWrites();
        decided.Signal(_options.Continuations);
    }

    /// <summary>Lets items (for a reader) or places (for a writer) gather: see <see cref="ChannelTuning.Run"/>.</summary>
    private void Linger(bool forItems)
    {
        int run = _options.Tuning.Run;
        if (run == 0) return;
        for (int turns = 0; turns < ChannelTuning.LingerTurns; turns += ChannelTuning.TurnsBetweenLooks)
        {
            TAtomics.Pause(ChannelTuning.TurnsBetweenLooks);
            int items = _queue.Count;
            if (forItems ? items >= run : items <= _options.Capacity - run) return;
        }
    }

    /// <summary>The pauses of a spin: short ones first, for what is about to happen, then about a third of a microsecond each.</summary>
    private static void PauseBetweenLooks(int look) => TAtomics.Pause(turns: 1 << Math.Min(look, 3));

    private Waiter<bool> RentSignalWaiter() => _signalWaiters.TryRent() ?? new Waiter<bool>(this, _signalWaiters);
}
