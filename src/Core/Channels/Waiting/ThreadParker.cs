namespace FastCore.Channels.Waiting;

/// <summary>What the current thread sleeps on when it blocks in a channel: one for each thread, for good.</summary>
/// <remarks>
/// Setting it takes no lock in which a thread that was interrupted would throw, as setting the slim events does. A signal that
/// comes after its operation is over ends the next sleep early, and whoever sleeps looks again.
/// </remarks>
internal static class ThreadParker
{
    [ThreadStatic] private static AutoResetEvent? _current;

    internal static AutoResetEvent Current => _current ??= new AutoResetEvent(initialState: false);
}
