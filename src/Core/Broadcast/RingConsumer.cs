using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace FastCore.Broadcast;

/// <summary>One consumer of a <see cref="BroadcastRing{T}"/>: a <see cref="ChannelReader{T}"/> that sees every item, in order.</summary>
/// <remarks>
/// <para>
/// <b>Threads.</b> At any moment at most one read may be in progress, from its start to the end of what it returned.
/// <see cref="Dispose"/>, <c>Count</c> and <c>Completion</c> are allowed from any thread at any time. Breaking the rule can
/// lose or double items, nothing worse.
/// </para>
/// <para><b>Order.</b> Items come in the order of their publication, each once; and each only after the consumers that this one comes after have released it.</para>
/// <para>
/// <b>Release.</b> Publishers wait until the slowest consumer has released a slot before they write it again. Every read
/// releases what it returned; <see cref="Peek"/> leaves that to <see cref="Release"/>.
/// </para>
/// <para>
/// <b>Cancellation.</b> A token ends waits and nothing else: a read that has taken items returns them. Nothing is lost, and
/// nothing is left behind.
/// </para>
/// <para>
/// <b>Completion.</b> After the last item reads find nothing, waits yield false or throw the error that the ring was
/// completed with, and <c>Completion</c> completes.
/// </para>
/// <para><b>Allocation.</b> None in the steady state; waits reuse pooled objects.</para>
/// </remarks>
[DebuggerDisplay("Count = {Count}")]
public abstract class RingConsumer<T> : ChannelReader<T>, IDisposable
{
    private protected RingConsumer()
    {
    }

    /// <inheritdoc/>
    public override bool CanCount => true;

    /// <inheritdoc/>
    public override bool CanPeek => true;

    /// <summary>Reads the next items, as many as there are, up to the length of <paramref name="items"/>.</summary>
    /// <returns>How many were written to <paramref name="items"/>.</returns>
    public abstract int TryReadBatch(Span<T> items);

    /// <summary>Shows the next items where they lie; <see cref="Release"/> then gives their slots back to the publishers.</summary>
    /// <param name="maximum">How many items are wanted at most.</param>
    /// <returns>
    /// The next items in order, as far as they lie side by side: fewer than there are when they go round the end of the ring,
    /// none when there is none. Good until they are released, or the consumer leaves.
    /// </returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maximum"/> is negative.</exception>
    public abstract ReadOnlySpan<T> Peek(int maximum);

    /// <summary>Gives the slots of the first <paramref name="count"/> peeked items back, and goes on to the items after them.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> is negative, or more than is still peeked.</exception>
    public abstract void Release(int count);

    /// <summary>Waits for an item on the calling thread, in the way the ring was made for.</summary>
    /// <param name="timeout">How long at most; <see cref="Timeout.InfiniteTimeSpan"/> without a limit.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>True when there is an item; false when there never will be, or the time is up.</returns>
    /// <remarks><b>Cancellation.</b> The token ends the wait; no item is taken, so none is lost.</remarks>
    /// <exception cref="OperationCanceledException">The token fired first.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The timeout is negative, or more than timers take.</exception>
    public abstract bool WaitToRead(TimeSpan timeout, CancellationToken cancellationToken = default);

    /// <summary>Waits without a limit: see <see cref="WaitToRead(TimeSpan, CancellationToken)"/>.</summary>
    /// <returns>True when there is an item; false when there never will be.</returns>
    public bool WaitToRead(CancellationToken cancellationToken = default) => WaitToRead(Timeout.InfiniteTimeSpan, cancellationToken);

    /// <summary>Reads the next item; waits for it on the calling thread.</summary>
    /// <remarks><b>Cancellation.</b> The token ends the wait; no item is lost.</remarks>
    /// <exception cref="ChannelClosedException">There will be none.</exception>
    /// <exception cref="OperationCanceledException">The token fired first.</exception>
    public T Read(CancellationToken cancellationToken = default)
    {
        T? item;
        while (!TryRead(out item))
        {
            if (!WaitToRead(cancellationToken)) throw Closed();
        }

        return item;
    }

    /// <summary>Reads items, at least one; waits for it on the calling thread.</summary>
    /// <returns>How many were written to <paramref name="items"/>; 0 when there will be none, or no room for any.</returns>
    /// <remarks><b>Cancellation.</b> The token ends the wait; no item is lost.</remarks>
    /// <exception cref="ChannelClosedException">There will be none: the ring was completed with an error.</exception>
    /// <exception cref="OperationCanceledException">The token fired first.</exception>
    /// <exception cref="ThreadInterruptedException">The thread was interrupted while it waited.</exception>
    public int ReadBatch(Span<T> items, CancellationToken cancellationToken = default)
    {
        int count = TryReadBatch(items);
        while (count == 0 && !items.IsEmpty)
        {
            if (!WaitToRead(cancellationToken)) return Completion.IsFaulted || Completion.IsCanceled ? throw Closed() : 0;
            count = TryReadBatch(items);
        }

        return count;
    }

    /// <summary>Reads the next item, when there is one.</summary>
    /// <remarks><b>Cancellation.</b> It is cancelled, or has read an item and yields it.</remarks>
    /// <exception cref="ChannelClosedException">There will be none. (In the ValueTask.)</exception>
    public override ValueTask<T> ReadAsync(CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested) return ValueTask.FromCanceled<T>(cancellationToken);
        return TryRead(out T? item) ? new ValueTask<T>(item) : WaitingReads.ReadAsync(this, cancellationToken);
    }

    /// <summary>Reads items, as many as there are, when there is at least one.</summary>
    /// <returns>How many were written to <paramref name="items"/>; 0 when there will be none, or no room for any.</returns>
    /// <remarks><b>Cancellation.</b> It is cancelled, or has read items and yields them.</remarks>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<int> ReadBatchAsync(Memory<T> items, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        int count = TryReadBatch(items.Span);
        while (count == 0 && !items.IsEmpty && await WaitToReadAsync(cancellationToken).ConfigureAwait(false)) count = TryReadBatch(items.Span);
        return count;
    }

    /// <summary>
    /// Leaves: publishers no longer wait for this consumer, and those that come after it follow what it followed. Waits in
    /// progress yield false. May be called from any thread and more than once; spans that were peeked are good no longer.
    /// </summary>
    public abstract void Dispose();

    private protected abstract Exception Closed();
}
