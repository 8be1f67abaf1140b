using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using FastCore.Channels.Selecting;
using FastCore.Channels.Waiting;

namespace FastCore.Channels;

/// <summary>The reading side of a <see cref="FastChannel{T}"/>: batches, reads in place and reads that block a thread.</summary>
/// <typeparam name="T">What passes through the channel.</typeparam>
/// <remarks><inheritdoc cref="FastChannel" path="/remarks/node()"/></remarks>
public abstract class FastChannelReader<T> : ChannelReader<T>
{
    private protected FastChannelReader()
    {
    }

    /// <summary>
    /// Whether <see cref="PeekBatch"/> and <see cref="Release"/> work: in channels of one writer and one reader with a capacity of
    /// 1 to 65,536 that wait when full.
    /// </summary>
    public abstract bool CanPeekBatch { get; }

    /// <summary>How many items are in the channel, which always can be counted; 0 in a rendezvous.</summary>
    /// <remarks>Exact while nobody reads or writes. Else an estimate: what comes and goes during the look may be counted or missed.</remarks>
    public abstract override int Count { get; }

    /// <summary>Reads an item when there is one.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <remarks>
    /// <para>
    /// <b>Cancellation.</b> When the token fires, at whatever moment, the call either has taken an item and returns it, or has
    /// taken none and is cancelled; the item is then the next reader's. It leaves nothing in the channel.
    /// </para>
    /// <para>
    /// <b>Allocation.</b> None when an item is there; a call that waits uses a pooled object, so its ValueTask is to be awaited
    /// once.
    /// </para>
    /// </remarks>
    /// <exception cref="ChannelClosedException">The channel has ended.</exception>
    /// <exception cref="OperationCanceledException">The token fired first.</exception>
    public abstract override ValueTask<T> ReadAsync(CancellationToken cancellationToken = default);

    /// <summary>Waits until there is an item that a read could take; another reader may take it first.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>False when the channel has ended.</returns>
    /// <remarks>
    /// <para>
    /// In a rendezvous (capacity 0) that is a writer who waits with his item. He may have given up, his time or his token over,
    /// before a read comes.
    /// </para>
    /// <para>
    /// <b>Cancellation.</b> It takes no item, so there is none to be lost. It leaves nothing in the channel.
    /// </para>
    /// <para><inheritdoc cref="ReadAsync" path="/remarks/para[2]/node()"/></para>
    /// </remarks>
    /// <exception cref="OperationCanceledException">The token fired first.</exception>
    /// <exception cref="Exception">The channel was completed with this error and has ended.</exception>
    public abstract override ValueTask<bool> WaitToReadAsync(CancellationToken cancellationToken = default);

    /// <summary>Takes the oldest items, as many as are there, up to the length of <paramref name="items"/>.</summary>
    /// <returns>How many were written to <paramref name="items"/>; 0 when there is none now, or the channel has ended.</returns>
    /// <remarks>
    /// The items followed each other in the channel if it has one reader. It never waits, and it allocates nothing.
    /// </remarks>
    public abstract int TryReadBatch(Span<T> items);

    /// <summary>Waits until there is an item, and takes those that are there.</summary>
    /// <param name="items">Where they go; belongs to the call until it completes.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>How many were taken: at least one, or 0 when the channel has ended.</returns>
    /// <remarks>
    /// <para>
    /// <b>Cancellation.</b> Items are taken only by a call that returns them: a cancelled call has taken none.
    /// </para>
    /// <para>
    /// <b>Allocation.</b> None when items are there; a call that waits uses pooled objects.
    /// </para>
    /// </remarks>
    /// <exception cref="ArgumentException">There is no room in <paramref name="items"/>.</exception>
    /// <exception cref="OperationCanceledException">The token fired first.</exception>
    /// <exception cref="Exception">The channel was completed with this error and has ended.</exception>
    public ValueTask<int> ReadBatchAsync(Memory<T> items, CancellationToken cancellationToken = default)
    {
        ThrowIfEmpty(items);
        if (cancellationToken.IsCancellationRequested) return ValueTask.FromCanceled<int>(cancellationToken);
        int count = TryReadBatch(items.Span);
        return count != 0 ? new ValueTask<int>(count) : WaitAndReadBatch(items, cancellationToken);
    }

    /// <summary>
    /// Waits until there are as many items as <paramref name="items"/> holds, or <paramref name="maxWait"/> has passed since
    /// there was one; then takes those that are there.
    /// </summary>
    /// <param name="items">Where they go; belongs to the call until it completes.</param>
    /// <param name="maxWait">How long the first item may wait for others to fill the batch.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>How many were taken: at least one, or 0 when the channel has ended.</returns>
    /// <remarks>
    /// <para>
    /// The items stay in the channel until the batch is taken, so a bounded channel makes batches of at most its capacity.
    /// It holds for the first item however long that takes to come.
    /// </para>
    /// <para><inheritdoc cref="ReadBatchAsync(Memory{T}, CancellationToken)" path="/remarks/para[1]/node()"/></para>
    /// </remarks>
    /// <exception cref="ArgumentException">There is no room in <paramref name="items"/>.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The time is negative, or above 2³¹ milliseconds.</exception>
    /// <exception cref="OperationCanceledException">The token fired first.</exception>
    /// <exception cref="Exception">The channel was completed with this error and has ended.</exception>
    public ValueTask<int> ReadBatchAsync(Memory<T> items, TimeSpan maxWait, CancellationToken cancellationToken = default)
    {
        ThrowIfEmpty(items);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxWait, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(maxWait.TotalMilliseconds, int.MaxValue, nameof(maxWait));
        return cancellationToken.IsCancellationRequested
            ? ValueTask.FromCanceled<int>(cancellationToken)
            : GatherAndReadBatch(items, maxWait, cancellationToken);
    }

    /// <summary>Shows the oldest items where they lie; <see cref="Release"/> then takes them out. For one reader.</summary>
    /// <param name="maximum">How many are wanted at most.</param>
    /// <returns>
    /// The oldest items in order, as far as they lie side by side: fewer than there are where they go round the end of the
    /// ring, none when the channel is empty. Good until they are released or read.
    /// </returns>
    /// <exception cref="NotSupportedException"><see cref="CanPeekBatch"/> is false.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maximum"/> is negative.</exception>
    public abstract ReadOnlySpan<T> PeekBatch(int maximum);

    /// <summary>Takes the first <paramref name="count"/> peeked items out of the channel, which makes room for as many.</summary>
    /// <exception cref="NotSupportedException"><see cref="CanPeekBatch"/> is false.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> is negative, or more than is still peeked.</exception>
    public abstract void Release(int count);

    /// <summary>Reads an item, blocking the calling thread until there is one.</summary>
    /// <remarks>
    /// For threads that are there to block. No task is made and no thread of the pool needed: the writer wakes this thread.
    /// Order among waiting reads, blocking or not, is as they came.
    /// <para><inheritdoc cref="TryRead(out T, TimeSpan, CancellationToken)" path="/remarks/para[1]/node()"/></para>
    /// </remarks>
    /// <exception cref="ChannelClosedException">The channel has ended.</exception>
    /// <exception cref="OperationCanceledException">The token fired first.</exception>
    /// <exception cref="ThreadInterruptedException">The thread was interrupted while it waited.</exception>
    public T Read(CancellationToken cancellationToken = default)
    {
        // Without a limit it either reads, or throws.
        TryRead(out T? item, Timeout.InfiniteTimeSpan, cancellationToken);
        return item!;
    }

    /// <summary>Reads an item, blocking the calling thread for at most <paramref name="timeout"/> until there is one.</summary>
    /// <param name="item">The item.</param>
    /// <param name="timeout">How long; zero is a look without a wait, <see cref="Timeout.InfiniteTimeSpan"/> is for ever.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>False when the time was over first.</returns>
    /// <remarks>
    /// <para>
    /// <b>Cancellation.</b> When the time is over, the token fires or the thread is interrupted just as an item arrives, the
    /// call either returns the item, or has taken none.
    /// </para>
    /// </remarks>
    /// <exception cref="ArgumentOutOfRangeException">The time is negative and not infinite, or above 2³¹ milliseconds.</exception>
    /// <exception cref="ChannelClosedException">The channel has ended.</exception>
    /// <exception cref="OperationCanceledException">The token fired first.</exception>
    /// <exception cref="ThreadInterruptedException">The thread was interrupted while it waited.</exception>
    public abstract bool TryRead([MaybeNullWhen(false)] out T item, TimeSpan timeout, CancellationToken cancellationToken = default);

    /// <summary>
    /// Waits until <paramref name="count"/> items are there, the time is over, or nothing more will come. Whether it is
    /// worth looking is all that the result means.
    /// </summary>
    internal abstract ValueTask<bool> WaitToReadManyAsync(int count, TimeSpan timeout, CancellationToken cancellationToken);

    /// <summary>Reads for a select if there is an item, or tells the end and its error.</summary>
    internal abstract CaseOutcome TrySelect(out T? item, out Exception? error);

    /// <summary>Makes what stands for a select's read in this channel's list.</summary>
    internal abstract Waiter<T> CreateSelectWaiter(SelectRead<T> read, ISelectClaim select);

    /// <summary>Queues the select's read; if the channel has ended it fails it.</summary>
    internal abstract void Enlist(Waiter<T> waiter);

    /// <summary>Takes the select's read out of the list, if it is there.</summary>
    internal abstract void Delist(Waiter<T> waiter);

    /// <summary>A select that waited has read from here. By its awaiter, outside every gate: it may run a listener's code.</summary>
    internal virtual void NoteSelected()
    {
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> WaitAndReadBatch(Memory<T> items, CancellationToken cancellationToken)
    {
        while (await WaitToReadAsync(cancellationToken).ConfigureAwait(false))
        {
            int count = TryReadBatch(items.Span);
            if (count != 0) return count;
        }

        return 0;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> GatherAndReadBatch(Memory<T> items, TimeSpan maxWait, CancellationToken cancellationToken)
    {
        while (await WaitToReadAsync(cancellationToken).ConfigureAwait(false))
        {
            if (maxWait > TimeSpan.Zero && Count < items.Length) await WaitToReadManyAsync(items.Length, maxWait, cancellationToken).ConfigureAwait(false);
            int count = TryReadBatch(items.Span);
            if (count != 0) return count;
        }

        return 0;
    }

    private static void ThrowIfEmpty(Memory<T> items)
    {
        if (items.IsEmpty) throw new ArgumentException("A batch needs room for at least one item.", nameof(items));
    }
}
