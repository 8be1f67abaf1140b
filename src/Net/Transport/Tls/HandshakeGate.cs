namespace FastCore.Net.Transport.Tls;

/// <summary>
/// How many handshakes compute at once; the rest wait in order, those that have begun before those that have not, so that under a storm some
/// come to their end rather than all half way. Thread-safe.
/// </summary>
/// <remarks>What is bounded is computing, not being under way: a peer that is slow to answer holds no place.</remarks>
/// <param name="most">How many; at least one.</param>
internal sealed class HandshakeGate(int most)
{
    private readonly Lock _lock = new();
    private readonly LinkedList<IThreadPoolWorkItem> _begun = new();
    private readonly LinkedList<IThreadPoolWorkItem> _new = new();
    private int _running;
    private int _underWay;

    /// <summary>Steps that have been let in and have not left.</summary>
    public int Running
    {
        get
        {
            lock (_lock) return _running;
        }
    }

    /// <summary>Steps that wait for their turn.</summary>
    public int Waiting
    {
        get
        {
            lock (_lock) return _begun.Count + _new.Count;
        }
    }

    /// <summary>Handshakes that have begun and have not ended, those that wait for their peers among them.</summary>
    public int UnderWay => Volatile.Read(ref _underWay);

    /// <summary>A handshake has begun.</summary>
    public void Began() => Interlocked.Increment(ref _underWay);

    /// <summary>One that had begun has ended, well or badly.</summary>
    public void Ended() => Interlocked.Decrement(ref _underWay);

    /// <summary>Has the thread pool run a step when it is its turn. The step must <see cref="Leave"/> when it has ended, on whichever thread.</summary>
    /// <returns>Its place if it has to wait, for <see cref="TryWithdraw"/>.</returns>
    public LinkedListNode<IThreadPoolWorkItem>? Enter(IThreadPoolWorkItem step, bool hasBegun)
    {
        lock (_lock)
        {
            if (_running == most) return (hasBegun ? _begun : _new).AddLast(step);
            _running++;
        }
        ThreadPool.UnsafeQueueUserWorkItem(step, preferLocal: false);
        return null;
    }

    /// <summary>Takes a step out whose turn has not come; false if it has, and the step is run as ever.</summary>
    public bool TryWithdraw(LinkedListNode<IThreadPoolWorkItem> place)
    {
        lock (_lock)
        {
            if (place.List is not { } queue) return false;
            queue.Remove(place);
            return true;
        }
    }

    /// <summary>A step has ended: the next takes its place.</summary>
    public void Leave()
    {
        IThreadPoolWorkItem next;
        lock (_lock)
        {
            if ((_begun.First ?? _new.First) is not { } place)
            {
                _running--;
                return;
            }
            place.List!.Remove(place);
            next = place.Value;
        }
        ThreadPool.UnsafeQueueUserWorkItem(next, preferLocal: false);
    }
}
