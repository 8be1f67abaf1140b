using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using FastCore.Atomics;
using FastCore.Channels.Waiting;

namespace FastCore.Broadcast;

/// <summary>The engine of <see cref="BroadcastReader{T}"/>. BroadcastChannelCore.cs has the argument.</summary>
internal sealed class BroadcastReaderCore<T, TAtomics>(
    BroadcastChannelCore<T, TAtomics> channel,
    long position,
    BroadcastLag lag,
    Action<long>? lagged) : BroadcastReader<T>
    where TAtomics : struct, IAtomics
{
    /// <summary>The next item to be read; moved by compare-and-swap.</summary>
    private long _position = position;

    private long _missed;

    private int _left;

    /// <summary>Made when it is asked for.</summary>
    private TaskCompletionSource? _completion;

    /// <summary>Under the gate.</summary>
    internal WaiterList<Waiter<bool>> Waiting { get; } = new();

    /// <summary>Whether the channel lists it among those of which a wait has begun since the last write. Under the gate.</summary>
    internal bool IsSleeper { get; set; }

    internal long Position => TAtomics.Read(in _position);

    internal bool IsReady => !HasLeft && Position < channel.Tail;

    internal bool HasEnded => HasLeft || Position >= channel.End;

    public override long Missed => TAtomics.Read(in _missed);

    public override int Count => HasLeft ? 0 : (int)Math.Clamp(channel.Tail - Position, 0, channel.Capacity);

    public override Task Completion
    {
        get
        {
            if (TAtomics.Read(in _completion) is { } made) return made.Task;
            var completion = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            if (TAtomics.CompareExchange(ref _completion, completion, null) is { } first) return first.Task;
            channel.Watch(this);
            return completion.Task;
        }
    }

    private bool HasLeft => TAtomics.Read(in _left) != 0;

    public override bool TryRead([MaybeNullWhen(false)] out T item)
    {
        bool found = TryRead(out item, out long missed, throws: lag == BroadcastLag.Throw);
        if (missed != 0 && !found) throw new BroadcastLaggedException(missed);
        return found;
    }

    public override bool TryRead([MaybeNullWhen(false)] out T item, out long missed) => TryRead(out item, out missed, throws: false);

    public override int TryReadBatch(Span<T> items, out long missed)
    {
        missed = 0;
        if (items.IsEmpty) return 0;
        int overtaken = 0;
        while (TryStart(overtaken, out long from, out long first))
        {
            int count = (int)Math.Min(items.Length, channel.Tail - first);
            for (int i = 0; i < count; i++) items[i] = TAtomics.ReadRacingSlot(in channel.Slot(first + i));
            if (channel.MayBeOverwritten(first))
            {
                overtaken++;
            }
            else if (TryMove(from, first, count))
            {
                missed = first - from;
                return count;
            }
        }

        return 0;
    }

    public override bool TryPeek([MaybeNullWhen(false)] out T item)
    {
        for (int overtaken = 0; TryStart(overtaken, out _, out long first); overtaken++)
        {
            item = TAtomics.ReadRacingSlot(in channel.Slot(first));
            if (!channel.MayBeOverwritten(first)) return true;
        }

        item = default;
        return false;
    }

    public override ValueTask<bool> WaitToReadAsync(CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested) return ValueTask.FromCanceled<bool>(cancellationToken);
        return IsReadySoon() ? new ValueTask<bool>(true) : channel.WaitAsync(this, cancellationToken);
    }

    public override void Dispose() => channel.Leave(this);

    /// <summary>Under the gate.</summary>
    internal bool TryMarkLeft()
    {
        if (_left != 0) return false;
        TAtomics.Write(ref _left, 1);
        return true;
    }

    /// <summary>What a wait gets when it has ended.</summary>
    internal ValueTask<bool> EndOfWait() =>
        !HasLeft && channel.Error is { } error ? ValueTask.FromException<bool>(error) : new ValueTask<bool>(false);

    /// <summary>Outside the gate; once, by whoever took it off the list of the watched.</summary>
    internal void CompleteCompletion() => Completions.Complete(_completion!, HasLeft ? null : channel.Error);

    /// <param name="item">The item, if there is one.</param>
    /// <param name="missed">How many items were missed.</param>
    /// <param name="throws">When some were missed, moves past those only, and takes no item.</param>
    /// <returns>Whether an item was taken.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TryRead([MaybeNullWhen(false)] out T item, out long missed, bool throws)
    {
        int overtaken = 0;
        while (TryStart(overtaken, out long from, out long first))
        {
            missed = first - from;
            if (throws && missed != 0)
            {
                if (!TryMove(from, first, 0)) continue;
                item = default;
                return false;
            }

            item = TAtomics.ReadRacingSlot(in channel.Slot(first));
            if (channel.MayBeOverwritten(first)) overtaken++;
            else if (TryMove(from, first, 1)) return true;
        }

        item = default;
        missed = 0;
        return false;
    }

    /// <summary>Where a read begins; false when there is nothing to read.</summary>
    /// <param name="overtaken">How often this read was overtaken already; each time it begins twice as near to the tail.</param>
    /// <param name="from">The position.</param>
    /// <param name="first">The first item that can be read, at the position or after it.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TryStart(int overtaken, out long from, out long first)
    {
        from = Position;
        long tail = channel.Tail;
        first = Math.Max(from, tail - Math.Max(channel.Capacity >> overtaken, 1));
        return from < tail && !HasLeft;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TryMove(long from, long first, int count)
    {
        if (TAtomics.CompareExchange(ref _position, first + count, from) != from) return false;
        if (first != from) Tell(first - from);
        if (first + count == channel.End) channel.AfterLast(this);
        return true;
    }

    private void Tell(long missed)
    {
        TAtomics.Add(ref _missed, missed);
        lagged?.Invoke(missed);
    }

    /// <summary>Looks, and looks again for about as long as going to sleep and being woken takes.</summary>
    private bool IsReadySoon()
    {
        if (IsReady) return true;
        for (int look = 0; look < channel.MostSpins; look++)
        {
            if (HasEnded) return false;
            TAtomics.Pause(turns: 1 << Math.Min(look, 3));
            if (IsReady) return true;
        }

        return false;
    }
}
