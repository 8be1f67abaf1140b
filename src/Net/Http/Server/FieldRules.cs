using System.Buffers;
using System.Text;
using FastCore.Net.Http.Parsing;

namespace FastCore.Net.Http.Server;

/// <summary>What a response's header fields must be before they are sent, so that no value can end its line and begin another (response splitting).</summary>
internal static class FieldRules
{
    private static readonly string[] Owned = ["Content-Length", "Content-Type", "Transfer-Encoding", "Connection", "Keep-Alive", "Date", "Upgrade"];

    // Not a range: looking for one boxes its ends as long as the code is not optimised, at each response.
    private static readonly SearchValues<char> PrintableAscii = SearchValues.Create([.. Enumerable.Range(' ', '~' - ' ' + 1).Select(static code => (char)code)]);

    /// <exception cref="ArgumentException">The name is not a token, the server writes that field itself, or the value holds a control character.</exception>
    public static void Verify(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        if (!HttpCharacters.IsToken(name)) throw new ArgumentException("A field name must be made of the characters RFC 9110 §5.6.2 allows.", nameof(name));
        foreach (var owned in Owned)
        {
            if (Ascii.EqualsIgnoreCase(name, owned))
                throw new ArgumentException($"The server writes {owned} itself. Content-Type is given to Respond; the connection is ended with CloseConnection.", nameof(name));
        }
        VerifyValue(value, nameof(value));
    }

    /// <exception cref="ArgumentException">The value holds a control character.</exception>
    public static void VerifyValue(ReadOnlySpan<byte> value, string parameter)
    {
        if (value.IndexOfAny(HttpCharacters.ControlExceptTab) >= 0) throw new ArgumentException("A field value must not hold control characters, CR and LF among them.", parameter);
    }

    /// <exception cref="ArgumentException">The media type is not printable ASCII.</exception>
    public static void VerifyContentType(string contentType)
    {
        if (contentType.AsSpan().IndexOfAnyExcept(PrintableAscii) >= 0) throw new ArgumentException("A content type must be printable ASCII.", nameof(contentType));
    }

    /// <exception cref="ArgumentOutOfRangeException">It is not the status of a final response.</exception>
    public static void VerifyStatus(int status)
    {
        if (status is < StatusLines.First or > StatusLines.Last) throw new ArgumentOutOfRangeException(nameof(status), status, "Give the status of a final response, from 200 to 599.");
    }
}
