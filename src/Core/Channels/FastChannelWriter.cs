using System.Runtime.CompilerServices;
using System.Threading.Channels;
using FastCore.Channels.Selecting;
using FastCore.Channels.Waiting;

namespace FastCore.Channels;

/// <summary>The writing side of a <see cref="FastChannel{T}"/>: batches, writes in place and writes that block a thread.</summary>
/// <typeparam name="T">What passes through the channel.</typeparam>
/// <remarks><inheritdoc cref="FastChannel" path="/remarks/node()"/></remarks>
public abstract class FastChannelWriter<T> : ChannelWriter<T>
{
    private protected FastChannelWriter()
    {
    }

    /// <summary>
    /// Whether <see cref="Claim"/> and <see cref="Publish"/> work: in channels of one writer and one reader with a capacity of 1
    /// to 65,536 that wait when full.
    /// </summary>
    public abstract bool CanClaim { get; }

    /// <summary>Writes an item when there is room.</summary>
    /// <param name="item">The item.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <remarks>
    /// <para>
    /// <b>Cancellation.</b> When the token fires, at whatever moment, the item either has been written and the call succeeds, or
    /// the call is cancelled and the item never will be. It leaves nothing in the channel.
    /// </para>
    /// <para>
    /// <b>Allocation.</b> None when there is room; a call that waits uses a pooled object, so its ValueTask is to be awaited
    /// once.
    /// </para>
    /// </remarks>
    /// <exception cref="ChannelClosedException">The channel was completed first.</exception>
    /// <exception cref="OperationCanceledException">The token fired first.</exception>
    public abstract override ValueTask WriteAsync(T item, CancellationToken cancellationToken = default);

    /// <summary>Waits until there is room that a write could take; another writer may take it first.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>False when the channel was completed.</returns>
    /// <remarks>
    /// <para>
    /// In a rendezvous (capacity 0) that is a reader who waits. He may have given up, his time or his token over, before a write
    /// comes.
    /// </para>
    /// <para>
    /// <b>Cancellation.</b> It writes nothing and keeps no room. It leaves nothing in the channel.
    /// </para>
    /// <para><inheritdoc cref="WriteAsync" path="/remarks/para[2]/node()"/></para>
    /// </remarks>
    /// <exception cref="OperationCanceledException">The token fired first.</exception>
    /// <exception cref="Exception">The channel was completed with this error.</exception>
    public abstract override ValueTask<bool> WaitToWriteAsync(CancellationToken cancellationToken = default);

    /// <summary>Completes the channel: nothing is accepted after it, and what was accepted before can be read.</summary>
    /// <param name="error">Why, or null; those who wait, and later operations, are told.</param>
    /// <returns>False when it was completed before.</returns>
    public abstract override bool TryComplete(Exception? error = null);

    /// <summary>Writes items from the first on, as many as there is room for at this moment.</summary>
    /// <returns>How many were written; 0 when the channel is full or completed, or other writes wait for room.</returns>
    /// <remarks>They keep their order; with other writers at work, items of theirs may come between. It allocates nothing.</remarks>
    public abstract int TryWriteBatch(ReadOnlySpan<T> items);

    /// <summary>Writes all items in order, waiting for room as needed.</summary>
    /// <param name="items">The items; they belong to the call until it completes.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>How many were written: all of them, unless <paramref name="cancellationToken"/> fired or the channel was completed after some.</returns>
    /// <remarks>
    /// <para>
    /// <b>Cancellation.</b> What a call has written stays written, and it says how much that is: it throws only if it has
    /// written nothing (as <c>write(2)</c> does), or if the caller's own comparer or drop callback throws. The rest was not
    /// written and never will be.
    /// </para>
    /// <para>
    /// <b>Allocation.</b> None when there is room; a call that waits uses pooled objects.
    /// </para>
    /// </remarks>
    /// <exception cref="OperationCanceledException">The token fired before anything was written.</exception>
    /// <exception cref="ChannelClosedException">The channel was completed before anything was written.</exception>
    public virtual ValueTask<int> WriteBatchAsync(ReadOnlyMemory<T> items, CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested) return ValueTask.FromCanceled<int>(cancellationToken);
        int written = TryWriteBatch(items.Span);
        return written == items.Length ? new ValueTask<int>(written) : WaitAndWriteBatch(items, written, cancellationToken);
    }

    /// <summary>
    /// Gives free places to write into, so that items need no copy; <see cref="Publish"/> then hands them over. For one writer.
    /// </summary>
    /// <param name="maximum">How many places are wanted at most.</param>
    /// <returns>
    /// The places next in order, as far as they lie side by side: fewer than are free where they go round the end of the ring,
    /// none when the channel is full. They may hold old values. Good until they are published or written.
    /// </returns>
    /// <exception cref="NotSupportedException"><see cref="CanClaim"/> is false.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maximum"/> is negative.</exception>
    public abstract Span<T> Claim(int maximum);

    /// <summary>Hands the first <paramref name="count"/> claimed places to the reader.</summary>
    /// <returns>False when the channel has been completed: nothing was handed over.</returns>
    /// <exception cref="InvalidOperationException">A <c>WriteAsync</c> of this writer waits for room.</exception>
    /// <exception cref="NotSupportedException"><see cref="CanClaim"/> is false.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> is negative, or more than is still claimed.</exception>
    public abstract bool Publish(int count);

    /// <summary>Writes an item, blocking the calling thread until there is room.</summary>
    /// <remarks>
    /// For threads that are there to block. No task is made and no thread of the pool needed: the reader wakes this thread.
    /// Order among waiting writes, blocking or not, is as they came.
    /// <para><inheritdoc cref="TryWrite(T, TimeSpan, CancellationToken)" path="/remarks/para[1]/node()"/></para>
    /// </remarks>
    /// <exception cref="ChannelClosedException">The channel was completed first.</exception>
    /// <exception cref="OperationCanceledException">The token fired first.</exception>
    /// <exception cref="ThreadInterruptedException">The thread was interrupted while it waited.</exception>
    public void Write(T item, CancellationToken cancellationToken = default) => TryWrite(item, Timeout.InfiniteTimeSpan, cancellationToken);

    /// <summary>Writes an item, blocking the calling thread for at most <paramref name="timeout"/> until there is room.</summary>
    /// <param name="item">The item.</param>
    /// <param name="timeout">How long; zero is a look without a wait, <see cref="Timeout.InfiniteTimeSpan"/> is for ever.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>False when the time was over first: the item was not written.</returns>
    /// <remarks>
    /// <para>
    /// <b>Cancellation.</b> When the time is over, the token fires or the thread is interrupted just as room appears, the call
    /// either returns true and the item is written, or it is not and never will be.
    /// </para>
    /// </remarks>
    /// <exception cref="ArgumentOutOfRangeException">The time is negative and not infinite, or above 2³¹ milliseconds.</exception>
    /// <exception cref="ChannelClosedException">The channel was completed first.</exception>
    /// <exception cref="OperationCanceledException">The token fired first.</exception>
    /// <exception cref="ThreadInterruptedException">The thread was interrupted while it waited.</exception>
    public abstract bool TryWrite(T item, TimeSpan timeout, CancellationToken cancellationToken = default);

    /// <summary>Writes for a select if there is room, or tells that the channel is completed, and the error.</summary>
    internal abstract CaseOutcome TrySelect(T item, out Exception? error);

    /// <summary>Makes what stands for a select's write in this channel's list.</summary>
    internal abstract WriteWaiter<T> CreateSelectWaiter(SelectWrite<T> write, ISelectClaim select);

    /// <summary>Queues the select's write; if the channel is completed it fails it.</summary>
    internal abstract void Enlist(WriteWaiter<T> waiter);

    /// <summary>Takes the select's write out of the list, if it is there.</summary>
    internal abstract void Delist(WriteWaiter<T> waiter);

    /// <summary>A select that waited has written here. By its awaiter, outside every gate: it may run a listener's code.</summary>
    internal virtual void NoteSelected()
    {
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> WaitAndWriteBatch(ReadOnlyMemory<T> items, int written, CancellationToken cancellationToken)
    {
        try
        {
            while (written < items.Length)
            {
                // One item waits in its turn; whatever room there is after it takes the next ones.
                await WriteAsync(items.Span[written], cancellationToken).ConfigureAwait(false);
                written++;
                written += TryWriteBatch(items.Span[written..]);
            }
        }
        catch (Exception error) when (written != 0 && error is OperationCanceledException or ChannelClosedException)
        {
            // The caller learns of it by the number, and of the reason by its next write.
        }

        return written;
    }
}
