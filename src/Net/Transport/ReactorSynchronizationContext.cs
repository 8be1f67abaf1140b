namespace FastCore.Net.Transport;

/// <summary>Makes <c>await</c> on a reactor's thread resume on it.</summary>
internal sealed class ReactorSynchronizationContext(Reactor reactor) : SynchronizationContext
{
    /// <summary>Once the reactor has stopped nothing is left to be guarded, and the work goes to the thread pool, so that no await hangs.</summary>
    public override void Post(SendOrPostCallback d, object? state)
    {
        if (!reactor.TryPost(d, state)) ThreadPool.UnsafeQueueUserWorkItem(static item => item.d(item.state), (d, state), preferLocal: false);
    }

    /// <exception cref="NotSupportedException">Called from another thread: it would block until the reactor has time.</exception>
    public override void Send(SendOrPostCallback d, object? state)
    {
        if (!reactor.IsCurrent) throw new NotSupportedException("A reactor can't be waited for. Use Post.");
        d(state);
    }

    public override SynchronizationContext CreateCopy() => this;
}
