using FastCore.Broadcast;
using FastCore.Continuations;
using FastCore.Tests.Channels;
using FastCore.Tests.Rings;

namespace FastCore.Tests.Broadcast;

/// <summary>Publishers, consumers that come after one another, and others that come and go, with cancelled waits and yields at random.</summary>
[TestFixture]
internal sealed class RingStressTests
{
    private const int Seed = 20_261;

    [TestCase(RingPublishers.One, 1, 2)]
    [TestCase(RingPublishers.One, 1, 64)]
    [TestCase(RingPublishers.Many, 3, 2)]
    [TestCase(RingPublishers.Many, 3, 64)]
    public void NothingIsLostTornOrOutOfTurn(RingPublishers publishers, int publisherCount, int capacity)
    {
        int items = (capacity == 2 ? 3_000 : 60_000) / publisherCount;
        var ring = new BroadcastRingCore<Quad, YieldingAtomics>(capacity, publishers, RingWaitStrategy.Park, ContinuationScheduler.ThreadPool, mostSpins: 2);
        RingConsumerCore<Quad, YieldingAtomics> first = ring.AddConsumer([]);
        RingConsumerCore<Quad, YieldingAtomics> beside = ring.AddConsumer([]);
        RingConsumerCore<Quad, YieldingAtomics> last = ring.AddConsumer([first, beside]);
        using var canceller = new Canceller(publisherCount + 3, Seed);
        bool stops = false;
        Task[] publishing = [.. Enumerable.Range(0, publisherCount).Select(publisher => Task.Run(() => Publish(ring, publisher, items, canceller)))];
        Task<long[]>[] consuming =
        [
            Task.Run(() => Consume(first, publisherCount, canceller, publisherCount)),
            Task.Factory.StartNew(() => ConsumeOnAThread(beside, publisherCount), TaskCreationOptions.LongRunning),
            Task.Run(() => Consume(last, publisherCount, canceller, publisherCount + 2)),
        ];
        // Not on the thread pool: it never gives its thread back, and there may be only two.
        Task guests = Task.Factory.StartNew(() =>
        {
            YieldingAtomics.Seed(Seed);
            var random = new Random(Seed);
            while (!Volatile.Read(ref stops)) Visit(ring, first, publisherCount, random);
        }, TaskCreationOptions.LongRunning);
        bool published = Task.WaitAll(publishing, Hang.Patience);
        Volatile.Write(ref stops, true);
        Assert.That(published, Is.True, $"A publisher sleeps on. Seed {Seed}.");
        Assert.That(guests.Wait(Hang.Patience), Is.True);
        ring.TryComplete(error: null);
        Assert.That(Task.WaitAll(consuming, Hang.Patience), Is.True, $"A consumer sleeps on. Seed {Seed}.");
        foreach (Task<long[]> task in consuming) Assert.That(task.Result, Is.All.EqualTo(items), "Every consumer has read every item of every publisher.");
        Assert.That(ring.HasWaiters, Is.False);
    }

    private static async Task Publish(BroadcastRingCore<Quad, YieldingAtomics> ring, int publisher, int items, Canceller canceller)
    {
        YieldingAtomics.Seed(Seed + publisher);
        for (int item = 0; item < items;)
        {
            if (ring.TryPublish(Quad.Of(((long)publisher << 32) | (uint)item)))
            {
                item++;
                continue;
            }

            try
            {
                await ring.WaitAsync(new BroadcastRingCore<Quad, YieldingAtomics>.Room(ring, 1), canceller.Aim(publisher)).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                // It tries again: a cancelled wait has changed nothing.
            }
        }
    }

    private static async Task<long[]> Consume(RingConsumer<Quad> consumer, int publishers, Canceller canceller, int target)
    {
        YieldingAtomics.Seed(Seed + target);
        long[] next = new long[publishers];
        while (true)
        {
            try
            {
                if (!await consumer.WaitToReadAsync(canceller.Aim(target)).ConfigureAwait(false)) return next;
            }
            catch (OperationCanceledException)
            {
                continue;
            }

            while (consumer.TryRead(out Quad item)) Check(item, next);
        }
    }

    private static long[] ConsumeOnAThread(RingConsumer<Quad> consumer, int publishers)
    {
        YieldingAtomics.Seed(Seed + 99);
        long[] next = new long[publishers];
        while (consumer.WaitToRead())
        {
            ReadOnlySpan<Quad> run = consumer.Peek(7);
            foreach (Quad item in run) Check(item, next);
            consumer.Release(run.Length);
        }

        return next;
    }

    /// <summary>A consumer that joins, reads a little, and is made to leave, sometimes by another thread in the middle of a read.</summary>
    private static void Visit(BroadcastRingCore<Quad, YieldingAtomics> ring, RingConsumerCore<Quad, YieldingAtomics> first, int publishers, Random random)
    {
        RingConsumerCore<Quad, YieldingAtomics> guest = random.Next(2) == 0 ? ring.AddConsumer([]) : ring.AddConsumer([first]);
        long[] next = new long[publishers];
        Array.Fill(next, -1);
        Task? ejection = random.Next(2) == 0 ? Task.Run(guest.Dispose) : null;
        var items = new Quad[3];
        for (int i = 0; i < 5; i++)
        {
            int count = guest.TryReadBatch(items);
            foreach (Quad item in items.AsSpan(0, count)) Check(item, next);
        }

        guest.Dispose();
        ejection?.Wait();
    }

    private static void Check(Quad item, long[] next)
    {
        if (!item.IsWhole) Assert.Fail($"A torn item. Seed {Seed}.");
        int publisher = (int)(item.A >> 32);
        long number = (uint)item.A;
        if (next[publisher] >= 0 && next[publisher] != number) Assert.Fail($"Item {number} of publisher {publisher} instead of {next[publisher]}. Seed {Seed}.");
        next[publisher] = number + 1;
    }
}
