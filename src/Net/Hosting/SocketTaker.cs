using System.Net.Sockets;
using FastCore.Net.Http;
using FastCore.Net.Transport.Native;

namespace FastCore.Net.Hosting;

/// <summary>
/// The new process's end of a restart in which no connection is refused: takes the listening sockets of the process that runs
/// (<see cref="SocketGiver"/>), and has it go once this one serves.
/// </summary>
/// <remarks>
/// Until <see cref="Finish"/> both accept; if this process ends before, the other goes on as if nothing had been. Linux only.
/// Thread-safety: one thread at a time.
/// </remarks>
public sealed class SocketTaker : IDisposable
{
    private const int WaitMilliseconds = 30_000;

    // More than any server listens on; whoever sends without end is none.
    private const int MostSockets = 4096;

    private readonly Socket _socket;
    private readonly List<InheritedSocket> _sockets = [];

    private SocketTaker(Socket socket) => _socket = socket;

    /// <summary>The sockets.</summary>
    public IReadOnlyList<InheritedSocket> Sockets => _sockets;

    /// <summary>Asks the process that offers its sockets at a path; null if there is none.</summary>
    /// <exception cref="SocketException">It does not answer, or this user may not ask it.</exception>
    /// <exception cref="InvalidOperationException">Something else answers.</exception>
    /// <exception cref="PlatformNotSupportedException">This is not Linux.</exception>
    public static SocketTaker? Connect(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (!OperatingSystem.IsLinux()) throw new PlatformNotSupportedException("Sockets are handed over on Linux only.");
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { ReceiveTimeout = WaitMilliseconds, SendTimeout = WaitMilliseconds };
        var taker = new SocketTaker(socket);
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(path));
            taker.Receive(path);
            return taker;
        }
        // Nothing is there, or what one left that has ended.
        catch (SocketException nobody) when (!socket.Connected && nobody.SocketErrorCode is SocketError.ConnectionRefused or SocketError.AddressNotAvailable)
        {
            taker.Dispose();
            return null;
        }
        catch
        {
            taker.Dispose();
            throw;
        }
    }

    /// <summary>The server has started on the sockets: the other process stops accepting, and ends. Returns when the path is free for a <see cref="SocketGiver"/> of this process.</summary>
    /// <exception cref="SocketException">The other process does not let go.</exception>
    public void Finish(HttpServer server)
    {
        ArgumentNullException.ThrowIfNull(server);
        _socket.Send([HandOverMark.Serving]);
        if (DescriptorPassing.Receive(_socket).Mark != HandOverMark.Gone) throw new SocketException((int)SocketError.ConnectionReset, "The process that was to hand over its sockets did not let go of them.");
        // The kernel may have told the other process, alone, of a connection that it did not take any more.
        server.AcceptAgain();
    }

    /// <summary>Closes the sockets that no server has taken.</summary>
    public void Dispose()
    {
        foreach (var socket in _sockets) socket.Dispose();
        _socket.Dispose();
    }

    private void Receive(string path)
    {
        while (true)
        {
            var (mark, descriptor) = DescriptorPassing.Receive(_socket);
            if (mark == HandOverMark.End && descriptor < 0) return;
            try
            {
                if (mark is not (HandOverMark.Socket or HandOverMark.SocketWithFile) || descriptor < 0 || _sockets.Count == MostSockets)
                    throw new InvalidOperationException($"Whoever listens on {path} hands no sockets over.");
                _sockets.Add(InheritedSocket.Of(descriptor, "", takesFile: mark == HandOverMark.SocketWithFile));
            }
            catch (InvalidOperationException) when (descriptor >= 0)
            {
                // It came with the message, and is nobody else's.
                LinuxSockets.Close(descriptor, reset: false);
                throw;
            }
        }
    }
}
