using FastCore.Atomics;
using FastCore.Scheduling;

namespace FastCore.Tests.Scheduling;

/// <summary>The shards of the global queue, as those who take see them.</summary>
[TestFixture]
internal sealed class GlobalQueueTests
{
    [TestCase(1, ExpectedResult = 1)]
    [TestCase(4, ExpectedResult = 1)]
    [TestCase(5, ExpectedResult = 2)]
    [TestCase(64, ExpectedResult = 16)]
    [TestCase(1024, ExpectedResult = 16)]
    public int MoreWorkersHaveMoreShards(int workers) => new GlobalQueue<HardwareAtomics>(workers).Shards;

    /// <summary>Each shard has more than is taken; what one of them got last is not left behind.</summary>
    [Test]
    public void NoShardStarves()
    {
        var queue = new GlobalQueue<HardwareAtomics>(64);
        for (int item = 0; item < 100; item++)
        {
            for (int shard = 0; shard < queue.Shards; shard++) queue.Enqueue([new NumberedItem(item)], shard);
        }

        uint turn = 0;
        for (int round = 0; round < 100; round++)
        {
            for (int shard = 0; shard < queue.Shards; shard++) Assert.That(((NumberedItem)queue.Dequeue(turn++)!).Number, Is.EqualTo(round));
        }

        Assert.That(queue.IsEmpty && queue.Count == 0);
    }

    [Test]
    public void WhatOneThreadBringsIsTakenInItsOrder()
    {
        var queue = new GlobalQueue<HardwareAtomics>(64);
        var own = new LocalQueue<HardwareAtomics>();
        for (int item = 0; item < 1000; item++) queue.TryEnqueueFromOutside(new NumberedItem(item));
        Assert.That(queue.Accepted, Is.EqualTo(1000));
        uint turn = 0;
        for (int next = 0; next < 1000;)
        {
            for (IWorkItem? item = queue.DequeueShare(turn++, own, 4); item is not null; item = own.TakeOldest()) Assert.That(((NumberedItem)item).Number, Is.EqualTo(next++));
        }
    }

    [Test]
    public void AClosedQueueTakesNothingFromOutside()
    {
        var queue = new GlobalQueue<HardwareAtomics>(64);
        queue.Close();
        Assert.That(queue.TryEnqueueFromOutside(new NumberedItem(0)), Is.False);
        queue.Enqueue([new NumberedItem(1)], 3);
        Assert.That(queue.Count, Is.EqualTo(1));
    }
}
