using System.Buffers;
using System.Text;
using FastCore.Gateway.Routing;
using FastCore.Net.Http;
using FastCore.Net.Http.Client;

namespace FastCore.Gateway.Forwarding;

// A WebSocket on its way: the handshake is a request as any other, and what follows is passed both ways as it comes, no faster than either side
// takes it. No other protocol is passed on: what the gateway would not read might be requests (RFC 9110 §7.8).
internal sealed partial class Forwarder
{
    /// <summary>Whether the request asks for a WebSocket, and the route lets it.</summary>
    private bool WantsWebSocket(HttpContext context) => route.Settings.WebSockets && context.Method == HttpMethod.Get && context.CanUpgradeTo("websocket"u8);

    /// <summary>The upstream has answered 101. Ends with the connections.</summary>
    private async ValueTask<Verdict> PassUpgradeAsync(HttpContext context, HttpClientResponse response)
    {
        if (!IsToWebSocket(response.Headers))
        {
            Refusal.Respond(context, 502, "The upstream has gone over to another protocol than a WebSocket.");
            return Verdict.BadGateway;
        }
        PassFields(context, response.Headers);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(context.Stopping, context.Aborted);
        await using var upstream = response.UpgradedStream;
        await using var client = await context.UpgradeAsync("websocket");
        var patience = new UpgradePatience(end, route.Settings.Timeouts);
        // Both end in order, and with them the reads that wait.
        using var ending = end.Token.UnsafeRegister(
            static streams =>
            {
                var (upstream, client) = ((Stream, Stream))streams!;
                upstream.Dispose();
                client.Dispose();
            },
            (upstream, client));
        var toUpstream = PassStreamAsync(client, upstream, patience).AsTask();
        var toClient = PassStreamAsync(upstream, client, patience).AsTask();
        await Task.WhenAll(toUpstream, toClient).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        if (context.Aborted.IsCancellationRequested) return Verdict.ClientGone;
        if (end.IsCancellationRequested) return Verdict.Forwarded;
        return toUpstream.IsFaulted || toClient.IsFaulted ? Verdict.BrokenOff : Verdict.Forwarded;
    }

    /// <summary>Passes on what comes, and its end. What fails ends the other direction too.</summary>
    private static async ValueTask PassStreamAsync(Stream from, Stream to, UpgradePatience patience)
    {
        var block = ArrayPool<byte>.Shared.Rent(BlockSize);
        try
        {
            int count;
            while ((count = await from.ReadAsync(block)) > 0)
            {
                patience.Passing();
                await to.WriteAsync(block.AsMemory(0, count));
                patience.Passed();
            }
            ((IHalfClosable)to).CompleteWrites();
            patience.OneSideHasEnded();
        }
        catch
        {
            from.Dispose();
            to.Dispose();
            throw;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(block);
        }
    }

    private static bool IsToWebSocket(HttpFields fields) =>
        fields.TryGet("Upgrade"u8, out var protocol) && Ascii.EqualsIgnoreCase(protocol, "websocket"u8);
}
