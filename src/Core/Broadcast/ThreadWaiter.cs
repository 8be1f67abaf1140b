using FastCore.Channels.Waiting;

namespace FastCore.Broadcast;

/// <summary>
/// A thread that sleeps. It is only ever told to look again: at what it waited for, at the end, at its token.
/// </summary>
internal sealed class ThreadWaiter(IWaiterOwner owner) : Waiter(owner)
{
    private readonly ManualResetEventSlim _told = new(initialState: false, spinCount: 0);

    internal override void Fail(Exception error)
    {
    }

    internal override void Signal(bool inline) => _told.Set();

    /// <param name="milliseconds">How long at most, or <see cref="Timeout.Infinite"/>.</param>
    /// <returns>False when the time is up.</returns>
    /// <exception cref="ThreadInterruptedException">The thread was interrupted; it may be in its list still.</exception>
    internal bool Sleep(int milliseconds) => _told.Wait(milliseconds);

    /// <summary>Ends the wait of a decided waiter that has been, or needs not be, told.</summary>
    /// <returns>Whether it can serve another wait.</returns>
    internal bool TryReset()
    {
        _told.Reset();
        return Unwatch();
    }
}
