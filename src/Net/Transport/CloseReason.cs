namespace FastCore.Net.Transport;

/// <summary>Why a connection ended: the first cause, kept even when later ones follow from it.</summary>
public enum CloseReason
{
    /// <summary>The connection has not ended.</summary>
    None,

    /// <summary>This side closed it after everything written had been sent.</summary>
    Closed,

    /// <summary>This side aborted it; what was queued may be lost.</summary>
    Aborted,

    /// <summary>The peer finished sending, and so did this side.</summary>
    PeerFinished,

    /// <summary>The peer or the network reset it.</summary>
    PeerReset,

    /// <summary>A deadline set by <see cref="Connection.SetDeadline"/> passed.</summary>
    DeadlinePassed,

    /// <summary>The peer took none of the queued bytes for <see cref="ReactorOptions.SendStallTimeout"/>.</summary>
    SendStalled,

    /// <summary>The peer took the queued bytes more slowly than <see cref="ReactorOptions.MinSendRate"/>.</summary>
    SendTooSlow,

    /// <summary>A callback of the connection threw; the exception went to <see cref="ReactorOptions.OnError"/>.</summary>
    CallbackFailed,

    /// <summary>The connection could not be opened; see <see cref="Connection.Error"/>.</summary>
    ConnectFailed,

    /// <summary>The reactor stopped.</summary>
    ReactorStopped,

    /// <summary>The peer and this side did not come to speak TLS with each other, or the peer broke its rules.</summary>
    TlsFailed,

    /// <summary>A file that was being sent has become shorter, or could not be read; the connection ends before the bytes that are missing.</summary>
    FileEnded,
}
