using System.Text;

namespace FastCore.Net.Http.Client;

/// <summary>Names of response fields that come often, so that no string is made for them.</summary>
internal static class KnownFields
{
    private static readonly string[] Names =
    [
        "Age", "Accept-Ranges", "Access-Control-Allow-Origin", "Alt-Svc", "Cache-Control", "Connection", "Content-Encoding", "Content-Language", "Content-Length",
        "Content-Range", "Content-Type", "Date", "ETag", "Expires", "Keep-Alive", "Last-Modified", "Link", "Location", "Retry-After", "Server", "Set-Cookie",
        "Strict-Transport-Security", "Trailer", "Transfer-Encoding", "Vary", "Via", "WWW-Authenticate", "X-Content-Type-Options", "X-Frame-Options",
    ];

    private static readonly string[][] ByLength = [.. Enumerable.Range(0, Names.Max(static name => name.Length) + 1).Select(static length => Names.Where(name => name.Length == length).ToArray())];

    /// <summary>The name as a string; field names have no letter case.</summary>
    public static string NameOf(ReadOnlySpan<byte> name)
    {
        if (name.Length < ByLength.Length)
        {
            foreach (var known in ByLength[name.Length])
            {
                if (Ascii.EqualsIgnoreCase(name, known)) return known;
            }
        }
        return Encoding.ASCII.GetString(name);
    }
}
