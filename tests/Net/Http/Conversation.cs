using System.Text;
using FastCore.Net.Http;
using FastCore.Net.Http.Server;
using FastCore.Net.Transport;

namespace FastCore.Net.Tests.Http;

/// <summary>A server's connection on a <see cref="ManualReactor"/>, and the client's side of it. When it ends, nothing may be left.</summary>
internal sealed class Conversation : IDisposable
{
    private readonly SynchronizationContext? _before = SynchronizationContext.Current;
    private readonly StringBuilder _output = new();
    private readonly HttpConnection _connection;
    private readonly HttpShard _shard;

    public Conversation(Action<HttpServer>? map = null, HttpServerOptions? options = null, ServedEndPoint? place = null)
    {
        options = (options ?? new HttpServerOptions()) with { OnError = (failure, where) => Errors.Add((failure, where)) };
        var server = new HttpServer(options);
        (map ?? SmallApplication.Map)(server);
        _shard = new HttpShard(options, server.Router, Reactor);
        _shard.Attach();
        _connection = new HttpConnection(_shard, place);
        Reactor.Open(_connection);
    }

    public ManualReactor Reactor { get; } = new();

    public List<(Exception Failure, string Where)> Errors { get; } = [];

    public bool IsOpen => _connection.IsOpen;

    public bool IsReceiving => _connection._wantsReceive;

    public long Requests => _shard.Requests;

    public int BuffersInUse => _shard.Buffers.Leased;

    /// <summary>Everything sent to the client.</summary>
    public string Output
    {
        get
        {
            Reactor.RunPosted();
            for (var sent = Reactor.Flush(); sent.Length > 0; sent = Reactor.Flush())
            {
                _output.Append(Encoding.Latin1.GetString(sent));
                Reactor.RunPosted();
            }
            return _output.ToString();
        }
    }

    /// <summary>What was sent since the last time this was asked.</summary>
    public string Take()
    {
        var taken = Output;
        _output.Clear();
        return taken;
    }

    public void Send(string text) => Send(Encoding.Latin1.GetBytes(text));

    public void Send(ReadOnlySpan<byte> data) => Reactor.Receive(_connection, data);

    public string Ask(string text)
    {
        Send(text);
        return Take();
    }

    public void FinishSending() => Reactor.FinishPeer(_connection);

    public void BeginStop() => _shard.BeginStop();

    public void Reset() => Reactor.End(_connection, CloseReason.PeerReset);

    public void Dispose()
    {
        Reactor.End(_connection, CloseReason.Aborted);
        Reactor.RunPosted();
        SynchronizationContext.SetSynchronizationContext(_before);
        Assert.Multiple(() =>
        {
            Assert.That(_shard.Connections, Is.Zero, "connections left");
            Assert.That(_shard.ExchangesInUse, Is.Zero, "exchanges left");
            Assert.That(_shard.Buffers.Leased, Is.Zero, "input buffers left");
            Assert.That(Reactor.SendBlocks, Is.Zero, "send blocks left");
            Assert.That(Reactor.Pins, Is.Zero, "memory pinned");
        });
        Reactor.Dispose();
    }
}
