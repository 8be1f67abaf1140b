using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace FastCore.Net.Http.Server;

/// <summary>The server's side of the opening handshake of the WebSocket protocol (RFC 6455 §4.2).</summary>
internal static class WebSocketHandshake
{
    private const int KeyLength = 24;

    public static bool IsAsked(HttpExchange exchange) =>
        exchange.Head.Method == Parsing.KnownMethod.Get && exchange.OffersUpgrade("websocket"u8) && FieldIs(exchange, "sec-websocket-version"u8, "13"u8) && TryGetKey(exchange, out _);

    /// <exception cref="InvalidOperationException">The request does not ask for it.</exception>
    /// <exception cref="ArgumentException">The sub-protocol is not one of those the client offers.</exception>
    public static ValueTask<Stream> AcceptAsync(HttpExchange exchange, string? subProtocol)
    {
        if (!IsAsked(exchange) || !TryGetKey(exchange, out var key)) throw new InvalidOperationException("The request does not ask for a WebSocket. Look at IsWebSocketRequest, and answer others with status 426.");
        if (subProtocol != null && !Offers(exchange, subProtocol)) throw new ArgumentException($"The client does not offer the sub-protocol {subProtocol}.", nameof(subProtocol));
        exchange.AddField("Sec-WebSocket-Accept"u8, AcceptOf(key));
        if (subProtocol != null) exchange.AddField("Sec-WebSocket-Protocol"u8, Encoding.ASCII.GetBytes(subProtocol));
        return exchange.UpgradeAsync("websocket");
    }

    /// <summary>The proof that the server has read the key (RFC 6455 §4.2.2). SHA-1 is what the standard names; nothing is protected by it.</summary>
    private static byte[] AcceptOf(ReadOnlySpan<byte> key)
    {
        Span<byte> hash = stackalloc byte[SHA1.HashSizeInBytes];
#pragma warning disable CA5350 // The standard's choice.
        SHA1.HashData([.. key, .. "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"u8], hash);
#pragma warning restore CA5350
        return Encoding.ASCII.GetBytes(Convert.ToBase64String(hash));
    }

    // 16 bytes in base 64.
    private static bool TryGetKey(HttpExchange exchange, out ReadOnlySpan<byte> key) =>
        FieldsOf(exchange).TryGet("sec-websocket-key"u8, out key) && key.Length == KeyLength && Base64.IsValid(key);

    private static bool FieldIs(HttpExchange exchange, ReadOnlySpan<byte> name, ReadOnlySpan<byte> value) =>
        FieldsOf(exchange).TryGet(name, out var sent) && sent.SequenceEqual(value);

    private static bool Offers(HttpExchange exchange, string subProtocol)
    {
        foreach (var field in FieldsOf(exchange))
        {
            if (!Ascii.EqualsIgnoreCase(field.Name, "sec-websocket-protocol"u8)) continue;
            var list = field.Value;
            while (Parsing.RequestSemantics.NextElement(ref list, out var offered))
            {
                if (Ascii.Equals(offered, subProtocol)) return true;
            }
        }
        return false;
    }

    private static HttpFields FieldsOf(HttpExchange exchange) => new(exchange.HeadBytes, exchange.Head.Fields);
}
