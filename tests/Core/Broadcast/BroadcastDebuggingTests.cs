using FastCore.Broadcast;
using FastCore.Tests.Channels;

namespace FastCore.Tests.Broadcast;

/// <summary>The line that a debugger shows of what is broadcast.</summary>
[TestFixture]
internal sealed class BroadcastDebuggingTests
{
    [Test]
    public void AChannelAndItsReaders()
    {
        var channel = new BroadcastChannel<int>(2);
        using BroadcastReader<int> reader = channel.Subscribe();
        for (int i = 0; i < 3; i++) channel.Writer.TryWrite(i);
        Assert.That(DebuggerEyes.Line(channel), Is.EqualTo("Capacity = 2, Readers = 1"));
        Assert.That(reader.TryRead(out _), Is.True);
        Assert.That(DebuggerEyes.Line(reader), Is.EqualTo("Count = 1, Missed = 1"));
    }

    [Test]
    public void ARingAndItsConsumers()
    {
        var ring = new BroadcastRing<int>(4, RingPublishers.Many);
        using RingConsumer<int> consumer = ring.AddConsumer();
        ring.TryPublish(1);
        Assert.That(DebuggerEyes.Line(ring), Is.EqualTo("Capacity = 4, Consumers = 1"));
        Assert.That(DebuggerEyes.Line(consumer), Is.EqualTo("Count = 1"));
    }

    [Test]
    public void AWatchAndItsReader()
    {
        var watch = new Watch<int>(7);
        Assert.That(DebuggerEyes.Line(watch), Is.EqualTo($"Value = 7, Version = {watch.Version}, Completed = False"));
        WatchReader<int> reader = watch.Subscribe();
        watch.Set(8);
        Assert.That(DebuggerEyes.Line(reader), Is.EqualTo("Value = 8, Changed = True"));
    }

    [Test]
    public void AOneShot()
    {
        var shot = new OneShot<int>();
        Assert.That(DebuggerEyes.Line(shot), Is.EqualTo("Completed = False"));
        shot.TrySet(1);
        Assert.That(DebuggerEyes.Line(shot), Is.EqualTo("Completed = True"));
    }
}
