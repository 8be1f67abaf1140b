using System.Threading.Channels;

namespace FastCore.Channels.Operators;

/// <summary>The loop that moves items from a reader to a writer.</summary>
internal static class ChannelPipe
{
    /// <returns>How many were moved when the source had ended.</returns>
    /// <remarks>
    /// The write has no token: an item that was taken comes out. It does not ask for room before it takes one, since at a
    /// rendezvous nobody has room: a writer that waits for a reader and a reader that waits for a writer would wait for ever.
    /// </remarks>
    internal static async Task<long> Run<T>(ChannelReader<T> source, ChannelWriter<T> target, bool complete, CancellationToken cancellationToken)
    {
        long moved = 0;
        while (await WaitToRead().ConfigureAwait(false))
        {
            while (!cancellationToken.IsCancellationRequested && source.TryRead(out T? item))
            {
                if (!target.TryWrite(item)) await target.WriteAsync(item, CancellationToken.None).ConfigureAwait(false);
                moved++;
            }
        }

        if (complete) target.TryComplete();
        return moved;

        async ValueTask<bool> WaitToRead()
        {
            try
            {
                return await source.WaitToReadAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (Exception error) when (complete && !(error is OperationCanceledException && cancellationToken.IsCancellationRequested))
            {
                target.TryComplete(error);
                throw;
            }
        }
    }
}
