using System.Net;
using System.Net.Sockets;
using FastCore.Net.Http;
using FastCore.Net.Transport;
using FastCore.Net.Transport.Native;

namespace FastCore.Net.Hosting;

/// <summary>A socket that listens and was opened by another process: by systemd (<see cref="SystemdSockets"/>), or by the one before this (<see cref="SocketTaker"/>). <see cref="HttpEndPoint.Inherit"/> has a server accept on it.</summary>
public sealed class InheritedSocket : IDisposable
{
    private readonly bool _takesFile;
    private Socket? _socket;

    private InheritedSocket(Socket socket, string name, bool takesFile)
    {
        _socket = socket;
        _takesFile = takesFile;
        Name = name;
        EndPoint = socket.LocalEndPoint!;
    }

    /// <summary>What it is called by who opened it; empty if it has no name.</summary>
    public string Name { get; }

    /// <summary>Where it listens.</summary>
    public EndPoint EndPoint { get; }

    /// <summary>Closes it, unless a server has taken it.</summary>
    public void Dispose()
    {
        _socket?.Dispose();
        _socket = null;
    }

    /// <param name="descriptor">It is this object's from here on; the caller's still, if it throws.</param>
    /// <param name="name">What it is called.</param>
    /// <param name="takesFile">Whether the server that takes it removes its file at its end.</param>
    /// <exception cref="InvalidOperationException">It is not what it should be.</exception>
    internal static InheritedSocket Of(int descriptor, string name, bool takesFile)
    {
        if (LinuxSockets.WhyNoListener(descriptor) is { } why)
            throw new InvalidOperationException($"Descriptor {descriptor}{(name.Length > 0 ? $" ({name})" : "")} was passed as a socket to accept connections on, but {why}.");
        return new InheritedSocket(new Socket(new SafeSocketHandle(descriptor, ownsHandle: true)), name, takesFile);
    }

    /// <exception cref="ObjectDisposedException">It has been closed, or taken before.</exception>
    internal ListeningSocket Take()
    {
        ObjectDisposedException.ThrowIf(_socket == null, this);
        var taken = ListeningSocket.Inherit(_socket, EndPoint, _takesFile);
        _socket = null;
        return taken;
    }
}
