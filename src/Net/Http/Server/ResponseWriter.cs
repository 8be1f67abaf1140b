using System.Buffers.Text;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text;

namespace FastCore.Net.Http.Server;

/// <summary>
/// Writes responses straight into the connection's send block. The order of the head is fixed: status line, Date, what
/// this request adds, what the response itself says.
/// </summary>
internal static class ResponseWriter
{
    public const int DateLength = 29;

    /// <summary>In place of a length: the body is sent in chunks.</summary>
    public const long InChunks = -1;

    /// <summary>In place of a length: the body ends with the connection.</summary>
    public const long Unframed = -2;

    // Everything of a head but the status line, the added fields and the content type: Date, Content-Length, names, CRLFs.
    private const int FixedFieldsLength = 128;

    public static void Write(HttpExchange exchange, PreparedResponse response)
    {
        var isHead = exchange.IsHead;
        if (exchange.AddedFields.IsEmpty)
        {
            WriteUnchanged(exchange, response, isHead ? response.Head : response.Copied);
        }
        else
        {
            var split = response.DateStart + DateLength + 2;
            var room = exchange.Connection.GetSpan(response.Copied.Length + exchange.AddedFields.Length);
            var writer = new HeadWriter(room);
            writer.Put(response.Head[..split]);
            exchange.Date.CopyTo(room[response.DateStart..]);
            writer.Put(exchange.AddedFields);
            writer.Put((isHead ? response.Head : response.Copied)[split..]);
            exchange.Connection.Advance(writer.Length);
        }
        if (!isHead && !response.IsBodyCopied) exchange.Connection.Write(response.Body);
    }

    private static void WriteUnchanged(HttpExchange exchange, PreparedResponse response, ReadOnlySpan<byte> bytes)
    {
        var room = exchange.Connection.GetSpan(bytes.Length);
        bytes.CopyTo(room);
        exchange.Date.CopyTo(room[response.DateStart..]);
        exchange.Connection.Advance(bytes.Length);
    }

    /// <summary>Writes the head of a response with <paramref name="length"/> bytes of body, or with one that is <see cref="InChunks"/> or <see cref="Unframed"/>.</summary>
    public static void WriteHead(HttpExchange exchange, int status, string contentType, long length)
    {
        var statusLine = StatusLines.Of(status);
        var added = exchange.AddedFields;
        var room = exchange.Connection.GetSpan(statusLine.Length + FixedFieldsLength + added.Length + contentType.Length);
        var writer = new HeadWriter(room);
        writer.Put(statusLine);
        writer.Put(exchange.Date);
        writer.Put("\r\n"u8);
        writer.Put(added);
        if (contentType.Length > 0 && length != 0)
        {
            writer.Put("Content-Type: "u8);
            writer.Put(contentType);
            writer.Put("\r\n"u8);
        }
        if (length == InChunks && !StatusLines.HasNoContent(status))
        {
            writer.Put("Transfer-Encoding: chunked\r\n"u8);
        }
        else if (length >= 0 && !StatusLines.HasNoContent(status))
        {
            writer.Put("Content-Length: "u8);
            writer.Put(length);
            writer.Put("\r\n"u8);
        }
        writer.Put("\r\n"u8);
        exchange.Connection.Advance(writer.Length);
    }

    /// <summary>Appends to a span that is known to be long enough.</summary>
    private ref struct HeadWriter(Span<byte> room)
    {
        private readonly Span<byte> _room = room;

        public int Length { get; private set; }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Put(ReadOnlySpan<byte> bytes)
        {
            bytes.CopyTo(_room[Length..]);
            Length += bytes.Length;
        }

        public void Put(string ascii)
        {
            Ascii.FromUtf16(ascii, _room[Length..], out var written);
            Debug.Assert(written == ascii.Length, "It was checked to be ASCII.");
            Length += written;
        }

        public void Put(long number)
        {
            Utf8Formatter.TryFormat(number, _room[Length..], out var written);
            Length += written;
        }
    }
}
