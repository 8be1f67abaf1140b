using FastCore.Net.Http;
using FastCore.Net.Http.Server;
using FastCore.Net.Transport;

namespace FastCore.Net.Tests.Http;

/// <summary>What an idle connection holds is one object, and there are very many of them: a field more is to be noticed.</summary>
internal sealed class ConnectionSizeTests
{
    // In debug builds it knows its states by name as well.
    private const int MostBytes = 208;

    [Test]
    public void AConnectionIsOneSmallObject()
    {
        using var reactor = Reactor.Start();
        var shard = new HttpShard(new HttpServerOptions(), new Router(), reactor);
        _ = new HttpConnection(shard);
        const int Count = 100;
        var connections = new HttpConnection[Count];
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < Count; i++) connections[i] = new HttpConnection(shard);
        var size = (GC.GetAllocatedBytesForCurrentThread() - before) / Count;
        TestContext.Out.WriteLine($"{size} bytes");
        Assert.That(size, Is.LessThanOrEqualTo(MostBytes));
        GC.KeepAlive(connections);
    }
}
