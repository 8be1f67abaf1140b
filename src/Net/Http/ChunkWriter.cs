using System.Buffers;
using System.Buffers.Text;
using FastCore.Net.Transport;

namespace FastCore.Net.Http;

/// <summary>Writes the framing of chunks (RFC 9112 §7.1) around a body's bytes.</summary>
internal static class ChunkWriter
{
    // Eight hexadecimal digits and CRLF.
    private const int MaxHead = 10;

    /// <summary>What goes before <paramref name="length"/> bytes, which must not be zero: that is the last chunk.</summary>
    public static void WriteHead(Connection connection, int length)
    {
        var room = connection.GetSpan(MaxHead);
        Utf8Formatter.TryFormat(length, room, out var digits, new StandardFormat('x'));
        "\r\n"u8.CopyTo(room[digits..]);
        connection.Advance(digits + 2);
    }

    /// <summary>What goes behind them.</summary>
    public static void WriteEnd(Connection connection) => connection.Write("\r\n"u8);

    /// <summary>The body's end, with field lines, each ended by CRLF, as its trailer.</summary>
    public static void WriteLast(Connection connection, ReadOnlySpan<byte> trailers = default)
    {
        connection.Write("0\r\n"u8);
        if (!trailers.IsEmpty) connection.Write(trailers);
        connection.Write("\r\n"u8);
    }
}
