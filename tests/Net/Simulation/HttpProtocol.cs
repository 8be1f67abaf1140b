using System.Text;
using FastCore.Net.Http;
using FastCore.Net.Http.Server;
using FastCore.Net.Transport;

namespace FastCore.Net.Tests.Simulation;

/// <summary>
/// The HTTP server on the simulated reactor. Requests are put together from a fixed list, and what is right is found out
/// by asking each alone on a kernel without faults: pipelined, split and delayed, the answers must be the same ones in
/// the same order.
/// </summary>
internal sealed class HttpProtocol : SimulatedProtocol
{
    private static readonly string LongText = string.Concat(Enumerable.Range(0, 3000).Select(i => $"{i} "));

    // The last ones end the connection.
    private static readonly string[] Requests =
    [
        "GET /hello HTTP/1.1\r\nHost: a\r\n\r\n",
        "HEAD /hello HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /long HTTP/1.1\r\nHost: a\r\nCookie: a=b; c=d\r\n\r\n",
        "GET /missing HTTP/1.1\r\nHost: a\r\n\r\n",
        "DELETE /hello HTTP/1.1\r\nHost: a\r\n\r\n",
        "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\nhello world",
        "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n1\r\n \r\n005\r\nworld\r\n0\r\nTrailer: t\r\n\r\n",
        $"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: {LongText.Length}\r\n\r\n{LongText}",
        $"POST /count HTTP/1.1\r\nHost: a\r\nContent-Length: {LongText.Length}\r\n\r\n{LongText}",
        "POST /count HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
        "POST /ignore HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\nhello world",
        "GET /hello HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
        "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5;x=y\r\nhello\r\n0\r\n\r\n",
        "GET /hello HTTP/1.0\r\n\r\n",
        "GET /hello HTTP/1.1\r\n\r\n",
        "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx",
    ];

    private const int Ending = 5;

    private static readonly Lazy<byte[][]> Answers = new(static () => [.. Requests.Select(AskAlone)]);

    private readonly List<(HttpConnection Connection, SimulatedPeer Peer)> _connections = [];
    private readonly FixedScript? _only;
    private HttpShard _shard = null!;

    public HttpProtocol() { }

    private HttpProtocol(FixedScript only) => _only = only;

    public override IPeerScript MakeScript(Random random, FaultRates rates)
    {
        if (_only != null) return _only;
        var chosen = new List<int>();
        var budget = rates.Budget;
        for (var count = random.Next(1, 12); count > 0; count--) Choose(random.Next(Requests.Length - Ending));
        if (random.Next(3) == 0) Choose(Requests.Length - 1 - random.Next(Ending));
        return new FixedScript(
            Encoding.ASCII.GetBytes(string.Concat(chosen.Select(index => Requests[index]))),
            [.. chosen.SelectMany(index => Answers.Value[index])]);

        void Choose(int index)
        {
            budget -= Requests[index].Length + Answers.Value[index].Length;
            if (budget >= 0 || chosen.Count == 0) chosen.Add(index);
        }
    }

    public override void Attach(Simulation simulation, Reactor reactor)
    {
        var router = new Router();
        router.Add(HttpMethod.Get, "/hello", new Route(static context => context.Respond("hello"), null));
        router.Add(HttpMethod.Get, "/long", new Route(static context => context.Respond(Encoding.ASCII.GetBytes(LongText).AsMemory()), null));
        router.Add(HttpMethod.Post, "/echo", new Route(static context => context.Respond(context.Body), null));
        router.Add(HttpMethod.Post, "/count", new Route(null, CountAsync));
        router.Add(HttpMethod.Post, "/ignore", new Route(null, IgnoreAsync));
        var options = new HttpServerOptions
        {
            // Beyond what the slowest kernel takes: these limits pass only where nothing at all goes on.
            HeaderTimeout = TimeSpan.FromDays(1),
            KeepAliveTimeout = TimeSpan.FromDays(1),
            BodyTimeout = TimeSpan.FromDays(1),
            MinRequestBodyRate = 0,
            OnError = (failure, where) => simulation.Kernel.Fail($"{where} {failure}"),
        };
        _shard = new HttpShard(options, router, reactor);
        reactor.Post(_shard.Attach);
    }

    public override Connection Accept(SimulatedPeer peer)
    {
        var connection = new HttpConnection(_shard);
        _connections.Add((connection, peer));
        return connection;
    }

    public override void Verify(SimulatedKernel kernel, bool strict)
    {
        if (!strict) return;
        foreach (var (connection, peer) in _connections)
        {
            if (peer.IsFaithful && _only == null && peer.Received != peer.Script.AnswerLength)
                kernel.Fail($"{peer.Received} of {peer.Script.AnswerLength} bytes of the answers came; the connection ended with {connection.CloseReason}. {peer}");
        }
        if ((_shard.Connections, _shard.ExchangesInUse, _shard.Buffers.Leased) != (0, 0, 0))
            kernel.Fail($"The server holds {_shard.Connections} connections, {_shard.ExchangesInUse} exchanges, {_shard.Buffers.Leased} buffers.");
    }

    private static byte[] AskAlone(string request)
    {
        var script = new FixedScript(Encoding.ASCII.GetBytes(request), null);
        Simulation.RunUndisturbed(new HttpProtocol(script));
        return [.. script.Noted];
    }

    private static async ValueTask CountAsync(HttpContext context)
    {
        var buffer = new byte[700];
        var count = 0;
        await Task.Yield();
        while (await context.ReadBodyAsync(buffer) is > 0 and var read)
        {
            count += read;
            if (count % 3 == 0) await Task.Yield();
        }
        context.Respond($"{count}");
    }

    private static async ValueTask IgnoreAsync(HttpContext context)
    {
        await Task.Yield();
        context.Respond("ignored");
    }
}
