using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace FastCore.Broadcast;

/// <summary>A read that waits, made of a wait and an attempt. Its state comes from a pool, so it allocates nothing in the steady state.</summary>
internal static class WaitingReads
{
    /// <remarks><b>Cancellation.</b> The token ends the wait only; an item that was taken is always yielded.</remarks>
    /// <exception cref="ChannelClosedException">There is nothing to read, and never will be.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    internal static async ValueTask<T> ReadAsync<T>(ChannelReader<T> reader, CancellationToken cancellationToken)
    {
        while (await WaitAsync(reader, cancellationToken).ConfigureAwait(false))
        {
            if (reader.TryRead(out T? item)) return item;
        }

        throw new ChannelClosedException();
    }

    /// <summary>As the reader's own wait, but an error that ended it comes inside a <see cref="ChannelClosedException"/>, as in every read.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    internal static async ValueTask<bool> WaitAsync<T>(ChannelReader<T> reader, CancellationToken cancellationToken)
    {
        try
        {
            return await reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            throw new ChannelClosedException(error);
        }
    }
}
