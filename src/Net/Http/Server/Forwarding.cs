using System.Net;
using System.Text;
using FastCore.Net.Http.Parsing;

namespace FastCore.Net.Http.Server;

/// <summary>What trusted proxies have told of a request.</summary>
/// <param name="Client">Whom it comes from; null if nobody has told.</param>
/// <param name="IsHttps">Whether the client speaks HTTPS; null if nobody has told.</param>
/// <param name="Host">The host it is for, in the request's head; empty if nobody has told.</param>
internal readonly record struct ForwardedRequest(IPEndPoint? Client, bool? IsHttps, Slice Host);

/// <summary>Which proxies are believed, and by which fields. Any thread may use it.</summary>
internal sealed class Forwarding(ForwardedOptions options)
{
    private readonly NetworkList _from = new(options.From);

    /// <summary>Goes from the peer towards the client, for as long as who tells is trusted.</summary>
    /// <param name="head">Where the request's fields lie.</param>
    /// <param name="bytes">The head.</param>
    /// <param name="peer">Who sends the request; null over a Unix-domain socket.</param>
    /// <param name="isTrusted">Whether a peer without an address is.</param>
    public ForwardedRequest Read(RequestHead head, ReadOnlySpan<byte> bytes, IPEndPoint? peer, bool isTrusted)
    {
        if (peer != null) isTrusted = _from.Contains(peer.Address);
        if (!isTrusted) return default;
        Span<Slice> elements = stackalloc Slice[options.Hops];
        return options.Fields == ForwardedFields.Forwarded ? ReadForwarded(head, bytes, elements) : ReadXForwarded(head, bytes, elements);
    }

    private ForwardedRequest ReadForwarded(RequestHead head, ReadOnlySpan<byte> bytes, Span<Slice> elements)
    {
        var told = default(ForwardedRequest);
        var count = ForwardedElement.FindLast(head, bytes, "Forwarded"u8, isQuoted: true, elements);
        foreach (var element in elements[..count])
        {
            if (!ForwardedElement.TryRead(element, bytes, out var node, out var proto, out var host)) break;
            told = With(told, bytes, proto, host);
            if (!TryGoOn(ref told, node.Of(bytes))) break;
        }
        return told;
    }

    private ForwardedRequest ReadXForwarded(RequestHead head, ReadOnlySpan<byte> bytes, Span<Slice> elements)
    {
        Span<Slice> protos = stackalloc Slice[elements.Length];
        Span<Slice> hosts = stackalloc Slice[elements.Length];
        var count = ForwardedElement.FindLast(head, bytes, "X-Forwarded-For"u8, isQuoted: false, elements);
        var protoCount = ForwardedElement.FindLast(head, bytes, "X-Forwarded-Proto"u8, isQuoted: false, protos);
        var hostCount = ForwardedElement.FindLast(head, bytes, "X-Forwarded-Host"u8, isQuoted: false, hosts);
        var told = default(ForwardedRequest);
        for (var i = 0; i < elements.Length; i++)
        {
            // Some proxies keep a list of addresses, and one value of the others.
            told = With(told, bytes, i < protoCount ? protos[i] : default, i < hostCount ? hosts[i] : default);
            if (i >= count || !TryGoOn(ref told, elements[i].Of(bytes))) break;
        }
        return told;
    }

    /// <summary>Takes the client that is told of; false if it is not a proxy that is believed in its turn.</summary>
    private bool TryGoOn(ref ForwardedRequest told, ReadOnlySpan<byte> node)
    {
        if (!ForwardedElement.TryReadNode(node, out var client)) return false;
        told = told with { Client = client };
        return _from.Contains(client.Address);
    }

    private static ForwardedRequest With(ForwardedRequest told, ReadOnlySpan<byte> bytes, Slice proto, Slice host)
    {
        if (Ascii.EqualsIgnoreCase(proto.Of(bytes), "https"u8)) told = told with { IsHttps = true };
        else if (Ascii.EqualsIgnoreCase(proto.Of(bytes), "http"u8)) told = told with { IsHttps = false };
        if (host.Length > 0 && RequestTarget.IsAuthority(host.Of(bytes))) told = told with { Host = host };
        return told;
    }
}
