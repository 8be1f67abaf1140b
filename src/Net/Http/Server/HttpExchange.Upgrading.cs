using System.Text;
using FastCore.Net.Http.Parsing;

namespace FastCore.Net.Http.Server;

// The connection is turned over to another protocol: the input that follows is read as it is, and written to as it is.
internal sealed partial class HttpExchange
{
    private const int SwitchingProtocols = 101;

    /// <summary>The connection has been turned over.</summary>
    public bool IsUpgraded { get; private set; }

    /// <summary>The client has named the protocol in its Upgrade field, and the connection in its Connection field.</summary>
    public bool OffersUpgrade(ReadOnlySpan<byte> protocol)
    {
        if (!Head.WantsUpgrade || Head.IsHttp10 || Head.HasBody || HasHandlerResponded) return false;
        foreach (var field in new HttpFields(HeadBytes, Head.Fields))
        {
            if (!Ascii.EqualsIgnoreCase(field.Name, "upgrade"u8)) continue;
            var list = field.Value;
            while (RequestSemantics.NextElement(ref list, out var offered))
            {
                if (Ascii.EqualsIgnoreCase(offered, protocol)) return true;
            }
        }
        return false;
    }

    /// <exception cref="InvalidOperationException">It was not offered.</exception>
    public ValueTask<Stream> UpgradeAsync(string protocol)
    {
        if (!OffersUpgrade(Encoding.UTF8.GetBytes(protocol))) throw new InvalidOperationException($"The client does not offer to speak {protocol} here, or has been answered. Ask CanUpgradeTo first.");
        var stream = new UpgradedStream(this, Generation, ResponseBody = new HttpResponseBody(Context, BodyCoding.Raw, -1, isElsewhere: false));
        if (_scheduler == null)
        {
            BeginUpgrade(protocol);
            return new ValueTask<Stream>(stream);
        }
        _answer!.StartStream(SwitchingProtocols, protocol, -1);
        var begun = new TaskCompletionSource<Stream>(TaskCreationOptions.RunContinuationsAsynchronously);
        if (!Shard.Reactor.TryPost(_ => begun.SetResult(BeginOffloadedUpgrade(stream)), null)) begun.SetException(new IOException(EndedMessage));
        return new ValueTask<Stream>(begun.Task);
    }

    private UpgradedStream BeginOffloadedUpgrade(UpgradedStream stream)
    {
        StartOffloadedStream();
        return stream;
    }

    private void BeginUpgrade(string protocol)
    {
        HasResponded = true;
        Status = SwitchingProtocols;
        Closes = true;
        Framing = BodyFraming.UntilEnd;
        if (!Connection.CanWrite) return;
        IsUpgraded = true;
        Connection.NoteUpgrade();
        Connection.Write("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: "u8);
        Connection.Write(Encoding.UTF8.GetBytes(protocol));
        Connection.Write("\r\n"u8);
        Connection.Write(AddedFields);
        Connection.Write("\r\n"u8);
    }

    /// <summary>Whoever speaks the other protocol is done with it.</summary>
    public void EndUpgrade()
    {
        Connection.Close();
        FailRead(new IOException(EndedMessage));
        ContinueRead();
    }
}
