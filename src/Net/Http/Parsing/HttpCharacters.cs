using System.Buffers;

namespace FastCore.Net.Http.Parsing;

/// <summary>The character classes of RFC 9110 and RFC 9112 that requests are checked against.</summary>
internal static class HttpCharacters
{
    private const string LettersAndDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    /// <summary><c>tchar</c> (RFC 9110 §5.6.2): what methods and field names are made of.</summary>
    public static readonly SearchValues<byte> Token = Of("!#$%&'*+-.^_`|~" + LettersAndDigits);

    /// <summary>What ends a field value or spoils it: the controls except HTAB. CR is among them, so one search finds the line's end and checks the value.</summary>
    public static readonly SearchValues<byte> ControlExceptTab = SearchValues.Create(
        Enumerable.Range(0, 128).Where(static c => c is < 0x20 and not '\t' or 0x7F).Select(static c => (byte)c).ToArray());

    /// <summary>What a request target may hold: visible ASCII without <c>#</c>, since a fragment is never sent (RFC 9112 §3.2).</summary>
    public static readonly SearchValues<byte> Target = SearchValues.Create(
        Enumerable.Range(0x21, 0x7E - 0x20).Where(static c => c != '#').Select(static c => (byte)c).ToArray());

    /// <summary><c>reg-name</c> of a host (RFC 3986 §3.2.2); the percent sign stands for its escapes.</summary>
    public static readonly SearchValues<byte> HostName = Of("-._~!$&'()*+,;=%" + LettersAndDigits);

    /// <summary>What an IPv6 address is made of.</summary>
    public static readonly SearchValues<byte> IpAddress = Of(":.0123456789ABCDEFabcdef");

    /// <summary>What an address of a later version is made of, behind its version (RFC 3986 §3.2.2).</summary>
    public static readonly SearchValues<byte> IpFuture = Of(":.-_~!$&'()*+,;=" + LettersAndDigits);

    public static readonly SearchValues<byte> Digits = Of("0123456789");

    public static bool IsToken(ReadOnlySpan<byte> text) => !text.IsEmpty && text.IndexOfAnyExcept(Token) < 0;

    /// <summary>Without the spaces and tabs around it (<c>OWS</c>).</summary>
    public static ReadOnlySpan<byte> TrimWhitespace(ReadOnlySpan<byte> text) => text.Trim(" \t"u8);

    private static SearchValues<byte> Of(string characters) => SearchValues.Create(characters.Select(static c => (byte)c).ToArray());
}
