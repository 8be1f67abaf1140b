using System.Collections.Concurrent;

namespace FastCore.Net.Transport.Portable;

/// <summary>Which of a handle's operations can go on.</summary>
internal enum PortableSignalKind : byte
{
    /// <summary>An accept, or a connect, has completed.</summary>
    Opened,
    Receive,
    Send,
}

/// <summary>Tells the reactor that an operation of a handle can go on.</summary>
internal readonly record struct PortableSignal(PortableHandle Handle, PortableSignalKind Kind);

/// <summary>Signals from the runtime's threads, and from the reactor to itself, in the order of their coming.</summary>
/// <remarks>
/// No signal is missed: a sender enqueues and then sets the event; the reactor waits for the event, resets it, and then
/// takes what is queued. A set that the reset swallows came after its signal was queued, so the taking finds it. A turn
/// takes only what was there when it began, so that one that always has more can't hold the reactor.
/// </remarks>
internal sealed class PortableSignalQueue : IDisposable
{
    private readonly ConcurrentQueue<PortableSignal> _queue = new();
    private readonly ManualResetEventSlim _event = new();
    private int _left;

    public void Send(PortableHandle handle, PortableSignalKind kind)
    {
        _queue.Enqueue(new PortableSignal(handle, kind));
        _event.Set();
    }

    public void Wake() => _event.Set();

    public void Wait(int timeoutMilliseconds)
    {
        if (_queue.IsEmpty) _event.Wait(timeoutMilliseconds);
        _event.Reset();
        _left = _queue.Count;
    }

    public bool TryTake(out PortableSignal signal)
    {
        signal = default;
        return _left-- > 0 && _queue.TryDequeue(out signal);
    }

    public void Dispose() => _event.Dispose();
}
