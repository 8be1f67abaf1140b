using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace FastCore.Net.Transport.Portable;

/// <summary>A listening socket of the portable engine: while it is armed, one accept of the platform is in flight.</summary>
internal sealed class PortableListener : PortableHandle
{
    private readonly Socket _socket;
    private readonly PortableSignalQueue _signals;
    private readonly Action _onAccepted;
    private readonly bool _isOwner;
    private CancellationTokenSource? _armed;
    private ConfiguredValueTaskAwaitable<Socket>.ConfiguredValueTaskAwaiter _accept;
    private ulong _tag;

    /// <param name="socket">It listens.</param>
    /// <param name="signals">The engine's.</param>
    /// <param name="isOwner">Whether the socket is closed with this.</param>
    public PortableListener(Socket socket, PortableSignalQueue signals, bool isOwner)
    {
        _isOwner = isOwner;
        _socket = socket;
        _signals = signals;
        _onAccepted = () => _signals.Send(this, PortableSignalKind.Opened);
    }

    /// <exception cref="SocketException">The address can't be had.</exception>
    public static Socket Open(IPEndPoint endPoint, int backlog, bool sharePort)
    {
        // Accepted sockets inherit NoDelay from their listener.
        var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            if (endPoint.AddressFamily == AddressFamily.InterNetworkV6) socket.DualMode = endPoint.Address.Equals(IPAddress.IPv6Any);
            // On Unix .NET means SO_REUSEPORT by it; SO_REUSEADDR alone it sets for every bound socket.
            if (sharePort) socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
            socket.Bind(endPoint);
            socket.Listen(backlog);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public void Accept(ulong tag)
    {
        _tag = tag;
        _armed = new CancellationTokenSource();
        Next(_armed);
    }

    public override void OnSignal(PortableSignalKind kind, in PortableEngine engine)
    {
        var armed = _armed!;
        var completion = new Completion { Tag = _tag, Buffer = -1 };
        try
        {
            completion.Result = engine.Add(new PortableSocket(_accept.GetResult(), _signals));
            completion.More = !armed.IsCancellationRequested;
        }
        catch (Exception failure) when (IsFailure(failure))
        {
            completion.Result = ToResult(failure);
        }
        if (completion.More)
        {
            Next(armed);
        }
        else
        {
            _armed = null;
            armed.Dispose();
        }
        engine.Complete(in completion);
    }

    public override void CancelAll() => _armed?.Cancel();

    public override void Close(bool reset)
    {
        if (_isOwner) _socket.Dispose();
    }

    private void Next(CancellationTokenSource armed)
    {
        _accept = _socket.AcceptAsync(armed.Token).ConfigureAwait(false).GetAwaiter();
        if (_accept.IsCompleted) _onAccepted();
        else _accept.UnsafeOnCompleted(_onAccepted);
    }
}
