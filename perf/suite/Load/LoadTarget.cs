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

    /// <summary>The bytes of <paramref name="count"/> requests in a row.</summary>
    public byte[] Requests(int count) =>
        Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat($"GET {Path} HTTP/1.1\r\nHost: {EndPoint}\r\n{(Field == null ? "" : $"{Field}\r\n")}\r\n", count)));
}
