namespace FastCore.Channels.Waiting;

/// <summary>A timer for whoever comes next, which has nothing of who came first: it carries no execution context.</summary>
internal static class UnboundTimer
{
    /// <summary>Makes one that is not set.</summary>
    internal static Timer Create(TimerCallback callback, object state)
    {
        using AsyncFlowControl? flow = ExecutionContext.IsFlowSuppressed() ? null : ExecutionContext.SuppressFlow();
        return new Timer(callback, state, Timeout.Infinite, Timeout.Infinite);
    }
}
