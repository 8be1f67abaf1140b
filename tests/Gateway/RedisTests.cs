using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using FastCore.Gateway.Configuration;
using FastCore.Gateway.Revocation;
using StackExchange.Redis;

namespace FastCore.Gateway.Tests;

/// <summary>Revocations shared through a real Redis server, which each test starts for itself.</summary>
[TestFixture]
internal sealed class RedisTests : GatewayTest
{
    private string _folder = null!;
    private Process? _server;
    private int _port;

    private static long InAnHour => DateTimeOffset.UtcNow.ToUnixTimeSeconds() + 3600;

    [SetUp]
    public void StartServer()
    {
        _folder = Directory.CreateTempSubdirectory("gateway-redis-").FullName;
        using (var listener = new TcpListener(IPAddress.Loopback, 0))
        {
            listener.Start();
            _port = ((IPEndPoint)listener.LocalEndpoint).Port;
        }
        Run();
    }

    [TearDown]
    public async Task StopServer()
    {
        // Before it, so that none meets its end.
        await EndGatewaysAsync();
        End();
        Directory.Delete(_folder, recursive: true);
    }

    private void Run()
    {
        try
        {
            _server = Process.Start(new ProcessStartInfo("redis-server", ["--port", $"{_port}", "--bind", "127.0.0.1", "--dir", _folder, "--appendonly", "yes", "--appendfsync", "always", "--save", ""]) { RedirectStandardOutput = true })!;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Ignore("There is no redis-server on the path. Install it (apt-get install redis-server) to run this test.");
        }
        Until(() =>
        {
            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            try
            {
                socket.Connect(IPAddress.Loopback, _port);
                // It listens before it has read what it kept, and refuses everything until then.
                socket.Send("PING\r\n"u8);
                var answer = new byte[16];
                return answer.AsSpan(0, socket.Receive(answer)).StartsWith("+PONG"u8);
            }
            catch (SocketException)
            {
                return false;
            }
        });
    }

    private void End()
    {
        if (_server == null) return;
        _server.Kill();
        _server.WaitForExit();
        _server.Dispose();
        _server = null;
    }

    private GatewayConfiguration Configuration() => new()
    {
        Revocation = new RevocationSettings { Redis = new RedisSettings { Connection = $"127.0.0.1:{_port},abortConnect=true,connectTimeout=5000" } },
        Routes = [Open(Upstream(MapEcho))],
    };

    [Test]
    public async Task What_one_gateway_revokes_the_others_refuse()
    {
        var first = await StartAsync(Configuration());
        var second = await StartAsync(Configuration());
        await first.RevokeAsync("token with a blank", InAnHour);
        Assert.That(first.Revoked.Contains(TokenId.Of("token with a blank")), "here at once");
        Until(() => second.Revoked.Contains(TokenId.Of("token with a blank")));
        var third = await StartAsync(Configuration());
        Assert.That(third.Revoked.Contains(TokenId.Of("token with a blank")), "who comes later reads the set");
        Assert.That(third.Revoked.Contains(TokenId.Of("token")), Is.False);
    }

    [Test]
    public async Task Who_revokes_need_not_be_a_gateway()
    {
        var gateway = await StartAsync(Configuration());
        await using var redis = await ConnectionMultiplexer.ConnectAsync($"127.0.0.1:{_port}");
        await redis.GetDatabase().SortedSetAddAsync("gateway:revoked", "t-1", InAnHour);
        await redis.GetDatabase().PublishAsync(RedisChannel.Literal("gateway:revoked"), $"{InAnHour} t-1");
        Until(() => gateway.Revoked.Contains(TokenId.Of("t-1")));
    }

    [Test]
    public async Task What_has_expired_leaves_the_set()
    {
        await using var redis = await ConnectionMultiplexer.ConnectAsync($"127.0.0.1:{_port}");
        await redis.GetDatabase().SortedSetAddAsync("gateway:revoked", "old", 1);
        var gateway = await StartAsync(Configuration());
        Assert.That(gateway.Revoked.Contains(TokenId.Of("old")), Is.False);
        await gateway.RevokeAsync("new", InAnHour);
        Assert.That((await redis.GetDatabase().SortedSetRangeByRankAsync("gateway:revoked")).Select(static id => id.ToString()), Is.EqualTo((string[])["new"]));
    }

    [Test]
    public async Task What_was_missed_while_it_was_away_is_read_afterwards()
    {
        var gateway = await StartAsync(Configuration());
        await gateway.RevokeAsync("before", InAnHour);
        End();
        Until(() => !gateway.IsSourceConnected);
        Assert.That(gateway.Revoked.Contains(TokenId.Of("before")), "what it told last stays in force");
        Run();
        await using (var redis = await ConnectionMultiplexer.ConnectAsync($"127.0.0.1:{_port}"))
            await redis.GetDatabase().SortedSetAddAsync("gateway:revoked", "meanwhile", InAnHour);
        Until(() => gateway.Revoked.Contains(TokenId.Of("meanwhile")));
        // A try that met the end of the server was told of.
        Forgive<RedisException>();
    }

    [Test]
    public void Who_can_not_be_reached_is_told_at_the_start()
    {
        End();
        var configuration = Configuration();
        Assert.That(async () => await StartAsync(configuration), Throws.InstanceOf<ConfigurationException>().With.Message.Contains("revocation.redis"));
    }
}
