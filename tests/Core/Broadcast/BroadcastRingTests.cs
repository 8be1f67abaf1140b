using System.Threading.Channels;
using FastCore.Atomics;
using FastCore.Broadcast;
using FastCore.Continuations;

namespace FastCore.Tests.Broadcast;

[TestFixture(RingPublishers.One)]
[TestFixture(RingPublishers.Many)]
internal sealed class BroadcastRingTests(RingPublishers publishers)
{
    [Test]
    public async Task EveryConsumerSeesEveryItem()
    {
        var ring = new BroadcastRing<int>(4, publishers);
        RingConsumer<int> first = ring.AddConsumer();
        RingConsumer<int> second = ring.AddConsumer(first);
        Task<List<int>>[] all = [ReadAll(first), ReadAll(second)];
        for (int i = 0; i < 1_000; i++) await ring.PublishAsync(i);
        Assert.That(ring.TryComplete(), Is.True);
        foreach (List<int> read in await Task.WhenAll(all)) Assert.That(read, Is.EqualTo(Enumerable.Range(0, 1_000)));
        Assert.That(first.Completion.IsCompletedSuccessfully && second.Completion.IsCompletedSuccessfully, Is.True);
    }

    [Test]
    public void WithoutConsumersPublishersNeverWait()
    {
        var ring = new BroadcastRing<int>(2, publishers);
        for (int i = 0; i < 10; i++) Assert.That(ring.TryPublish(i), Is.True);
        using RingConsumer<int> consumer = ring.AddConsumer();
        Assert.That((ring.ConsumerCount, consumer.Count, consumer.TryRead(out _)), Is.EqualTo((1, 0, false)));
        Assert.That(ring.TryPublish(10) && ring.TryPublish(11), Is.True);
        Assert.That(ring.TryPublish(12), Is.False, "The consumer gates.");
        consumer.Dispose();
        Assert.That(ring.TryPublish(12), Is.True, "It gates no more.");
    }

    [Test]
    public void WhoLeavesWakesThosePublishersThatWaitedForIt()
    {
        var ring = new BroadcastRing<int>(2, publishers);
        RingConsumer<int> consumer = ring.AddConsumer();
        ring.TryPublishBatch([1, 2]);
        ValueTask publication = ring.PublishAsync(3);
        ValueTask<bool> room = ring.WaitToPublishAsync(2);
        Assert.That(publication.IsCompleted || room.IsCompleted, Is.False);
        consumer.Dispose();
        consumer.Dispose();
        publication.AsTask().GetAwaiter().GetResult();
        Assert.That(room.AsTask().Result, Is.True);
        Assert.That(consumer.WaitToReadAsync().Result || consumer.TryRead(out _) || consumer.WaitToRead(), Is.False);
        Assert.That(() => consumer.Read(), Throws.TypeOf<ChannelClosedException>());
        Assert.That(consumer.Completion.IsCompletedSuccessfully, Is.True);
    }

    [Test]
    public void WhoLeavesEndsItsOwnWaits()
    {
        var ring = new BroadcastRing<int>(2, publishers);
        RingConsumer<int> first = ring.AddConsumer();
        RingConsumer<int> second = ring.AddConsumer(first);
        ring.TryPublish(1);
        ValueTask<bool> dependent = second.WaitToReadAsync();
        Assert.That(dependent.IsCompleted, Is.False, "The first has not released it.");
        Assert.That(first.TryRead(out _), Is.True);
        Assert.That(dependent.AsTask().Result, Is.True);
        ValueTask<bool> wait = first.WaitToReadAsync();
        first.Dispose();
        Assert.That(wait.AsTask().Result, Is.False);
        Assert.That(second.TryRead(out int item) && item == 1, Is.True);
        ValueTask<bool> next = second.WaitToReadAsync();
        ring.TryPublish(2);
        Assert.That(next.AsTask().Result, Is.True, "It follows the publishers now.");
    }

    [Test]
    public void AnErrorReachesAllWhoWait()
    {
        var ring = new BroadcastRing<int>(2, publishers);
        RingConsumer<int> consumer = ring.AddConsumer();
        ring.TryPublishBatch([1, 2]);
        ValueTask<bool> room = ring.WaitToPublishAsync();
        ValueTask publication = ring.PublishAsync(3);
        Assert.That(ring.TryComplete(new FormatException()), Is.True);
        Assert.That(ring.TryComplete() || ring.TryPublish(4) || ring.TryClaim(1, out _) || ring.TryPublishBatch([4]) != 0, Is.False);
        Assert.That(async () => await room, Throws.TypeOf<FormatException>());
        Assert.That(async () => await publication, Throws.TypeOf<ChannelClosedException>().With.InnerException.TypeOf<FormatException>());
        Assert.That(() => ring.Publish(4), Throws.TypeOf<ChannelClosedException>().With.InnerException.TypeOf<FormatException>());
        Assert.That(consumer.Read() + consumer.ReadAsync().Result, Is.EqualTo(3), "The last items come first.");
        Assert.That(async () => await consumer.WaitToReadAsync(), Throws.TypeOf<FormatException>());
        Assert.That(async () => await consumer.ReadAsync(), Throws.TypeOf<ChannelClosedException>().With.InnerException.TypeOf<FormatException>());
        Assert.That(() => consumer.Read(), Throws.TypeOf<ChannelClosedException>().With.InnerException.TypeOf<FormatException>());
        Assert.That(async () => await consumer.Completion, Throws.TypeOf<FormatException>());
        RingConsumer<int> late = ring.AddConsumer();
        Assert.That(late.WaitToRead(), Is.False);
        Assert.That(late.Completion.IsFaulted, Is.True);
    }

    [Test]
    public void AClaimIsWrittenInPlaceAndPublishedOnce()
    {
        var ring = new BroadcastRing<int>(4, publishers);
        using RingConsumer<int> consumer = ring.AddConsumer();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(() => ring.TryClaim(0, out _), Throws.InstanceOf<ArgumentOutOfRangeException>());
            Assert.That(() => ring.TryClaim(5, out _), Throws.InstanceOf<ArgumentOutOfRangeException>());
            Assert.That(() => ring.WaitToPublish(5, Timeout.InfiniteTimeSpan), Throws.InstanceOf<ArgumentOutOfRangeException>());
        }

        ring.TryPublishBatch([1, 2, 3]);
        Assert.That(consumer.TryReadBatch(new int[3]), Is.EqualTo(3));
        Publish(ring, consumer);
        Assert.That(consumer.Peek(10).ToArray(), Is.EqualTo(new[] { 4 }), "Up to the end of the ring.");
        consumer.Release(1);
        Assert.That(() => consumer.Release(1), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(consumer.Peek(10).ToArray(), Is.EqualTo(new[] { 5, 6 }));
        Assert.That(() => consumer.Release(3), Throws.InstanceOf<ArgumentOutOfRangeException>());
        consumer.Release(2);

        static void Publish(BroadcastRing<int> ring, RingConsumer<int> consumer)
        {
            Assert.That(ring.TryClaim(3, out RingClaim<int> claim), Is.True);
            using (claim)
            {
                Assert.That((claim.Sequence, claim.Count, claim.First.Length, claim.Second.Length), Is.EqualTo((3L, 3, 1, 2)));
                for (int i = 0; i < 3; i++) claim[i] = 4 + i;
                Assert.That(consumer.Count, Is.Zero, "Nobody sees it before it is published.");
                claim.Publish();
                Assert.That(consumer.Count, Is.EqualTo(3));
            }

            Assert.That(consumer.Count, Is.EqualTo(3), "Publishing again does nothing.");
            bool thrown = false;
            try
            {
                claim[3] = 0;
            }
            catch (ArgumentOutOfRangeException)
            {
                thrown = true;
            }

            Assert.That(thrown, Is.True);
        }
    }

    [Test]
    public void AConsumerComesAfterThoseOfItsOwnRing()
    {
        var ring = new BroadcastRing<int>(2, publishers);
        RingConsumer<int> other = new BroadcastRing<int>(2, publishers).AddConsumer();
        Assert.That(() => ring.AddConsumer(other), Throws.ArgumentException);
        Assert.That(() => ring.AddConsumer([null!]), Throws.ArgumentException);
        Assert.That(() => new BroadcastRing<int>(0, publishers), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => new BroadcastRing<int>(1, (RingPublishers)7), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => new BroadcastRing<int>(1, publishers, (RingWaitStrategy)(-1)), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public void ThreadsWaitByEveryStrategy([Values] RingWaitStrategy strategy)
    {
        // Each waiting thread that spins holds a processor, and there may be fewer of them than threads.
        int items = strategy == RingWaitStrategy.Spin ? 100 : 20_000;
        var ring = new BroadcastRing<int>(8, publishers, strategy);
        RingConsumer<int> first = ring.AddConsumer();
        RingConsumer<int> second = ring.AddConsumer(first);
        Task<long>[] sums = [.. new[] { first, second }.Select(consumer => Task.Factory.StartNew(() => Sum(consumer), TaskCreationOptions.LongRunning))];
        for (int i = 0; i < items; i++) ring.Publish(i);
        ring.TryComplete();
        Assert.That(Task.WaitAll(sums, Hang.Patience), Is.True, "A thread sleeps on.");
        Assert.That(sums.Select(sum => sum.Result), Is.All.EqualTo((long)items * (items - 1) / 2));

        static long Sum(RingConsumer<int> consumer)
        {
            int[] items = new int[5];
            long sum = 0;
            int count;
            while ((count = consumer.ReadBatch(items)) != 0)
            {
                foreach (int item in items.AsSpan(0, count)) sum += item;
            }

            return sum;
        }
    }

    [Test]
    public void ThreadsGiveUpInTimeAndAtTheirToken([Values] RingWaitStrategy strategy)
    {
        var ring = new BroadcastRing<int>(2, publishers, strategy);
        RingConsumer<int> consumer = ring.AddConsumer();
        Assert.That(consumer.WaitToRead(TimeSpan.FromMilliseconds(5)), Is.False);
        Assert.That(() => consumer.WaitToRead(TimeSpan.FromMilliseconds(-5)), Throws.InstanceOf<ArgumentOutOfRangeException>());
        using var source = new CancellationTokenSource(TimeSpan.FromMilliseconds(5));
        Assert.That(() => consumer.Read(source.Token), Throws.InstanceOf<OperationCanceledException>());
        ring.TryPublishBatch([1, 2]);
        Assert.That(ring.WaitToPublish(1, TimeSpan.FromMilliseconds(5)), Is.False);
        Assert.That(() => ring.Publish(3, source.Token), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(consumer.Read() + consumer.Read(), Is.EqualTo(3));
        Assert.That(ring.WaitToPublish(2, TimeSpan.Zero), Is.True);
    }

    [Test]
    public void AnInterruptedThreadLeavesNothingBehind()
    {
        var ring = new BroadcastRingCore<int, HardwareAtomics>(2, publishers, RingWaitStrategy.Park, ContinuationScheduler.ThreadPool, mostSpins: 0);
        RingConsumer<int> consumer = ring.AddConsumer([]);
        Exception? thrown = null;
        var thread = new Thread(() => thrown = Assert.Catch(() => consumer.WaitToRead()));
        thread.Start();
        thread.Interrupt();
        Assert.That(thread.Join(Hang.Patience), Is.True);
        Assert.That(thrown, Is.InstanceOf<ThreadInterruptedException>());
        Assert.That(ring.HasWaiters, Is.False);
    }

    [Test]
    public void WaitingAllocatesNothing()
    {
        var ring = new BroadcastRing<int>(2, publishers);
        RingConsumer<int> consumer = ring.AddConsumer();
        Lap(ring, consumer, 200);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Lap(ring, consumer, 2_000);
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(2_000));

        static void Lap(BroadcastRing<int> ring, RingConsumer<int> consumer, int count)
        {
            for (int i = 0; i < count; i++)
            {
                ValueTask<bool> item = consumer.WaitToReadAsync();
                ring.TryPublish(i);
                if (!item.GetAwaiter().GetResult()) Assert.Fail("There is an item.");
                ring.TryPublish(i);
                ValueTask<bool> room = ring.WaitToPublishAsync();
                if (!consumer.TryRead(out _) || !consumer.TryRead(out _)) Assert.Fail("There are two.");
                if (!room.GetAwaiter().GetResult()) Assert.Fail("There is room.");
            }
        }
    }

    [Test]
    public void AHundredThousandCancelledWaitsLeaveNothing()
    {
        var ring = new BroadcastRingCore<int, HardwareAtomics>(2, publishers, RingWaitStrategy.Park, ContinuationScheduler.ThreadPool, mostSpins: 0);
        RingConsumerCore<int, HardwareAtomics> consumer = ring.AddConsumer([]);
        ring.TryPublishBatch([1, 2]);
        Assert.That(consumer.TryReadBatch(new int[2]), Is.EqualTo(2));
        RingConsumerCore<int, HardwareAtomics> slow = ring.AddConsumer([]);
        ring.TryPublishBatch([3, 4]);
        consumer.TryReadBatch(new int[2]);
        for (int i = 0; i < 50_000; i++)
        {
            using var source = new CancellationTokenSource();
            ValueTask<bool> item = consumer.WaitToReadAsync(source.Token);
            ValueTask<bool> room = ring.WaitAsync(new BroadcastRingCore<int, HardwareAtomics>.Room(ring, 1), source.Token);
            source.Cancel();
            if (!item.IsCanceled || !room.IsCanceled) Assert.Fail("The waits are cancelled.");
        }

        Assert.That(ring.HasWaiters, Is.False);
        Assert.That(slow.Count, Is.EqualTo(2));
    }

    private static async Task<List<int>> ReadAll(RingConsumer<int> consumer)
    {
        var all = new List<int>();
        await foreach (int item in consumer.ReadAllAsync().ConfigureAwait(false)) all.Add(item);
        return all;
    }
}
