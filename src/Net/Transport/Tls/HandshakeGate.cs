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
    private readonly Queue<IThreadPoolWorkItem> _begun = new();
    private readonly Queue<IThreadPoolWorkItem> _new = new();
    private int _running;

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

    /// <summary>Has the thread pool run a step when it is its turn. The step must <see cref="Leave"/> when it has ended, on whichever thread.</summary>
    public void Enter(IThreadPoolWorkItem step, bool hasBegun)
    {
        lock (_lock)
        {
            if (_running == most)
            {
                (hasBegun ? _begun : _new).Enqueue(step);
                return;
            }
            _running++;
        }
        ThreadPool.UnsafeQueueUserWorkItem(step, preferLocal: false);
    }

    /// <summary>A step has ended: the next takes its place.</summary>
    public void Leave()
    {
        IThreadPoolWorkItem? next;
        lock (_lock)
        {
            if (!_begun.TryDequeue(out next) && !_new.TryDequeue(out next))
            {
                _running--;
                return;
            }
        }
        ThreadPool.UnsafeQueueUserWorkItem(next, preferLocal: false);
    }
}
