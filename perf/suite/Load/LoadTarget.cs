using System.Net;
using System.Text;

namespace FastCore.Perf.Load;

/// <summary>What is asked of a server again and again, and what it must answer.</summary>
/// <param name="EndPoint">Where it listens.</param>
/// <param name="Path">The request's target.</param>
/// <param name="Body">The body of every answer.</param>
public sealed record LoadTarget(IPEndPoint EndPoint, string Path, ReadOnlyMemory<byte> Body)
{
    /// <summary>A field that goes with each request, such as <c>Authorization: Bearer …</c>; null for none.</summary>
    public string? Field { get; init; }

    /// <summary>How many bytes each request has for a body: it is a POST if there are any, else a GET.</summary>
    public int UploadLength { get; init; }

    /// <summary>Whether each request has a connection of its own, which the server is told to close.</summary>
    public bool IsFreshEach { get; init; }

    /// <summary>How many other connections are open meanwhile that begin a request and never get to its end.</summary>
    public int SlowConnections { get; init; }

    /// <summary>The bytes of <paramref name="count"/> requests in a row.</summary>
    public byte[] Requests(int count)
    {
        var head = new StringBuilder($"{(UploadLength > 0 ? "POST" : "GET")} {Path} HTTP/1.1\r\nHost: {EndPoint}\r\n");
        if (UploadLength > 0) head.Append($"Content-Length: {UploadLength}\r\n");
        if (IsFreshEach) head.Append("Connection: close\r\n");
        if (Field != null) head.Append(Field).Append("\r\n");
        head.Append("\r\n");
        var one = new byte[head.Length + UploadLength];
        Encoding.ASCII.GetBytes(head.ToString(), one);
        return [.. Enumerable.Repeat(one, count).SelectMany(static bytes => bytes)];
    }
}
