using System.Net;
using System.Text.RegularExpressions;
using FastCore.Net.Http;
using FastCore.Net.Http.Parsing;
using FastCore.Net.Http.Server;

namespace FastCore.Net.Tests.Http.Fuzzing;

/// <summary>
/// What trusted proxies tell by Forwarded (RFC 7239) and by X-Forwarded-For, beside the grammar. An input is the lines of the field, one for each
/// LF; hosts of 10.0.0.0/8 and fd00::/8 are believed.
/// </summary>
internal sealed partial class ForwardedTarget() : FuzzTarget("forwarded")
{
    private static readonly IPNetwork[] Trusted = [IPNetwork.Parse("10.0.0.0/8"), IPNetwork.Parse("fd00::/8")];

    private readonly GuardedMemory _memory = new(2 * MaxInput);
    private readonly RequestHead _head = new();

    public override IReadOnlyList<byte[]> Seeds { get; } = [.. ValueCorpus.Of("forwarded").Select(static item => item.Bytes)];

    public override void Run(ReadOnlySpan<byte> input, int seed)
    {
        var text = Text(input);
        // Each line gets the field's name.
        if (input.Count((byte)'\n') > 1000) return;
        foreach (var hops in (int[])[1, 2, 32])
        {
            foreach (var kind in (ForwardedFields[])[ForwardedFields.Forwarded, ForwardedFields.XForwarded])
            {
                if (Describe(text, kind, hops) is { } told) Same(Model(text, kind, hops), told, $"{kind}, {hops} hops");
            }
        }
    }

    /// <summary>Whom the shipped reader finds, and what he is said to speak; null if the field can't stand in a request.</summary>
    public string? Describe(string text, ForwardedFields kind, int hops)
    {
        var name = kind == ForwardedFields.Forwarded ? "Forwarded" : "X-Forwarded-For";
        var bytes = _memory.AtTheEnd(Bytes("GET / HTTP/1.1\r\nHost: a\r\n" + string.Concat(text.Split('\n').Select(line => $"{name}: {line}\r\n")) + "\r\n"));
        if (RequestParser.Parse(bytes, _head, new ParseLimits(8192, 2 * MaxInput, 10_000)) != ParseStatus.Complete || _head.Length != bytes.Length) return null;
        var told = new Forwarding(new ForwardedOptions { From = Trusted, Hops = hops, Fields = kind }).Read(_head, bytes, new IPEndPoint(IPAddress.Parse("10.0.0.1"), 1), false);
        return Describe(told.Client?.Address.GetAddressBytes(), told.Client?.Port ?? 0, told.IsHttps);
    }

    private static string Describe(byte[]? address, int port, bool? isHttps) => $"{(address == null ? "nobody" : Convert.ToHexString(address))} {port} {isHttps?.ToString() ?? "-"}";

    /// <summary>Whom it should find.</summary>
    public static string Model(string text, ForwardedFields kind, int hops)
    {
        (byte[] Address, int Port)? client = null;
        bool? isHttps = null;
        foreach (var element in LastElements(text, kind == ForwardedFields.Forwarded, hops))
        {
            var node = element;
            if (kind == ForwardedFields.Forwarded)
            {
                if (Pairs(element) is not { } pairs) break;
                node = pairs.GetValueOrDefault("for", "");
                isHttps = pairs.GetValueOrDefault("proto", "").ToLowerInvariant() switch { "https" => true, "http" => false, _ => isHttps };
            }
            if (Node(node) is not { } next) break;
            client = next;
            if (!IsTrusted(next.Address)) break;
        }
        return Describe(client?.Address, client?.Port ?? 0, isHttps);
    }

    /// <summary>The last elements, the very last first. A quote without an end makes all of it worthless, if it is come to.</summary>
    private static List<string> LastElements(string text, bool isQuoted, int most)
    {
        var all = new List<string>();
        foreach (var line in text.Split('\n').Reverse())
        {
            if (all.Count >= most) break;
            var rest = line.Trim(' ', '\t');
            var elements = new List<string>();
            if (isQuoted)
            {
                if (!QuotedList().IsMatch(rest)) return [];
                elements.AddRange(QuotedElement().Matches(rest).Select(static match => match.Value));
            }
            else
            {
                elements.AddRange(rest.Split(','));
            }
            all.AddRange(elements.Select(static element => element.Trim(' ', '\t')).Where(static element => element.Length > 0).Reverse());
        }
        return [.. all.Take(most)];
    }

    /// <summary>The pairs of an element; null if it is not well formed, or says one of those that matter twice.</summary>
    private static Dictionary<string, string>? Pairs(string element)
    {
        var match = Element().Match(element);
        if (!match.Success) return null;
        var pairs = new Dictionary<string, string>();
        foreach (var (name, value) in match.Groups["name"].Captures.Zip(match.Groups["value"].Captures, static (name, value) => (name.Value.ToLowerInvariant(), value.Value.Trim('"'))))
        {
            if (!pairs.TryAdd(name, value) && name is "for" or "proto" or "host" && pairs.ContainsKey(name)) return null;
        }
        return pairs;
    }

    private static (byte[] Address, int Port)? Node(string node)
    {
        if (node.Length > 64) return null;
        var match = NodeForm().Match(node);
        if (!match.Success) return null;
        var port = match.Groups["port"].Success ? match.Groups["port"].Value.TrimStart('0') : "";
        if (port.Length > 5 || (port.Length > 0 && int.Parse(port, System.Globalization.CultureInfo.InvariantCulture) > 65535)) return null;
        var address = match.Groups["four"].Success ? AddressGrammar.ReadFour(match.Groups["four"].Value) : AddressGrammar.ReadSix(match.Groups["six"].Value);
        return address == null ? null : (address, port.Length == 0 ? 0 : int.Parse(port, System.Globalization.CultureInfo.InvariantCulture));
    }

    private static bool IsTrusted(byte[] address)
    {
        if (address.Length == 16 && address[..10].All(static each => each == 0) && address[10] == 255 && address[11] == 255) address = address[12..];
        return address.Length == 4 ? address[0] == 10 : address[0] == 0xFD;
    }

    [GeneratedRegex("""^(?:[^"]|"(?:[^"\\]|\\[\s\S])*")*\z""", RegexOptions.CultureInvariant)]
    private static partial Regex QuotedList();

    [GeneratedRegex("""(?:[^",]|"(?:[^"\\]|\\[\s\S])*")+""", RegexOptions.CultureInvariant)]
    private static partial Regex QuotedElement();

    [GeneratedRegex("""^(?:[ \t]*(?<name>[!#$%&'*+.^_`|~0-9A-Za-z-]+)=(?<value>[!#$%&'*+.^_`|~0-9A-Za-z-]+|"[^"\\]+")[ \t]*(?:;(?!\z)|;?\z))+\z""", RegexOptions.CultureInvariant)]
    private static partial Regex Element();

    [GeneratedRegex(@"^(?:(?<four>[0-9.]+)(?::(?<port>[0-9]+))?|\[(?<six>[^\]]*:[^\]]*)\](?::(?<port>[0-9]+))?|(?<six>[^:\[]*:[^:]*:.*))\z", RegexOptions.CultureInvariant)]
    private static partial Regex NodeForm();

    public override void Dispose() => _memory.Dispose();
}
