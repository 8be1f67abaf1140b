using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace FastCore.Broadcast;

/// <summary>
/// One reader of a <see cref="BroadcastChannel{T}"/>: a <see cref="ChannelReader{T}"/> that sees every item written since it
/// was made, except those that were overwritten before it came to read them, of which it learns the number.
/// </summary>
/// <remarks>
/// <para>
/// <b>Being overtaken.</b> <see cref="ReceiveAsync"/> and <see cref="TryRead(out T, out long)"/> give each item together with
/// the number missed just before it. The reads of <see cref="ChannelReader{T}"/>, which have no place for that number, do
/// what was asked at <see cref="BroadcastChannel{T}.Subscribe(BroadcastLag)"/>: go on, or throw; or they call the callback that
/// was given there. In every case <see cref="Missed"/> adds up.
/// </para>
/// <para><b>Threads.</b> Everything is allowed from any thread; of several reads at the same time each item goes to one.</para>
/// <para><b>Order.</b> Items come in the order in which they were written, each once.</para>
/// <para><b>Cancellation.</b> A token ends waits and nothing else: a read that has taken an item yields it. Nothing is left behind.</para>
/// <para>
/// <b>Completion.</b> After the last item waits yield false or throw the error that the channel was completed with, and
/// <c>Completion</c> completes.
/// </para>
/// <para><b>Allocation.</b> None in the steady state; waits reuse pooled objects.</para>
/// </remarks>
[DebuggerDisplay("Count = {Count}, Missed = {Missed}")]
public abstract class BroadcastReader<T> : ChannelReader<T>, IDisposable
{
    private protected BroadcastReader()
    {
    }

    /// <summary>How many items it has missed in all.</summary>
    public abstract long Missed { get; }

    /// <inheritdoc/>
    public override bool CanCount => true;

    /// <inheritdoc/>
    public override bool CanPeek => true;

    /// <summary>Reads the next item and tells how many were missed before it. Never throws for those.</summary>
    /// <param name="item">The item.</param>
    /// <param name="missed">How many items were overwritten between the one read before and this one; usually 0.</param>
    /// <returns>False when there is nothing to read now.</returns>
    public abstract bool TryRead([MaybeNullWhen(false)] out T item, out long missed);

    /// <summary>Reads the next items, as many as there are, up to the length of <paramref name="items"/>.</summary>
    /// <param name="items">Where they go. Beyond the number returned it may hold anything.</param>
    /// <param name="missed">How many items were overwritten before the first of them; none were between them.</param>
    /// <returns>How many were read.</returns>
    public abstract int TryReadBatch(Span<T> items, out long missed);

    /// <summary>Reads the next item, when there is one, and tells how many were missed before it.</summary>
    /// <remarks><b>Cancellation.</b> It is cancelled, or has read an item and yields it.</remarks>
    /// <exception cref="ChannelClosedException">There will be none. (In the ValueTask.)</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<BroadcastItem<T>> ReceiveAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        do
        {
            if (TryRead(out T? item, out long missed)) return new BroadcastItem<T>(item, missed);
        }
        while (await WaitingReads.WaitAsync(this, cancellationToken).ConfigureAwait(false));
        throw new ChannelClosedException();
    }

    /// <summary>Reads the next item, when there is one.</summary>
    /// <remarks><b>Cancellation.</b> It is cancelled, or has read an item and yields it.</remarks>
    /// <exception cref="ChannelClosedException">There will be none. (In the ValueTask.)</exception>
    /// <exception cref="BroadcastLaggedException">Items were missed, and the reader was made to throw for that. (From the call, or in the ValueTask.)</exception>
    public override ValueTask<T> ReadAsync(CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested) return ValueTask.FromCanceled<T>(cancellationToken);
        return TryRead(out T? item) ? new ValueTask<T>(item) : WaitingReads.ReadAsync(this, cancellationToken);
    }

    /// <summary>Leaves: later reads find nothing, waits in progress yield false. May be called from any thread and more than once.</summary>
    public abstract void Dispose();
}
