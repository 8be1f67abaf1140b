using System.Text;
using FastCore.Net.Http.Server;
using FastCore.Net.Transport;

namespace FastCore.Net.Http;

/// <summary>
/// A response written once and sent many times: only the Date is filled in when it is sent. Make it at the start and
/// keep it. Thread-safe: it never changes.
/// </summary>
public sealed class PreparedResponse
{
    private readonly byte[] _head;
    private readonly byte[] _copied;

    private PreparedResponse(int status, byte[] head, ReadOnlyMemory<byte> body)
    {
        Status = status;
        Body = body;
        DateStart = StatusLines.Of(status).Length;
        _head = head;
        _copied = body.Length < Connection.CopyThreshold ? [.. head, .. body.Span] : head;
    }

    /// <summary>The status code.</summary>
    public int Status { get; }

    /// <summary>The body. It is sent from where it lies if it is long, so it must not change.</summary>
    public ReadOnlyMemory<byte> Body { get; }

    /// <summary>Where the 29 bytes of the date go in the head.</summary>
    internal int DateStart { get; }

    internal ReadOnlySpan<byte> Head => _head;

    /// <summary>The head, and the body if it is short enough to be copied behind it.</summary>
    internal ReadOnlySpan<byte> Copied => _copied;

    internal bool IsBodyCopied => _copied.Length != _head.Length;

    /// <summary>Writes a response to be sent later.</summary>
    /// <param name="status">The status code, from 200 to 599.</param>
    /// <param name="body">The body; it must not change any more. Empty for 204 and 304.</param>
    /// <param name="contentType">The media type, such as <c>text/plain; charset=utf-8</c>.</param>
    /// <param name="headers">More header fields.</param>
    /// <exception cref="ArgumentOutOfRangeException">The status is not that of a final response.</exception>
    /// <exception cref="ArgumentException">A field is not legal or is written by the server itself, or the status has no body.</exception>
    public static PreparedResponse Create(int status, ReadOnlyMemory<byte> body, string contentType, params ReadOnlySpan<(string Name, string Value)> headers) =>
        Create(status, body, body.Length, contentType, headers);

    /// <summary>The head of one whose body comes from elsewhere.</summary>
    internal static PreparedResponse CreateHead(int status, long length, string contentType, params ReadOnlySpan<(string Name, string Value)> headers) =>
        Create(status, default, length, contentType, headers);

    private static PreparedResponse Create(int status, ReadOnlyMemory<byte> body, long length, string contentType, ReadOnlySpan<(string Name, string Value)> headers)
    {
        ArgumentNullException.ThrowIfNull(contentType);
        FieldRules.VerifyStatus(status);
        FieldRules.VerifyContentType(contentType);
        var hasNoContent = StatusLines.HasNoContent(status);
        if (hasNoContent && !body.IsEmpty) throw new ArgumentException($"A response with status {status} has no body.", nameof(body));

        var fields = new StringBuilder("\r\n");
        foreach (var (name, value) in headers)
        {
            FieldRules.Verify(Encoding.UTF8.GetBytes(name), Encoding.UTF8.GetBytes(value));
            fields.Append(name).Append(": ").Append(value).Append("\r\n");
        }
        if (length > 0 && contentType.Length > 0) fields.Append("Content-Type: ").Append(contentType).Append("\r\n");
        if (!hasNoContent) fields.Append("Content-Length: ").Append(length).Append("\r\n");
        fields.Append("\r\n");
        byte[] head = [.. StatusLines.Of(status), .. new byte[ResponseWriter.DateLength], .. Encoding.UTF8.GetBytes(fields.ToString())];
        return new PreparedResponse(status, head, body);
    }
}
