namespace FastCore.Tests.Channels.Linearizability;

/// <summary>A call that may wait, and what becomes of it.</summary>
internal sealed class PendingCall
{
    private readonly Func<bool> _hasEnded;

    internal PendingCall(ValueTask<int> read)
    {
        _hasEnded = () => read.IsCompleted;
        Result = () => read.GetAwaiter().GetResult();
    }

    internal PendingCall(ValueTask write)
    {
        _hasEnded = () => write.IsCompleted;
        Result = () =>
        {
            write.GetAwaiter().GetResult();
            return null;
        };
    }

    internal bool HasEnded => _hasEnded();

    /// <summary>What was read, or null for a write; or throws. Once, when it has ended.</summary>
    internal Func<int?> Result { get; }
}
