using System.Net;

namespace FastCore.Net.Http.Parsing;

/// <summary>Reads IP addresses as proxies write them: of all that the platform takes for one, only the forms that are meant (RFC 3986 §3.2.2). No zones, no single numbers, and none that others read as octal.</summary>
internal static class AddressText
{
    public static bool TryRead(string text, out IPAddress address)
    {
        address = IPAddress.None;
        if (text.AsSpan().ContainsAnyExcept("0123456789abcdefABCDEF:.") || !IPAddress.TryParse(text, out var read)) return false;
        // An address of IPv4, or the end of one of IPv6 that is written as one.
        var four = text[(text.LastIndexOf(':') + 1)..];
        if ((four.Length == text.Length || four.Contains('.')) && !(IPAddress.TryParse(four, out var canonical) && canonical.ToString() == four)) return false;
        address = read;
        return true;
    }
}
