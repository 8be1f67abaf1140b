using System.Net;
using System.Net.Sockets;

namespace FastCore.Net.Tests.Transport;

/// <summary>The other end of a connection: a plain blocking socket, which shares no code with what is tested.</summary>
internal sealed class Peer : IDisposable
{
    public Peer(IPEndPoint remote, int receiveBuffer = 0)
    {
        Socket = new Socket(remote.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        if (receiveBuffer > 0) Socket.ReceiveBufferSize = receiveBuffer;
        Socket.ReceiveTimeout = Socket.SendTimeout = Hang.Milliseconds;
        Socket.Connect(remote);
    }

    public Peer(UnixDomainSocketEndPoint remote)
    {
        Socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        Socket.ReceiveTimeout = Socket.SendTimeout = Hang.Milliseconds;
        Socket.Connect(remote);
    }

    public Peer(Socket socket)
    {
        Socket = socket;
        Socket.ReceiveTimeout = Socket.SendTimeout = Hang.Milliseconds;
    }

    public Socket Socket { get; }

    public void Send(ReadOnlySpan<byte> data)
    {
        while (!data.IsEmpty) data = data[Socket.Send(data)..];
    }

    public void SendPattern(long length, long offset = 0)
    {
        var chunk = new byte[Math.Min(length, 64 * 1024)];
        for (long sent = 0; sent < length;)
        {
            var part = chunk.AsSpan(0, (int)Math.Min(chunk.Length, length - sent));
            Pattern.Fill(part, offset + sent);
            Send(part);
            sent += part.Length;
        }
    }

    public void ExpectPattern(long length, long offset = 0, int readSize = 64 * 1024)
    {
        var chunk = new byte[readSize];
        for (long received = 0; received < length;)
        {
            var count = Socket.Receive(chunk.AsSpan(0, (int)Math.Min(chunk.Length, length - received)));
            if (count == 0) throw new EndOfStreamException($"The stream ended after {received} of {length} bytes.");
            Pattern.Verify(chunk.AsSpan(0, count), offset + received);
            received += count;
        }
    }

    public void ExpectEnd() => Assert.That(Socket.Receive(new byte[1]), Is.Zero, "More bytes came where the stream should end.");

    /// <summary>Connects and expects a reset at once, which may come before connecting has returned.</summary>
    public static void ExpectResetOf(IPEndPoint remote)
    {
        try
        {
            using var peer = new Peer(remote);
            peer.ExpectReset();
        }
        catch (SocketException early) when (early.SocketErrorCode == SocketError.ConnectionReset)
        {
            // That is what was expected.
        }
    }

    /// <summary>Reads what still comes until the reset.</summary>
    public void ExpectReset()
    {
        var failure = Assert.Throws<SocketException>(() =>
        {
            var chunk = new byte[64 * 1024];
            while (Socket.Receive(chunk) > 0) { }
        });
        Assert.That(failure!.SocketErrorCode, Is.EqualTo(SocketError.ConnectionReset));
    }

    /// <summary>Reads until the end or a reset.</summary>
    public void Drain()
    {
        var chunk = new byte[64 * 1024];
        try
        {
            while (Socket.Receive(chunk) > 0) { }
        }
        catch (SocketException reset) when (reset.SocketErrorCode is SocketError.ConnectionReset)
        {
            // An end like another for the caller.
        }
    }

    public void FinishSending() => Socket.Shutdown(SocketShutdown.Send);

    public void Reset()
    {
        Socket.LingerState = new LingerOption(true, 0);
        Socket.Dispose();
    }

    public void Dispose() => Socket.Dispose();
}
