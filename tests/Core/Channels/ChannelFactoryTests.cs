using System.Threading.Channels;
using FastCore.Channels;

namespace FastCore.Tests.Channels;

/// <summary>What the factory takes and refuses, and what it makes.</summary>
[TestFixture]
internal sealed class ChannelFactoryTests
{
    [TestCase(-1)]
    [TestCase(int.MinValue)]
    public void ANegativeCapacityIsRefused(int capacity)
    {
        Assert.That(() => FastChannel.CreateBounded<int>(capacity), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => FastChannel.CreateBoundedPrioritized<int>(capacity), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public void ABoundedPriorityNeedsACapacity() =>
        Assert.That(() => FastChannel.CreateBoundedPrioritized<int>(0), Throws.InstanceOf<ArgumentOutOfRangeException>());

    [Test]
    public void NullOptionsAreRefused()
    {
        Assert.That(() => FastChannel.CreateBounded<int>(null!), Throws.ArgumentNullException);
        Assert.That(() => FastChannel.CreateBounded<int>(null!, null), Throws.ArgumentNullException);
        Assert.That(() => FastChannel.CreateUnbounded<int>(null!), Throws.ArgumentNullException);
        Assert.That(() => FastChannel.CreateUnboundedPrioritized<int>(null!), Throws.ArgumentNullException);
    }

    /// <summary>A huge bound must not cost memory before it is used.</summary>
    [Test]
    public void TheLargestCapacityIsCheap([Values] bool alone)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        Channel<long> channel = FastChannel.CreateBounded<long>(new BoundedChannelOptions(int.MaxValue) { SingleReader = alone, SingleWriter = alone });
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(20_000));
        Assert.That(channel.Writer.TryWrite(1), Is.True);
    }

    /// <summary>Around the powers of two, where the slots are more than the capacity.</summary>
    [Test]
    public void TheCapacityIsExact([Values(1, 2, 3, 7, 8, 9, 1000, 1023, 1024, 1025, 65_535, 65_536, 65_537, 100_000)] int capacity, [Values] bool alone)
    {
        Channel<int> channel = FastChannel.CreateBounded<int>(new BoundedChannelOptions(capacity) { SingleReader = alone, SingleWriter = alone });
        int next = 0;
        for (int lap = 0; lap < 3; lap++)
        {
            int first = next - channel.Reader.Count;
            while (channel.Writer.TryWrite(next)) next++;
            Assert.That(channel.Reader.Count, Is.EqualTo(capacity));
            for (int i = 0; i < (capacity / 2) + 1; i++) Assert.That(channel.Reader.TryRead(out int item) ? item : -1, Is.EqualTo(first + i));
        }
    }
}
