using System.Text;
using FastCore.Collections;
using FastCore.Memory;
using FastCore.Pooling;
using Microsoft.Extensions.ObjectPool;

namespace FastCore.EndToEnd.Tests.Readme;

[TestFixture]
internal sealed class MemorySnippets
{
    [Test]
    public void Memory()
    {
        var names = new List<string>();

        // snippet: memory
        // Outside of the collector's reach; free again at the moment it is disposed.
        using var samples = new NativeArray<double>(1_000_000);
        samples.AsSpan().Fill(0.5);

        // Buffers for pipes and sockets that never move.
        using var buffer = NativeMemoryPool.Shared.Rent(4096);

        // An ObjectPool<T> with a cache for each thread; a lease can't be returned twice.
        using var builders = new WorkerPool<StringBuilder>(new StringBuilderPooledObjectPolicy());
        using (var builder = builders.Rent())
            names.Add(builder.Value.Append("leased").ToString());

        // A ConcurrentDictionary whose reads take no lock; the factory of a key runs once, whoever asks.
        var lengths = new ConcurrentMap<string, int>();
        var length = lengths.GetOrAddOnce("four", static key => key.Length);
        // end

        Assert.That(samples[999_999], Is.EqualTo(0.5));
        Assert.That(buffer.Memory.Length, Is.EqualTo(4096));
        Assert.That(names, Is.EqualTo(new[] { "leased" }));
        Assert.That(length, Is.EqualTo(4));
    }
}
