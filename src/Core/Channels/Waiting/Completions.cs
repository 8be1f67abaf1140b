using System.Threading.Channels;

namespace FastCore.Channels.Waiting;

/// <summary>How an end with or without an error looks to those who ask: as in <see cref="Channel{T}"/>.</summary>
internal static class Completions
{
    /// <summary>Completes what <see cref="ChannelReader{T}.Completion"/> shows.</summary>
    internal static void Complete(TaskCompletionSource completion, Exception? error)
    {
        switch (error)
        {
            case null:
                completion.TrySetResult();
                break;
            case OperationCanceledException cancelled:
                completion.TrySetCanceled(cancelled.CancellationToken);
                break;
            default:
                // Seen: readers and writers are told, as whoever gave it knows; that nobody asks here too is no mistake.
                if (completion.TrySetException(error)) _ = completion.Task.Exception;
                break;
        }
    }

    /// <summary>What a read or write gets that the end makes impossible. An end by cancellation stays a cancellation.</summary>
    internal static Exception Closed(Exception? error) => error switch
    {
        null => new ChannelClosedException(),
        OperationCanceledException cancelled => cancelled,
        _ => new ChannelClosedException(error),
    };
}
