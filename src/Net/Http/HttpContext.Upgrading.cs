using System.Net.WebSockets;
using FastCore.Net.Http.Server;

namespace FastCore.Net.Http;

// Requests that turn their connection over to another protocol. For asynchronous handlers.
public readonly partial struct HttpContext
{
    /// <summary>Whether the request asks for the WebSocket protocol (RFC 6455 §4.1).</summary>
    public bool IsWebSocketRequest => WebSocketHandshake.IsAsked(Live());

    /// <summary>Whether the client offers to speak another protocol on this connection (RFC 9110 §7.8).</summary>
    /// <param name="protocol">The protocol's name, in any letter case.</param>
    public bool CanUpgradeTo(ReadOnlySpan<byte> protocol) => Live().OffersUpgrade(protocol);

    /// <summary>
    /// Answers 101 and turns the connection over: what the client sends from here on is the other protocol's, and so is what is
    /// written. The connection ends with the handler. The limits of bodies do not hold for it.
    /// </summary>
    /// <param name="protocol">The protocol's name as it is to be answered; the client must have offered it (<see cref="CanUpgradeTo"/>).</param>
    /// <returns>The connection. It may be used from any thread, until the handler ends; one read and one write at a time.</returns>
    /// <exception cref="InvalidOperationException">The client has not offered it, the request has been answered, or the handler is not asynchronous.</exception>
    public ValueTask<Stream> UpgradeAsync(string protocol)
    {
        ArgumentNullException.ThrowIfNull(protocol);
        return LiveReader().UpgradeAsync(protocol);
    }

    /// <summary>
    /// Answers 101 and speaks the WebSocket protocol (RFC 6455) on the connection, which ends with the handler. A request that
    /// is not one for it must be answered by the handler (<see cref="IsWebSocketRequest"/>; 426 is the status for it).
    /// </summary>
    /// <param name="options">The sub-protocol, the interval of pings and so on; <see langword="null"/> takes the defaults.</param>
    /// <exception cref="InvalidOperationException">The request does not ask for it, has been answered, or its handler is not asynchronous.</exception>
    public async ValueTask<WebSocket> AcceptWebSocketAsync(WebSocketCreationOptions? options = null)
    {
        var exchange = LiveReader();
        options ??= new WebSocketCreationOptions();
        options.IsServer = true;
        return WebSocket.CreateFromStream(await WebSocketHandshake.AcceptAsync(exchange, options.SubProtocol).ConfigureAwait(true), options);
    }
}
