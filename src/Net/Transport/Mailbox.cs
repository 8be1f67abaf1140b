using System.Collections.Concurrent;

namespace FastCore.Net.Transport;

/// <summary>
/// Work for a reactor from other threads.
/// </summary>
/// <remarks>
/// No wake-up is lost: a poster enqueues first and then sets _wakePending; the reactor clears _wakePending first and
/// then empties the queue. Both are full fences, so whichever exchange comes second sees the other side: the poster
/// finds the flag clear and wakes the reactor, or the reactor, clearing the flag after the poster set it, finds the item.
/// No work is lost at the end: posts are refused under the lock that closes the mailbox.
/// </remarks>
internal sealed class Mailbox
{
    private readonly ConcurrentQueue<(SendOrPostCallback Work, object? State)> _queue = new();
    private readonly Lock _closing = new();
    private int _wakePending;
    private bool _closed;

    /// <summary>
    /// Queues the work; false if the mailbox is closed. <paramref name="wake"/> wakes the reactor; null from its own
    /// thread, which looks into the mailbox before it sleeps and must not claim a wake-up that nobody makes.
    /// </summary>
    public bool TryPost(SendOrPostCallback work, object? state, Action? wake)
    {
        lock (_closing)
        {
            if (_closed) return false;
            _queue.Enqueue((work, state));
            // Inside the lock, so that what it wakes is not disposed of meanwhile.
            if (wake != null && Interlocked.Exchange(ref _wakePending, 1) == 0) wake();
            return true;
        }
    }

    /// <summary>On the reactor: call before emptying the mailbox.</summary>
    public void Acknowledge()
    {
        if (Volatile.Read(ref _wakePending) != 0) Interlocked.Exchange(ref _wakePending, 0);
    }

    public bool TryTake(out (SendOrPostCallback Work, object? State) item) => _queue.TryDequeue(out item);

    public bool IsEmpty => _queue.IsEmpty;

    public void Close()
    {
        lock (_closing) _closed = true;
    }
}
