using FastCore.Net.Transport;

namespace FastCore.Net.Tests.Transport;

internal delegate void ReceivedHandler(ScriptedConnection connection, ReadOnlySpan<byte> data);

/// <summary>A connection whose callbacks a test supplies; it counts them and says when it opened and when it ended.</summary>
internal sealed class ScriptedConnection : Connection
{
    private readonly TaskCompletionSource _open = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<CloseReason> _end = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Action<ScriptedConnection>? Opened { get; init; }
    public ReceivedHandler? Received { get; init; }
    public Action<ScriptedConnection>? Drained { get; init; }
    public Action<ScriptedConnection>? PeerFinished { get; init; }
    public Action<ScriptedConnection>? Deadline { get; init; }
    public Action<ScriptedConnection>? Closed { get; init; }

    /// <summary>Bytes received so far; written on the reactor's thread.</summary>
    public long ReceivedBytes;

    public int ReceivedCalls;
    public int DeadlineCalls;
    public int ClosedCalls;

    public Task OpenTask => _open.Task;

    public Task<CloseReason> EndTask => _end.Task;

    protected internal override void OnOpened()
    {
        _open.TrySetResult();
        Opened?.Invoke(this);
    }

    protected internal override void OnReceived(ReadOnlySpan<byte> data)
    {
        Assert.That(ClosedCalls, Is.Zero, "A callback came after OnClosed.");
        ReceivedCalls++;
        Received?.Invoke(this, data);
        Volatile.Write(ref ReceivedBytes, ReceivedBytes + data.Length);
    }

    protected internal override void OnDrained() => Drained?.Invoke(this);

    protected internal override void OnPeerFinished()
    {
        if (PeerFinished != null) PeerFinished(this);
        else base.OnPeerFinished();
    }

    protected internal override void OnDeadline()
    {
        DeadlineCalls++;
        if (Deadline != null) Deadline(this);
        else base.OnDeadline();
    }

    protected internal override void OnClosed(CloseReason reason)
    {
        ClosedCalls++;
        if (ClosedCalls == 1) _end.SetResult(reason);
        else _end.TrySetException(new InvalidOperationException("OnClosed came twice."));
        Closed?.Invoke(this);
    }

    /// <summary>Sends back what comes.</summary>
    public static ScriptedConnection Echo() => new() { Received = static (connection, data) => connection.Write(data) };
}
