using System.Net;
using FastCore.Net.Http.Parsing;

namespace FastCore.Net.Http.Server;

// What comes before everything else on a connection from a proxy: the header that tells of its client.
internal sealed partial class HttpConnection
{
    private void ComeThroughProxy()
    {
        if (place!.IsProxy(RemoteEndPoint))
        {
            SetDeadline(place.ProxyHeaderMilliseconds);
            _deadlineKind = Deadline.ProxyHeader;
        }
        else if (place.ServesOthers)
        {
            Begin(null);
        }
        else
        {
            _shard.Refused++;
            Abort();
        }
    }

    private void TakeProxyHeader(ReadOnlySpan<byte> data)
    {
        // Headers are sent in one piece. What was cut all the same is put together, and what follows it copied, once.
        if (InputLength > 0)
        {
            Keep(data);
            data = _input.Bytes;
        }
        switch (ProxyHeader.Read(data, out var length, out var client))
        {
            case ParseStatus.NeedMore:
                if (InputLength == 0) Keep(data);
                break;
            case ParseStatus.Rejected:
                _shard.Refused++;
                Abort();
                break;
            case ParseStatus.Complete when InputLength > 0:
                var rest = data[length..].ToArray();
                ReleaseInput();
                Begin(client, rest);
                break;
            default:
                Begin(client, data[length..]);
                break;
        }
    }

    private void Begin(IPEndPoint? client, ReadOnlySpan<byte> rest)
    {
        _deadlineKind = Deadline.None;
        ClearDeadline();
        Begin(client);
        if (rest.IsEmpty || !CanWrite) return;
        if (_layer == null) OnReceived(rest);
        else _layer.Receive(rest);
    }
}
