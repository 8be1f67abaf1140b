using System.Net;
using System.Text;

namespace FastCore.Net.Http.Parsing;

/// <summary>The four forms of a request target (RFC 9112 §3.2) and the authority they share with the Host field.</summary>
internal static class RequestTarget
{
    public static Rejection Read(ReadOnlySpan<byte> data, RequestHead head)
    {
        var target = head.Target.Of(data);
        if (head.Method == KnownMethod.Connect) return new Rejection(501, "This server is no proxy and opens no tunnels.");
        if (target[0] == '/')
        {
            SplitQuery(target, head.Target.Start, head);
            return default;
        }
        if (target.Length == 1 && target[0] == '*')
        {
            head.IsAsterisk = true;
            return head.Method == KnownMethod.Options ? default : Rejection.BadRequest("The target * belongs to OPTIONS alone.");
        }
        return ReadAbsolute(data, target, head);
    }

    /// <summary>
    /// The absolute form names the host itself (RFC 9112 §3.2.2). A client must send the same in the Host field (§3.2): where
    /// the two differ, one of them is for a server on the way that looks at the other.
    /// </summary>
    private static Rejection ReadAbsolute(ReadOnlySpan<byte> data, ReadOnlySpan<byte> target, RequestHead head)
    {
        var scheme = target.IndexOf("://"u8);
        if (scheme < 0 || !(Ascii.EqualsIgnoreCase(target[..scheme], "http"u8) || Ascii.EqualsIgnoreCase(target[..scheme], "https"u8)))
            return Rejection.BadRequest("The request target must begin with a slash, or be an http address.");
        var authorityStart = scheme + 3;
        var rest = target[authorityStart..];
        var authorityLength = rest.IndexOfAny((byte)'/', (byte)'?');
        if (authorityLength < 0) authorityLength = rest.Length;
        var authority = rest[..authorityLength];
        if (authority.IsEmpty || authority[0] == ':' || !IsAuthority(authority)) return Rejection.BadRequest("The request target's host is not a host with an optional port.");
        if (head.HasHost && !IsSameHost(head.Host.Of(data), authority, scheme == 4 ? ":80"u8 : ":443"u8)) return Rejection.BadRequest("The Host field names another host than the request target.");
        head.Host = new Slice(head.Target.Start + authorityStart, authorityLength);
        SplitQuery(rest[authorityLength..], head.Target.Start + authorityStart + authorityLength, head);
        return default;
    }

    private static bool IsSameHost(ReadOnlySpan<byte> one, ReadOnlySpan<byte> other, ReadOnlySpan<byte> defaultPort) =>
        Ascii.EqualsIgnoreCase(WithoutDefaultPort(one, defaultPort), WithoutDefaultPort(other, defaultPort));

    /// <summary>A host without the port that is meant if there is none (RFC 9110 §4.2.3).</summary>
    private static ReadOnlySpan<byte> WithoutDefaultPort(ReadOnlySpan<byte> authority, ReadOnlySpan<byte> defaultPort)
    {
        if (authority.EndsWith(defaultPort)) return authority[..^defaultPort.Length];
        return authority.EndsWith(":"u8) ? authority[..^1] : authority;
    }

    private static void SplitQuery(ReadOnlySpan<byte> pathAndQuery, int start, RequestHead head)
    {
        var mark = pathAndQuery.IndexOf((byte)'?');
        head.Path = new Slice(start, mark < 0 ? pathAndQuery.Length : mark);
        if (mark >= 0) head.Query = new Slice(start + mark + 1, pathAndQuery.Length - mark - 1);
    }

    /// <summary>Whether it is <c>uri-host [ ":" port ]</c> (RFC 9110 §7.2). It may be empty; it never holds user information.</summary>
    public static bool IsAuthority(ReadOnlySpan<byte> text)
    {
        int hostLength;
        if (!text.IsEmpty && text[0] == '[')
        {
            var close = text.IndexOf((byte)']');
            if (close < 3 || !IsIpLiteral(text[1..close])) return false;
            hostLength = close + 1;
        }
        else
        {
            hostLength = text.IndexOfAnyExcept(HttpCharacters.HostName);
            if (hostLength < 0) return IsEscaped(text);
            if (!IsEscaped(text[..hostLength])) return false;
        }
        if (hostLength == text.Length) return true;
        return text[hostLength] == ':' && text[(hostLength + 1)..].IndexOfAnyExcept(HttpCharacters.Digits) < 0;
    }

    /// <summary>What may stand between brackets (RFC 3986 §3.2.2): an IPv6 address without zone, or one of a version to come.</summary>
    private static bool IsIpLiteral(ReadOnlySpan<byte> text)
    {
        if ((text[0] | 0x20) != 'v') return text.IndexOfAnyExcept(HttpCharacters.IpAddress) < 0 && text.Contains((byte)':') && IPAddress.TryParse(text, out _);
        var point = text.IndexOf((byte)'.');
        if (point < 2 || point + 1 == text.Length || text[(point + 1)..].IndexOfAnyExcept(HttpCharacters.IpFuture) >= 0) return false;
        foreach (var digit in text[1..point])
        {
            if (!char.IsAsciiHexDigit((char)digit)) return false;
        }
        return true;
    }

    /// <summary>Whether every percent sign begins an escape.</summary>
    private static bool IsEscaped(ReadOnlySpan<byte> text)
    {
        for (var percent = text.IndexOf((byte)'%'); percent >= 0; percent = text.IndexOf((byte)'%'))
        {
            if (text.Length < percent + 3 || !char.IsAsciiHexDigit((char)text[percent + 1]) || !char.IsAsciiHexDigit((char)text[percent + 2])) return false;
            text = text[(percent + 3)..];
        }
        return true;
    }
}
