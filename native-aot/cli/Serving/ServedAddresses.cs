using System.CommandLine;
using System.Net;
using System.Net.Sockets;
using FastCore.Cli.Commands;
using FastCore.Net.Hosting;
using FastCore.Net.Http;
using FastCore.Net.Transport;

namespace FastCore.Cli.Serving;

/// <summary>Where <c>fastcore serve</c> listens.</summary>
internal sealed class ServedAddresses
{
    private const int DefaultPort = 8080;
    private const string XForwarded = "x-forwarded";
    private const string Forwarded = "forwarded";
    private const string UnixPrefix = "unix:";

    private readonly Option<int?> _port = CommonOptions.Number("--port", $"the port; 0 takes a free one (default {DefaultPort})", 0, IPEndPoint.MaxPort);
    private readonly Option<IPAddress?> _address = CommonOptions.Address("the address to listen on (default 127.0.0.1)");

    private readonly Option<EndPoint[]?> _listen = new("--listen")
    {
        Description = "listen here, too, or only here if neither --port nor --address is given; may be repeated: 127.0.0.1:8080, [::1]:8080, unix:/run/app.sock, or unix:@name for a name without a file",
        HelpName = "WHERE",
        CustomParser = static result =>
        {
            var all = new List<EndPoint>();
            foreach (var token in result.Tokens)
            {
                if (ToEndPoint(token.Value) is { } endPoint) all.Add(endPoint);
                else result.AddError($"--listen is '{token.Value}'; give ADDRESS:PORT, [ADDRESS]:PORT, unix:PATH of at most 107 bytes, or unix:@NAME.");
            }
            return [.. all];
        },
    };

    private readonly Option<UnixFileMode?> _mode = new("--socket-mode")
    {
        Description = "the mode of the Unix sockets' files, in octal (default 600: this user alone; a proxy under another user needs 660 and its group, or 666)",
        HelpName = "MODE",
        CustomParser = static result =>
        {
            if (TryParseMode(result.Tokens[0].Value, out var mode)) return mode;
            result.AddError($"--socket-mode is '{result.Tokens[0].Value}'; give three octal digits, such as 660.");
            return null;
        },
    };

    private readonly Option<string?> _owner = new("--socket-owner") { Description = "the user whom the Unix sockets' files belong to, by name or number (default: this one; only root may give files away)", HelpName = "USER" };
    private readonly Option<string?> _group = new("--socket-group") { Description = "the group of the Unix sockets' files, by name or number", HelpName = "GROUP" };

    private readonly Option<IPNetwork[]?> _proxies = CommonOptions.Networks("--proxy-protocol-from", "the networks of proxies that tell of their clients by the PROXY protocol (1 and 2), before TLS; everybody else's connections are reset. Over Unix sockets every peer is such a proxy");

    private readonly Option<IPNetwork[]?> _forwarders = CommonOptions.Networks("--forwarded-from", "the networks of proxies whose header fields are believed to say where a request comes from: X-Forwarded-For, -Proto and -Host. Over Unix sockets every peer is such a proxy");
    private readonly Option<string?> _forwardedBy = new("--forwarded-by") { Description = $"which fields: {XForwarded} (default), or {Forwarded} of RFC 7239", HelpName = $"{XForwarded}|{Forwarded}" };
    private readonly Option<int?> _hops = CommonOptions.Number("--forwarded-hops", "how many such proxies a request comes through at most (default 1)", 1, 32);

    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[_port, _address, _listen, _mode, _owner, _group, _proxies, _forwarders, _forwardedBy, _hops]) command.Add(option);
        _forwardedBy.AcceptOnlyFromAmong(XForwarded, Forwarded);
        command.Validators.Add(result =>
        {
            var hasUnix = result.GetResult(_listen)?.Tokens.Any(static token => token.Value.StartsWith(UnixPrefix, StringComparison.Ordinal)) == true;
            foreach (var option in (Option[])[_mode, _owner, _group])
            {
                if (result.GetResult(option) != null && !hasUnix) result.AddError($"{option.Name} goes with --listen unix:PATH.");
            }
            foreach (var option in (Option[])[_forwardedBy, _hops])
            {
                if (result.GetResult(option) != null && result.GetResult(_forwarders) == null) result.AddError($"{option.Name} goes with --forwarded-from.");
            }
        });
    }

    /// <summary>What the options say, in the server's terms.</summary>
    /// <param name="options">The others.</param>
    /// <param name="parsed">The command line.</param>
    /// <param name="tls">What HTTPS is spoken with.</param>
    /// <param name="passed">Sockets of the service manager: served, and instead of the default address.</param>
    /// <param name="taken">Sockets of the process before this: served in the place of new ones, if they are at an address that is asked for.</param>
    public HttpServerOptions AddTo(HttpServerOptions options, ParseResult parsed, HttpTlsOptions? tls, IReadOnlyList<InheritedSocket> passed, IReadOnlyList<InheritedSocket> taken)
    {
        var more = parsed.GetValue(_listen) ?? [];
        // Of a list that is not given the parser makes an empty one.
        var proxy = parsed.GetResult(_proxies) == null ? null : new ProxyProtocolOptions { From = parsed.GetValue(_proxies)! };
        var isNamed = parsed.GetResult(_port) != null || parsed.GetResult(_address) != null || (more.Length == 0 && passed.Count == 0);
        var unix = new UnixSocketOptions { Owner = parsed.GetValue(_owner), Group = parsed.GetValue(_group) };
        if (parsed.GetValue(_mode) is { } mode) unix = unix with { Mode = mode };
        EndPoint[] all = isNamed ? [new IPEndPoint(parsed.GetValue(_address) ?? IPAddress.Loopback, parsed.GetValue(_port) ?? DefaultPort), .. more] : more;
        return options with
        {
            Forwarded = parsed.GetResult(_forwarders) == null
                ? null
                : new ForwardedOptions { From = parsed.GetValue(_forwarders)!, Hops = parsed.GetValue(_hops) ?? 1, Fields = parsed.GetValue(_forwardedBy) == Forwarded ? ForwardedFields.Forwarded : ForwardedFields.XForwarded },
            EndPoint = null,
            MoreEndPoints =
            [
                .. HttpEndPoint.Inherit(passed, tls).Select(endPoint => endPoint with { ProxyProtocol = proxy }),
                .. all.Select(endPoint => ToHttp(endPoint) with { ProxyProtocol = proxy }),
            ],
        };

        HttpEndPoint ToHttp(EndPoint endPoint) => HttpEndPoint.Inherit(taken.Where(socket => Is(socket.EndPoint, endPoint)), tls) is [var inherited, ..]
            ? inherited
            : new HttpEndPoint(endPoint, tls) { UnixSocket = endPoint is UnixDomainSocketEndPoint ? unix : null };
    }

    // Any port is one that is there.
    private static bool Is(EndPoint there, EndPoint asked) =>
        there.ToString() == asked.ToString() || (asked is IPEndPoint { Port: 0 } any && there is IPEndPoint internet && internet.Address.Equals(any.Address));

    /// <summary>An address as users write it.</summary>
    public static string Name(EndPoint endPoint, bool isSecure) =>
        $"{(isSecure ? "https" : "http")}://{(endPoint is UnixDomainSocketEndPoint ? UnixPrefix : "")}{endPoint}";

    private static EndPoint? ToEndPoint(string text)
    {
        try
        {
            if (!text.StartsWith(UnixPrefix, StringComparison.Ordinal)) return IPEndPoint.TryParse(text, out var address) && HasPort(text) ? address : null;
            var path = text[UnixPrefix.Length..];
            return path is "" or "@" ? null : new UnixDomainSocketEndPoint(path[0] == '@' ? $"\0{path[1..]}" : path);
        }
        catch (ArgumentException)
        {
            // Longer than the system allows.
            return null;
        }
    }

    // Without one the platform takes zero, which here would be any port.
    private static bool HasPort(string text) => text.LastIndexOf(':') > text.LastIndexOf(']') && (text.Contains(']') || text.Count(static c => c == ':') == 1);

    private static bool TryParseMode(string text, out UnixFileMode mode)
    {
        mode = default;
        if (text.Length is < 3 or > 4 || text.AsSpan().ContainsAnyExceptInRange('0', '7') || (text.Length == 4 && text[0] != '0')) return false;
        mode = (UnixFileMode)Convert.ToInt32(text, 8);
        return true;
    }
}
