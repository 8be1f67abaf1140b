// Batches: the same steps as for one item, with a span in the place of it.

using FastCore.Channels.Queues;
using FastCore.Channels.Waiting;
using FastCore.Rings;

namespace FastCore.Channels;

internal sealed partial class QueueChannel<T, TQueue, TAtomics>
{
    private readonly WaiterPool<GatherWaiter, TAtomics> _gatherWaiters;

    /// <summary>The least number of items that a gathering read waits for. Written under the gate, before its bit shows.</summary>
    private int _gathered;

    private int TryReadBatchInTurn(Span<T> items)
    {
        Decided decided = default;
        TAtomics.Enter(_gate);
        Settle(ref decided);
        int count = _readersQueued.IsEmpty ? _queue.TryDequeue(items) : 0;
        if (count != 0) Settle(ref decided);
        TAtomics.Exit(_gate);
        Tell(in decided);
        return count;
    }

    private int TryWriteBatchInTurn(ReadOnlySpan<T> items)
    {
        Decided decided = default;
        TAtomics.Enter(_gate);
        Settle(ref decided);
        int count = _isClosed || !_writersQueued.IsEmpty ? 0 : _queue.TryEnqueue(items);
        if (count != 0) Settle(ref decided);
        TAtomics.Exit(_gate);
        Tell(in decided);
        return count;
    }

    private ValueTask<bool> WaitToReadManyAsync(int count, TimeSpan timeout, CancellationToken cancellationToken)
    {
        Decided decided = default;
        TAtomics.Enter(_gate);
        if (_isClosed)
        {
            TAtomics.Exit(_gate);
            return new ValueTask<bool>(true);
        }

        GatherWaiter waiter = _gatherWaiters.TryRent() ?? new GatherWaiter(this, _gatherWaiters);
        waiter.Wanted = Math.Min(count, _options.Capacity);
        waiter.SetDeadline(timeout);
        _readersGathering.Add(waiter);
        NoteGathered();
        AnnounceAndFence(SignalWord.ReadersGathering, othersFence: TQueue.HasManyWriters);
        Settle(ref decided);
        NoteStay(waiter);
        TAtomics.Exit(_gate);
        waiter.StartTimer();
        Leave(waiter, in decided, cancellationToken);
        return new ValueTask<bool>(waiter, waiter.Version);
    }

    /// <summary>
    /// Whether a waiting reader may have to be told of a write; false spares the gate the writes that only make a gathering
    /// batch grow. The last of the writes that complete the batch sees them all: each took its place before its fence.
    /// </summary>
    private bool ConcernsReaders(int signals) =>
        (signals & (SignalWord.ReadersWaiting | SignalWord.ReadersQueued)) != 0 || _queue.Count >= TAtomics.Read(in _gathered) || _queue.IsFull;

    private void WakeGathering(ref Decided decided)
    {
        int count = _queue.Count;
        bool isFull = _queue.IsFull;
        GatherWaiter? next;
        for (GatherWaiter? waiter = _readersGathering.First; waiter is not null; waiter = next)
        {
            next = _readersGathering.After(waiter);
            if (!isFull && count < waiter.Wanted) continue;
            _readersGathering.Remove(waiter);
            waiter.Succeed(true);
            decided.Add(waiter);
        }

        NoteGathered();
    }

    private void NoteGathered()
    {
        int least = int.MaxValue;
        for (GatherWaiter? waiter = _readersGathering.First; waiter is not null; waiter = _readersGathering.After(waiter)) least = Math.Min(least, waiter.Wanted);
        TAtomics.Write(ref _gathered, least);
    }

    private sealed partial class ReadSide
    {
        /// <summary>Null where the channel is not a ring between one writer and one reader.</summary>
        private readonly SpscRingCore<T, TAtomics>? _ring;

        public override bool CanPeekBatch => _ring is not null;

        public override int TryReadBatch(Span<T> items)
        {
            if (!TQueue.HoldsItems) return TryTakeBatch(items);
            if (TQueue.IsGated) return _queue.IsEmpty ? 0 : _channel.TryReadBatchInTurn(items);
            if ((TAtomics.Read(in _channel._signals) & SignalWord.ReadersQueued) != 0) return _channel.TryReadBatchInTurn(items);
            int count = _queue.TryDequeue(items);
            if (count != 0) AfterRead();
            return count;
        }

        public override ReadOnlySpan<T> PeekBatch(int maximum)
        {
            SpscRingCore<T, TAtomics> ring = _ring ?? throw new NotSupportedException(PeekRefused);
            return (TAtomics.Read(in _channel._signals) & SignalWord.ReadersQueued) != 0 ? [] : ring.Peek(maximum);
        }

        public override void Release(int count)
        {
            SpscRingCore<T, TAtomics> ring = _ring ?? throw new NotSupportedException(PeekRefused);
            if (TQueue.IsGated)
            {
                ring.ThrowIfNotPeeked(count);
                _channel.ReleaseAtGate(ring, count);
                return;
            }

            ring.Release(count);
            if (count != 0) AfterRead();
        }

        internal override ValueTask<bool> WaitToReadManyAsync(int count, TimeSpan timeout, CancellationToken cancellationToken) =>
            _channel.WaitToReadManyAsync(count, timeout, cancellationToken);

        private int TryTakeBatch(Span<T> items)
        {
            int count = 0;
            while (count < items.Length && TryTake(out T? item)) items[count++] = item;
            return count;
        }

        private const string PeekRefused = "Items can be read in place only in a channel of SingleReader and SingleWriter with a capacity of 1 to 65,536 that waits when full; see CanPeekBatch.";
    }

    private sealed partial class WriteSide
    {
        /// <inheritdoc cref="ReadSide._ring"/>
        private readonly SpscRingCore<T, TAtomics>? _ring;

        public override bool CanClaim => _ring is not null;

        public override int TryWriteBatch(ReadOnlySpan<T> items)
        {
            if (items.IsEmpty) return 0;
            if (!TQueue.HasManyWriters) return TryWriteBatchAlone(items);
            if (!TQueue.HoldsItems || TQueue.TellsOfDrops) return TryWriteOneByOne(items);
            if (TQueue.IsGated) return _queue.IsFull ? 0 : _channel.TryWriteBatchInTurn(items);
            if (_queue is PrioritizedQueue<T, TAtomics> prioritized) prioritized.ThrowIfFaulted();
            if ((TAtomics.Read(in _channel._signals) & SignalWord.WritersQueued) != 0) return _channel.TryWriteBatchInTurn(items);
            int count = _queue.TryEnqueue(items);
            if (count != 0) AfterWrite(TAtomics.Read(in _channel._signals));
            return count;
        }

        public override Span<T> Claim(int maximum)
        {
            SpscRingCore<T, TAtomics> ring = _ring ?? throw new NotSupportedException(ClaimRefused);
            return (TAtomics.Read(in _channel._signals) & SignalWord.WritersQueued) != 0 ? [] : ring.Claim(maximum);
        }

        /// <inheritdoc cref="TryWriteAlone"/>
        public override bool Publish(int count)
        {
            SpscRingCore<T, TAtomics> ring = _ring ?? throw new NotSupportedException(ClaimRefused);
            ring.ThrowIfNotClaimed(count);
            if (TQueue.IsGated) return _channel.PublishAtGate(ring, count) ?? throw new InvalidOperationException(PublishRefused);
            TAtomics.Write(ref _own.Writing, 1);
            int signals = TAtomics.Read(in _channel._signals);
            bool open = (signals & SignalWord.Closed) == 0;
            if ((signals & SignalWord.WritersQueued) != 0)
            {
                TAtomics.Write(ref _own.Writing, 0);
                throw new InvalidOperationException(PublishRefused);
            }

            if (open) ring.Publish(count);
            TAtomics.Write(ref _own.Writing, 0);
            if (open && count != 0) AfterWriteAlone();
            return open;
        }

        /// <inheritdoc cref="TryWriteAlone"/>
        private int TryWriteBatchAlone(ReadOnlySpan<T> items)
        {
            TAtomics.Write(ref _own.Writing, 1);
            int signals = TAtomics.Read(in _channel._signals);
            int count;
            try
            {
                count = (signals & (SignalWord.Closed | SignalWord.WritersQueued)) == 0 ? _queue.TryEnqueue(items) : 0;
            }
            finally
            {
                TAtomics.Write(ref _own.Writing, 0);
            }

            if (count != 0) AfterWriteAlone();
            else if ((signals & SignalWord.WritersQueued) != 0) return _channel.TryWriteBatchInTurn(items);
            return count;
        }

        /// <summary>What was written before a callback throws has been told to those who wait for it.</summary>
        private int TryWriteOneByOne(ReadOnlySpan<T> items)
        {
            int count = 0;
            while (count < items.Length && TryWrite(items[count])) count++;
            return count;
        }

        private const string PublishRefused = "A WriteAsync of this writer waits for room: nothing can be published before it has ended.";

        private const string ClaimRefused = "Places can be claimed only in a channel of SingleReader and SingleWriter with a capacity of 1 to 65,536 that waits when full; see CanClaim.";
    }
}
