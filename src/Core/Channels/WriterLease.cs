using System.Threading.Channels;
using FastCore.Channels.Leases;

namespace FastCore.Channels;

/// <summary>Makes the first lease of a writer.</summary>
public static class WriterLease
{
    /// <summary>Lets several owners share a channel's writer: the channel is completed when the last of them is done.</summary>
    /// <typeparam name="T">What passes through the channel.</typeparam>
    /// <param name="writer">
    /// The writer. From here on the leases own it: what is written to it directly, or a completion called on it, they do not
    /// count. If it is a lease itself, the new one is another of the same channel.
    /// </param>
    /// <returns>The first lease; <see cref="WriterLease{T}.Share"/> gives further ones.</returns>
    /// <exception cref="ArgumentNullException">The writer is null.</exception>
    /// <exception cref="ObjectDisposedException">The writer is a lease that has been disposed.</exception>
    public static WriterLease<T> Share<T>(this ChannelWriter<T> writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        return writer switch
        {
            WriterLease<T> lease => lease.Share(),
            FastWriterLease<T> lease => lease.ShareAsAnyWriter(),
            _ => new WriterLease<T>(new SharedWriter<T>(writer)),
        };
    }

    /// <summary>
    /// Lets several owners share the writer of a <see cref="FastChannel{T}"/>, with all that it can do: the channel is completed when
    /// the last of them is done.
    /// </summary>
    /// <typeparam name="T">What passes through the channel.</typeparam>
    /// <param name="writer"><inheritdoc cref="Share{T}(ChannelWriter{T})" path="/param[@name='writer']/node()"/></param>
    /// <returns>The first lease; <see cref="FastWriterLease{T}.Share"/> gives further ones.</returns>
    /// <exception cref="ArgumentNullException">The writer is null.</exception>
    /// <exception cref="ObjectDisposedException">The writer is a lease that has been disposed.</exception>
    public static FastWriterLease<T> Share<T>(this FastChannelWriter<T> writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        return writer is FastWriterLease<T> lease ? lease.Share() : new FastWriterLease<T>(new SharedWriter<T>(writer), writer);
    }
}

/// <summary>
/// One owner's share of a channel's writer. The channel is completed when the last lease is disposed, or at once for all when
/// one of them completes it.
/// </summary>
/// <typeparam name="T">What passes through the channel.</typeparam>
/// <remarks>
/// <para>
/// Give each writing task a lease of its own before it starts, let it dispose that one when it is done, and dispose the first
/// one when all have theirs: no task needs to know which is the last.
/// </para>
/// <para>
/// <b>Threads.</b> Everything may be called from any thread, if the channel allows several writers. The number of leases is
/// exact whatever races: a <see cref="Share"/> that returns keeps the channel open until the new lease is disposed too.
/// </para>
/// <para>
/// <b>Disposal.</b> A disposed lease throws <see cref="ObjectDisposedException"/> from every member but
/// <see cref="Dispose"/>, <see cref="TryWrite"/> and <see cref="TryComplete"/> included. It is thrown by the call itself, not
/// by the task. A write that waits already is not touched by the disposal of its lease; should that be the last one, it ends
/// with <see cref="ChannelClosedException"/> as with any completion.
/// </para>
/// <para>
/// <b>Cancellation.</b> As the channel's own writer does it: a lease passes each call on.
/// </para>
/// <para>A lease that is never disposed keeps the channel open for ever; no finalizer helps.</para>
/// </remarks>
public sealed class WriterLease<T> : ChannelWriter<T>, IDisposable
{
    private WriterShare<T> _share;

    internal WriterLease(SharedWriter<T> shared) => _share = new WriterShare<T>(shared);

    private ChannelWriter<T> Writer => _share.Held(by: this).Writer;

    /// <summary>Gives another lease of the same channel.</summary>
    /// <exception cref="ObjectDisposedException">This lease has been disposed.</exception>
    public WriterLease<T> Share() => new(_share.Again(by: this));

    /// <summary>Gives the lease back; the last one to be given back completes the channel. Further calls do nothing.</summary>
    public void Dispose() => _share.GiveBack();

    /// <summary>Completes the channel at once, for all leases.</summary>
    /// <param name="error">What went wrong, or null; readers see it.</param>
    /// <returns>False when it was completed before.</returns>
    /// <exception cref="ObjectDisposedException">This lease has been disposed.</exception>
    public override bool TryComplete(Exception? error = null) => Writer.TryComplete(error);

    /// <inheritdoc/>
    /// <exception cref="ObjectDisposedException">This lease has been disposed.</exception>
    public override bool TryWrite(T item) => Writer.TryWrite(item);

    /// <inheritdoc/>
    /// <remarks><b>Cancellation.</b> As the channel's own writer: with a <see cref="FastChannel"/> nothing is lost.</remarks>
    /// <exception cref="ObjectDisposedException">This lease has been disposed.</exception>
    public override ValueTask WriteAsync(T item, CancellationToken cancellationToken = default) => Writer.WriteAsync(item, cancellationToken);

    /// <inheritdoc/>
    /// <remarks><b>Cancellation.</b> As the channel's own writer: with a <see cref="FastChannel"/> nothing is lost.</remarks>
    /// <exception cref="ObjectDisposedException">This lease has been disposed.</exception>
    public override ValueTask<bool> WaitToWriteAsync(CancellationToken cancellationToken = default) => Writer.WaitToWriteAsync(cancellationToken);
}
