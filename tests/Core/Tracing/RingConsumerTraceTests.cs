using FastCore.Broadcast;
using FastCore.Tracing;

namespace FastCore.Tests.Tracing;

/// <summary>What the trace hears of a ring's consumers.</summary>
[TestFixture]
[NonParallelizable]
internal sealed class RingConsumerTraceTests
{
    [SetUp]
    public void StartTracing() => Tracer.Start();

    [TearDown]
    public void StopTracing() => Tracer.Stop();

    [Test]
    public async Task AConsumerWaitsGoesOnEndsAndLeaves()
    {
        var ring = new BroadcastRing<int>(4, RingPublishers.One);
        RingConsumer<int> consumer = ring.AddConsumer();
        ValueTask<int> read = consumer.ReadAsync();
        Assert.That(ring.TryPublish(1));
        Assert.That(await read, Is.EqualTo(1));
        ring.TryComplete();
        await consumer.Completion;
        consumer.Dispose();
        Tracer.Snapshot().VerifyLives();
        Assert.That(Steps(), Is.EqualTo(new[] { "no item", "go on", "end", "leave" }));
    }

    [Test]
    public async Task OneThatWaitsIsMadeToLeave()
    {
        var ring = new BroadcastRing<int>(4, RingPublishers.One);
        RingConsumer<int> consumer = ring.AddConsumer();
        ValueTask<bool> wait = consumer.WaitToReadAsync();
        consumer.Dispose();
        Assert.That(await wait, Is.False);
        Assert.That(Steps(), Is.EqualTo(new[] { "no item", "leave" }));
    }

    [Test]
    public void AnItemThatIsThereLeavesNoTrace()
    {
        var ring = new BroadcastRing<int>(4, RingPublishers.One);
        RingConsumer<int> consumer = ring.AddConsumer();
        Assert.That(ring.TryPublish(1));
        Assert.That(consumer.TryRead(out _));
        Assert.That(Tracer.Snapshot().Events, Is.Empty);
    }

    private static IEnumerable<string> Steps() => Tracer.Snapshot().Taken("broadcast ring consumer").Select(static step => step.Name);
}
