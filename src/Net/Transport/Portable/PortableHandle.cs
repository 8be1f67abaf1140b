using System.Net.Sockets;
using FastCore.Net.Transport.Native;
using Pipelines.Sockets.Unofficial;

namespace FastCore.Net.Transport.Portable;

/// <summary>What a handle of the portable engine names. Everything is called on the reactor's thread.</summary>
internal abstract class PortableHandle
{
    /// <summary>Its index in the engine's table.</summary>
    public int Index { get; set; } = -1;

    /// <summary>An operation can go on; its completion, if it has one now, goes to the engine.</summary>
    public abstract void OnSignal(PortableSignalKind kind, in PortableEngine engine);

    /// <summary>Lets everything in flight end.</summary>
    public abstract void CancelAll();

    /// <summary>Closes the socket, with a reset if that is asked for.</summary>
    public abstract void Close(bool reset);

    /// <summary>Whether it is how the platform reports that a socket failed or was cancelled; anything else is a defect.</summary>
    protected static bool IsFailure(Exception failure) =>
        failure is SocketException or IOException or OperationCanceledException or ObjectDisposedException;

    /// <summary>The errno, as a negative number, that says what the platform said by an exception.</summary>
    protected static int ToResult(Exception failure) => failure switch
    {
        SocketException socket => -Errno.FromSocketError(socket.SocketErrorCode),
        ConnectionResetException => -Errno.ECONNRESET,
        ConnectionAbortedException => -Errno.ECONNABORTED,
        OperationCanceledException or ObjectDisposedException => -Errno.ECANCELED,
        { InnerException: { } inner } => ToResult(inner),
        _ => -Errno.EIO,
    };
}
