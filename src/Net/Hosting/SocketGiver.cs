using System.Net.Sockets;
using FastCore.Net.Http;
using FastCore.Net.Transport;
using FastCore.Net.Transport.Native;

namespace FastCore.Net.Hosting;

/// <summary>
/// The running process's end of a restart in which no connection is refused: offers the server's listening sockets at a Unix-domain
/// socket that this user alone may open, to a process that has a <see cref="SocketTaker"/>.
/// </summary>
/// <remarks>
/// The sockets themselves go over, with the connections that wait in them, so there is no moment in which nobody listens, and none
/// that a closing socket would reset. Who asks and goes before it serves changes nothing. One is served at a time, by a thread of
/// its own. Linux only. Thread-safety: any thread may dispose of it.
/// </remarks>
public sealed class SocketGiver : IDisposable
{
    private const int WaitMilliseconds = 60_000;

    private readonly ListeningSocket _listener;
    private readonly HttpServer _server;
    private readonly Action _onTaken;
    private readonly Thread _thread;
    private Socket? _client;
    private bool _isDisposed;
    private readonly Lock _gate = new();

    private SocketGiver(ListeningSocket listener, HttpServer server, Action onTaken)
    {
        _listener = listener;
        _server = server;
        _onTaken = onTaken;
        _thread = new Thread(Run) { IsBackground = true, Name = "hand-over" };
        _thread.Start();
    }

    /// <summary>Offers the sockets of a server that runs.</summary>
    /// <param name="path">Where. A socket that a process left behind there is replaced; anything else is not.</param>
    /// <param name="server">The server.</param>
    /// <param name="onTaken">Called once, on another thread, when a new process serves: <see cref="HttpServer.RetireAsync"/> is what is to be done then.</param>
    /// <exception cref="SocketException">The path can't be had.</exception>
    /// <exception cref="PlatformNotSupportedException">This is not Linux.</exception>
    public static SocketGiver Start(string path, HttpServer server, Action onTaken)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(server);
        ArgumentNullException.ThrowIfNull(onTaken);
        return new SocketGiver(ListeningSocket.Open(new UnixDomainSocketEndPoint(path), null, 1)[0], server, onTaken);
    }

    /// <summary>Ends the offer and removes its socket.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_isDisposed) return;
            _isDisposed = true;
            // Whoever waits in a call on it, wakes.
            if (_client is { Connected: true } client) client.Shutdown(SocketShutdown.Both);
            _listener.Dispose();
        }
        if (Thread.CurrentThread != _thread) _thread.Join();
    }

    private void Run()
    {
        while (Accept() is { } client)
        {
            using (client)
            {
                if (!TryHandOver(client)) continue;
            }
            _onTaken();
            return;
        }
    }

    private Socket? Accept()
    {
        try
        {
            var client = _listener.Socket.Accept();
            lock (_gate)
            {
                if (!_isDisposed) return _client = client;
            }
            client.Dispose();
        }
        catch (Exception ended) when (ended is SocketException or ObjectDisposedException)
        {
            // It has been disposed of.
        }
        return null;
    }

    /// <exception cref="ObjectDisposedException">The server has closed it meanwhile.</exception>
    private static void Send(Socket client, ListeningSocket socket)
    {
        var handle = socket.Socket.SafeHandle;
        var isHeld = false;
        try
        {
            // A number that is free again may be another socket's by the time it is sent.
            handle.DangerousAddRef(ref isHeld);
            DescriptorPassing.Send(client, socket.HasFile ? HandOverMark.SocketWithFile : HandOverMark.Socket, (int)handle.DangerousGetHandle());
        }
        finally
        {
            if (isHeld) handle.DangerousRelease();
        }
    }

    private bool TryHandOver(Socket client)
    {
        try
        {
            client.ReceiveTimeout = client.SendTimeout = WaitMilliseconds;
            foreach (var socket in _server.Sockets) Send(client, socket);
            client.Send([HandOverMark.End]);
            if (DescriptorPassing.ReceiveMark(client) != HandOverMark.Serving) return false;
            lock (_gate)
            {
                if (_isDisposed) return false;
                _isDisposed = true;
                // The path is the other's from here on.
                _listener.Dispose();
            }
            // First, so that the other, when it looks at the sockets anew, finds every connection that this process was told of and did not take.
            _server.LeaveSockets();
            client.Send([HandOverMark.Gone]);
            return true;
        }
        catch (Exception gone) when (gone is SocketException or ObjectDisposedException)
        {
            // It has gone, or takes too long: this process goes on. One that went at the very last has had the path, so there is no offer then.
            return false;
        }
    }
}
