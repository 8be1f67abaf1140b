using System.Net;
using System.Net.Sockets;
using System.Text;

namespace FastCore.Perf.Http;

/// <summary>One blocking connection for questions that are asked now and then.</summary>
internal sealed class SimpleClient : IDisposable
{
    private const int LimitMilliseconds = 5_000;

    private readonly Socket _socket;
    private readonly IPEndPoint _endPoint;
    private readonly byte[] _buffer = new byte[16 * 1024];

    /// <exception cref="SocketException">Nobody listens there.</exception>
    public SimpleClient(IPEndPoint endPoint)
    {
        _endPoint = endPoint;
        _socket = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp)
        {
            NoDelay = true,
            ReceiveTimeout = LimitMilliseconds,
            SendTimeout = LimitMilliseconds,
        };
        _socket.Connect(endPoint);
    }

    /// <summary>The body of the answer to <paramref name="path"/>.</summary>
    /// <exception cref="InvalidDataException">The answer is no 200 with a length, or none comes.</exception>
    public byte[] Get(string path)
    {
        _socket.Send(Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: {_endPoint}\r\n\r\n"));
        var received = 0;
        while (received < _buffer.Length)
        {
            var count = _socket.Receive(_buffer.AsSpan(received));
            if (count == 0) throw new InvalidDataException($"{_endPoint} closed the connection instead of answering {path}.");
            received += count;
            var headEnd = _buffer.AsSpan(0, received).IndexOf("\r\n\r\n"u8);
            if (headEnd < 0) continue;
            var head = Encoding.ASCII.GetString(_buffer, 0, headEnd + 2);
            if (!head.StartsWith("HTTP/1.1 200", StringComparison.Ordinal)) throw new InvalidDataException($"{_endPoint} answered {path} with: {head[..head.IndexOf('\r')]}");
            if (BodyLength(head) is not { } length) return ReadChunked(path, headEnd + 4, received);
            if (received - headEnd - 4 >= length) return _buffer.AsSpan(headEnd + 4, length).ToArray();
        }
        throw new InvalidDataException($"{_endPoint} answered {path} with more than {_buffer.Length} bytes.");
    }

    public void Dispose() => _socket.Dispose();

    private static int? BodyLength(string head)
    {
        const string Name = "\r\ncontent-length:";
        var at = head.IndexOf(Name, StringComparison.OrdinalIgnoreCase);
        return at < 0 ? null : int.Parse(head.AsSpan(at + Name.Length, head.IndexOf('\r', at + 2) - at - Name.Length).Trim(), System.Globalization.CultureInfo.InvariantCulture);
    }

    /// <summary>A body in one chunk, which is how a serialiser that does not know its length sends a small one.</summary>
    private byte[] ReadChunked(string path, int bodyStart, int received)
    {
        while (!_buffer.AsSpan(bodyStart, received - bodyStart).EndsWith("\r\n0\r\n\r\n"u8))
        {
            var count = _socket.Receive(_buffer.AsSpan(received));
            if (count == 0) throw new InvalidDataException($"{_endPoint} ended its answer to {path} early.");
            received += count;
        }
        var body = _buffer.AsSpan(bodyStart, received - bodyStart);
        var sizeEnd = body.IndexOf("\r\n"u8);
        var size = int.Parse(body[..sizeEnd], System.Globalization.NumberStyles.AllowHexSpecifier, System.Globalization.CultureInfo.InvariantCulture);
        return body.Slice(sizeEnd + 2, size).ToArray();
    }
}
