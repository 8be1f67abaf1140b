using FastCore.Net.Transport.Tables;

namespace FastCore.Net.Transport;

/// <summary>A listening socket of a reactor. Only the reactor's thread touches it.</summary>
internal sealed class Listener(int handle, Func<Connection> factory)
{
    public const long NoRetry = long.MaxValue;

    public readonly int Handle = handle;
    public readonly Func<Connection> Factory = factory;

    // Done when the port is free again; the one part that other threads wait on.
    public readonly TaskCompletionSource Closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    public int Slot;
    public int Generation;
    public bool IsArmed;
    public bool IsClosing;

    // Cancelled only to be armed again.
    public bool IsRenewing;

    // When to accept again after a failure, on the reactor's clock.
    public long RetryAt = NoRetry;
    public Lives Lives;

    public bool IsRetrying => RetryAt != NoRetry;

    public ulong Tag => CompletionTag.Of(SubmissionKind.Accept, Slot, Generation);
}
