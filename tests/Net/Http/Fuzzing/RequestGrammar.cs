using System.Net;
using System.Net.Sockets;
using System.Numerics;
using System.Text.RegularExpressions;
using FastCore.Net.Http.Parsing;

namespace FastCore.Net.Tests.Http.Fuzzing;

/// <summary>
/// A request's head by the grammar of RFC 9110 and 9112 as a regular expression, and its meaning in plain code: slow, and
/// sharing nothing with the parser. It accepts what the server promises to accept and nothing else, but knows no limits.
/// </summary>
internal sealed partial class RequestGrammar
{
    private const string Token = @"[!#$%&'*+\-.^_`|~0-9A-Za-z]+";

    public required int Length { get; init; }
    public required int LineLength { get; init; }
    public required string Method { get; init; }
    public required string Target { get; init; }
    public required List<(string Name, string Value)> Fields { get; init; }
    public required int FieldBytes { get; init; }

    /// <summary>Why it is refused, or null.</summary>
    public string? Fault { get; private set; }

    public bool IsHttp10 { get; private init; }
    public bool IsChunked { get; private set; }
    public long ContentLength { get; private set; } = -1;
    public bool IsPersistent { get; private set; }

    public bool IsBeyond(ParseLimits limits) => LineLength > limits.RequestLine || FieldBytes > limits.Fields || Fields.Count > limits.FieldCount;

    /// <summary>Reads the head that begins there; null if there is none, or it has not ended.</summary>
    public static RequestGrammar? Read(string text, int start)
    {
        var match = Head().Match(text, start);
        if (!match.Success || match.Index != start) return null;
        var names = match.Groups["name"].Captures;
        var values = match.Groups["value"].Captures;
        var line = match.Groups["line"];
        var read = new RequestGrammar
        {
            Length = match.Length,
            LineLength = line.Length,
            Method = match.Groups["method"].Value,
            Target = match.Groups["target"].Value,
            Fields = [.. names.Zip(values, static (name, value) => (name.Value, value.Value.Trim(' ', '\t')))],
            FieldBytes = start + match.Length - (line.Index + line.Length + 2),
            IsHttp10 = match.Groups["version"].Value == "1.0",
        };
        read.Fault = read.Judge(match.Groups["version"].Value);
        return read;
    }

    private IEnumerable<string> Values(string name) => Fields.Where(field => field.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(static field => field.Value);

    private string? Judge(string version)
    {
        if (version[0] != '1') return "version";
        var hosts = Values("host").ToArray();
        if (hosts.Length > 1 || (hosts.Length == 0 && !IsHttp10)) return "one Host";
        if (hosts.Any(static host => !IsAuthority(host))) return "Host";

        var lengths = Values("content-length").ToArray();
        if (lengths.Length > 1) return "one Content-Length";
        if (lengths.Length == 1)
        {
            if (!Digits().IsMatch(lengths[0])) return "Content-Length";
            var length = BigInteger.Parse(lengths[0]);
            if (length > long.MaxValue) return "Content-Length too large";
            ContentLength = (long)length;
        }

        var codings = Values("transfer-encoding").ToArray();
        if (codings.Length > 1) return "one Transfer-Encoding";
        if (codings.Length == 1)
        {
            if (!codings[0].Equals("chunked", StringComparison.OrdinalIgnoreCase)) return "Transfer-Encoding";
            if (lengths.Length > 0) return "both lengths";
            if (IsHttp10) return "Transfer-Encoding in HTTP/1.0";
            IsChunked = true;
        }

        var options = Values("connection").SelectMany(static value => value.Split(',')).Select(static option => option.Trim(' ', '\t').ToLowerInvariant()).ToArray();
        IsPersistent = !options.Contains("close") && (!IsHttp10 || options.Contains("keep-alive"));
        if (!IsHttp10 && Values("expect").Any(static value => !value.Equals("100-continue", StringComparison.OrdinalIgnoreCase))) return "Expect";
        return JudgeTarget(hosts.Length == 1 ? hosts[0] : null);
    }

    private string? JudgeTarget(string? host)
    {
        if (Method == "CONNECT") return "CONNECT";
        if (Target[0] == '/') return null;
        if (Target == "*") return Method == "OPTIONS" ? null : "*";
        var match = Absolute().Match(Target);
        if (!match.Success) return "target";
        var authority = match.Groups["authority"].Value;
        if (authority.Length == 0 || authority[0] == ':' || !IsAuthority(authority)) return "authority";
        var port = match.Groups["scheme"].Value.Equals("https", StringComparison.OrdinalIgnoreCase) ? ":443" : ":80";
        return host == null || Normal(host) == Normal(authority) ? null : "another Host than the target's";

        string Normal(string name)
        {
            name = name.ToLowerInvariant();
            return name.EndsWith(port, StringComparison.Ordinal) ? name[..^port.Length] : name.EndsWith(':') ? name[..^1] : name;
        }
    }

    private static bool IsAuthority(string text)
    {
        var match = Authority().Match(text);
        if (!match.Success) return false;
        return !match.Groups["v6"].Success || (IPAddress.TryParse(match.Groups["v6"].Value, out var address) && address.AddressFamily == AddressFamily.InterNetworkV6);
    }

    /// <summary>What a request line and field lines are made of; every line ends in CRLF.</summary>
    [GeneratedRegex(
        @"\G(?:\r\n){0,2}(?<line>(?<method>" + Token + @") (?<target>[!""$-~]+) HTTP/(?<version>[0-9]\.[0-9]))\r\n(?:(?<name>" + Token + @"):(?<value>[\t\x20-\x7E\x80-\xFF]*)\r\n)*\r\n",
        RegexOptions.CultureInvariant)]
    private static partial Regex Head();

    [GeneratedRegex(@"^[0-9]+\z", RegexOptions.CultureInvariant)]
    private static partial Regex Digits();

    [GeneratedRegex(@"^(?<scheme>https?)://(?<authority>[^/?]*)", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex Absolute();

    [GeneratedRegex(
        @"^(?:\[(?:(?<v6>[0-9A-Fa-f:.]+)|[vV][0-9A-Fa-f]+\.[A-Za-z0-9\-._~!$&'()*+,;=:]+)\]|(?:[A-Za-z0-9\-._~!$&'()*+,;=]|%[0-9A-Fa-f]{2})*)(?::[0-9]*)?\z",
        RegexOptions.CultureInvariant)]
    private static partial Regex Authority();
}
