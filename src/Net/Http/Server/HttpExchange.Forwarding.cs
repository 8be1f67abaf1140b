using System.Text;

namespace FastCore.Net.Http.Server;

// Where the request comes from if proxies are believed who tell. Read when it is first asked for, or before the handler is offloaded.
internal sealed partial class HttpExchange
{
    private ForwardedRequest _forwarded;
    private bool _isForwardedRead;
    private byte[]? _clientText;

    /// <summary>Whether the client speaks HTTPS, as far as is known.</summary>
    public bool IsHttps => Forwarded.IsHttps ?? Connection.IsSecure;

    /// <summary>The host the request is for.</summary>
    public ReadOnlySpan<byte> Host => Forwarded.Host.Length > 0 ? Forwarded.Host.Of(HeadBytes) : Head.Host.Of(HeadBytes);

    /// <summary>The client's address as text; on the reactor's thread.</summary>
    public ReadOnlySpan<byte> ClientAddressText => Forwarded.Client is { } client ? _clientText ??= Encoding.ASCII.GetBytes(client.Address.ToString()) : Connection.RemoteAddressText;

    private ForwardedRequest Forwarded
    {
        get
        {
            if (_isForwardedRead || Shard.Forwarding is not { } forwarding) return _forwarded;
            _isForwardedRead = true;
            // What could not be read has no fields.
            if (!HeadBytes.IsEmpty) _forwarded = forwarding.Read(Head, HeadBytes, Connection.ClientEndPoint, Connection.IsOverUnixSocket);
            return _forwarded;
        }
    }

    private void ForgetForwarded()
    {
        if (!_isForwardedRead) return;
        _isForwardedRead = false;
        _forwarded = default;
        _clientText = null;
    }
}
