using System.Net;
using System.Net.Sockets;
using FastCore.Net.Transport.Native;
using FastCore.Net.Transport.Portable;

namespace FastCore.Net.Transport;

/// <summary>
/// A socket that listens, apart from the reactors that accept on it: several may, and another process too. Whoever holds
/// it closes it when no reactor of this process accepts on it any more.
/// </summary>
internal sealed class ListeningSocket : IDisposable
{
    private const int Backlog = 4096;

    // What is removed with it; null for all but Unix-domain sockets with a path, and for those whose file is another's.
    private UnixSocketFile? _file;

    private ListeningSocket(Socket socket, EndPoint endPoint, UnixSocketFile? file = null)
    {
        Socket = socket;
        EndPoint = endPoint;
        _file = file;
    }

    public Socket Socket { get; }

    /// <summary>It was opened by another process, which may go on with it.</summary>
    public bool IsInherited { get; private init; }

    /// <summary>Its file is there, and is removed with it.</summary>
    public bool HasFile => _file is { IsThere: true };

    /// <summary>The address it listens on, with the port it was given.</summary>
    public EndPoint EndPoint { get; }

    /// <summary>Opens sockets for a number of reactors: one for each, on a port that they share, or one for all on a Unix-domain socket.</summary>
    /// <exception cref="SocketException">The address is in use, not this machine's, or not permitted.</exception>
    /// <exception cref="PlatformNotSupportedException">A Unix-domain socket elsewhere than on Linux.</exception>
    public static ListeningSocket[] Open(EndPoint endPoint, UnixSocketOptions? unix, int reactors)
    {
        if (endPoint is UnixDomainSocketEndPoint name) return [OpenUnix(name, unix ?? new UnixSocketOptions())];
        var address = (IPEndPoint)endPoint;
        if (reactors > 1) ThrowIfInUse(address);
        var sockets = new List<ListeningSocket>();
        try
        {
            while (sockets.Count < reactors)
            {
                var socket = OpenInternet(address, sharePort: reactors > 1);
                sockets.Add(socket);
                // With a port that was asked for as any, the others need the one it became.
                address = (IPEndPoint)socket.EndPoint;
            }
            return [.. sockets];
        }
        catch
        {
            foreach (var socket in sockets) socket.Dispose();
            throw;
        }
    }

    /// <summary>One that listens already.</summary>
    /// <param name="socket">It.</param>
    /// <param name="endPoint">Where it does.</param>
    /// <param name="takesFile">Whether the file at its path is removed with it.</param>
    public static ListeningSocket Inherit(Socket socket, EndPoint endPoint, bool takesFile)
    {
        var path = takesFile && endPoint is UnixDomainSocketEndPoint name ? UnixSocketFile.PathOf(name) : null;
        return new ListeningSocket(socket, endPoint, path == null ? null : UnixSocketFile.At(path)) { IsInherited = true };
    }

    /// <summary>Leaves its file to another process.</summary>
    public void KeepFile() => _file = null;

    public void Dispose()
    {
        // While it listens, nobody takes its file for one that is left over.
        _file?.Remove();
        Socket.Dispose();
    }

    private static ListeningSocket OpenInternet(IPEndPoint endPoint, bool sharePort)
    {
        if (OperatingSystem.IsLinux())
        {
            var descriptor = LinuxSockets.OpenListener(endPoint, Backlog, sharePort, nonBlocking: false, out var bound);
            if (descriptor < 0) throw Refused(endPoint, -descriptor);
            return new ListeningSocket(ToSocket(descriptor), bound);
        }
        try
        {
            var socket = PortableListener.Open(endPoint, Backlog, sharePort);
            return new ListeningSocket(socket, socket.LocalEndPoint!);
        }
        catch (SocketException refused)
        {
            throw new SocketException((int)refused.SocketErrorCode, $"Can't listen on {endPoint}: {refused.Message}.");
        }
    }

    private static ListeningSocket OpenUnix(UnixDomainSocketEndPoint endPoint, UnixSocketOptions options)
    {
        if (!OperatingSystem.IsLinux()) throw new PlatformNotSupportedException("A server listens on Unix-domain sockets on Linux only.");
        var path = UnixSocketFile.PathOf(endPoint);
        if (path != null && UnixSocketFile.Clear(path) is { } taken) throw new SocketException((int)SocketError.AddressAlreadyInUse, $"Can't listen on {endPoint}: {taken}");
        var descriptor = LinuxSockets.Open(endPoint, nonBlocking: false);
        if (descriptor < 0) throw Refused(endPoint, -descriptor);
        UnixSocketFile? file = null;
        try
        {
            Bind(descriptor, endPoint);
            if (path != null)
            {
                file = UnixSocketFile.At(path) ?? throw new SocketException((int)SocketError.SocketError, $"Can't listen on {endPoint}: the socket was removed as soon as it was made.");
                UnixSocketFile.Give(path, options);
            }
            if (LibC.Listen(descriptor, Backlog) != 0) throw Refused(endPoint, LibC.LastError);
            // Not before it listens: the platform looks once, when it is given the descriptor.
            return new ListeningSocket(ToSocket(descriptor), endPoint, file);
        }
        catch
        {
            file?.Remove();
            LinuxSockets.Close(descriptor, reset: false);
            throw;
        }
    }

    private static unsafe void Bind(int descriptor, UnixDomainSocketEndPoint endPoint)
    {
        var address = stackalloc byte[LinuxSockets.MaxAddressLength];
        var length = LinuxSockets.WriteAddress(endPoint, address);
        if (LibC.Bind(descriptor, address, length) != 0) throw Refused(endPoint, LibC.LastError);
    }

    private static Socket ToSocket(int descriptor) => new(new SafeSocketHandle(descriptor, ownsHandle: true));

    /// <summary>Reactors that share a port would share it with another server of this user too; a socket that does not share it finds out.</summary>
    private static void ThrowIfInUse(IPEndPoint endPoint)
    {
        if (endPoint.Port == 0) return;
        using var probe = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            probe.Bind(endPoint);
        }
        catch (SocketException refused)
        {
            throw new SocketException((int)refused.SocketErrorCode, $"Can't listen on {endPoint}: {refused.Message}.");
        }
    }

    private static SocketException Refused(EndPoint endPoint, int error) =>
        new((int)Errno.ToSocketError(error), $"Can't listen on {endPoint}: {Errno.Name(error)}, {Errno.Describe(error)}.");
}
