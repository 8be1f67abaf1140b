using FastCore.Broadcast;
using FastCore.Continuations;
using FastCore.Tests.Channels;
using FastCore.Tests.Rings;

namespace FastCore.Tests.Broadcast;

/// <summary>Writers that overtake readers in the middle of their copies, cancelled waits, and readers that come and go.</summary>
[TestFixture]
internal sealed class BroadcastChannelStressTests
{
    private const int Seed = 77;

    [TestCase(1, 1)]
    [TestCase(3, 2)]
    [TestCase(64, 2)]
    public void WhatIsReadIsWholeAndInOrderAndTheRestIsCounted(int capacity, int writers)
    {
        const int Items = 150_000;
        var channel = new BroadcastChannelCore<Quad, YieldingAtomics>(capacity, ContinuationScheduler.ThreadPool, mostSpins: 2);
        BroadcastReader<Quad>[] readers = [.. Enumerable.Range(0, 3).Select(_ => channel.Subscribe(BroadcastLag.Skip, lagged: null))];
        using var canceller = new Canceller(2, Seed);
        Task<long>[] reading =
        [
            Task.Run(() => Read(readers[0], writers, canceller, 0)),
            Task.Factory.StartNew(() => ReadWithoutWaiting(readers[1], writers), TaskCreationOptions.LongRunning),
            Task.Run(() => ReadInBatches(readers[2], writers, canceller, 1)),
        ];
        Task[] writing = [.. Enumerable.Range(0, writers).Select(writer => Task.Factory.StartNew(() => Write(channel, writer, Items), TaskCreationOptions.LongRunning))];
        Assert.That(Task.WaitAll(writing, Hang.Patience), Is.True);
        channel.Writer.TryComplete();
        Assert.That(Task.WaitAll(reading, Hang.Patience), Is.True, $"A reader sleeps on. Seed {Seed}.");
        for (int i = 0; i < readers.Length; i++)
        {
            Assert.That(reading[i].Result + readers[i].Missed, Is.EqualTo((long)writers * Items), "What was not read was missed.");
            TestContext.Out.WriteLine($"Reader {i}: {reading[i].Result} read, {readers[i].Missed} missed, seed {Seed}");
        }

        Assert.That(channel.HasWaiters, Is.False);
    }

    private static void Write(BroadcastChannelCore<Quad, YieldingAtomics> channel, int writer, int items)
    {
        YieldingAtomics.Seed(Seed + writer);
        for (int item = 0; item < items; item++)
        {
            if (!channel.TryWrite(Quad.Of(((long)writer << 32) | (uint)item))) Assert.Fail("It is not completed.");
            if (IsSlow(item)) Thread.SpinWait(40);
            if ((item & 1023) == 0) channel.Subscribe(BroadcastLag.Skip, lagged: null).Dispose();
        }
    }

    /// <summary>By turns, readers wait for slow writers, and fast writers overtake them.</summary>
    private static bool IsSlow(int item) => (item & 4096) == 0;

    private static long ReadWithoutWaiting(BroadcastReader<Quad> reader, int writers)
    {
        YieldingAtomics.Seed(Seed + 9);
        long[] last = Enumerable.Repeat(-1L, writers).ToArray();
        long count = 0;
        while (!reader.Completion.IsCompleted)
        {
            if (!reader.TryRead(out Quad item)) continue;
            Check(item, last);
            count++;
        }

        return count;
    }

    private static async Task<long> Read(BroadcastReader<Quad> reader, int writers, Canceller canceller, int target)
    {
        YieldingAtomics.Seed(Seed + 10 + target);
        long[] last = Enumerable.Repeat(-1L, writers).ToArray();
        long count = 0;
        long missed = 0;
        while (await WaitAsync(reader, canceller, target).ConfigureAwait(false))
        {
            while (reader.TryRead(out Quad item, out long before))
            {
                Check(item, last);
                count++;
                missed += before;
            }
        }

        Assert.That(reader.Missed, Is.EqualTo(missed));
        return count;
    }

    private static async Task<long> ReadInBatches(BroadcastReader<Quad> reader, int writers, Canceller canceller, int target)
    {
        YieldingAtomics.Seed(Seed + 10 + target);
        long[] last = Enumerable.Repeat(-1L, writers).ToArray();
        var items = new Quad[5];
        long total = 0;
        while (await WaitAsync(reader, canceller, target).ConfigureAwait(false))
        {
            int count = reader.TryReadBatch(items, out _);
            foreach (Quad item in items.AsSpan(0, count)) Check(item, last);
            total += count;
        }

        return total;
    }

    private static async Task<bool> WaitAsync(BroadcastReader<Quad> reader, Canceller canceller, int target)
    {
        while (true)
        {
            try
            {
                return await reader.WaitToReadAsync(canceller.Aim(target)).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                // It waits again: a cancelled wait has changed nothing.
            }
        }
    }

    private static void Check(Quad item, long[] last)
    {
        if (!item.IsWhole) Assert.Fail($"A torn item. Seed {Seed}.");
        int writer = (int)(item.A >> 32);
        long number = (uint)item.A;
        if (number <= last[writer]) Assert.Fail($"Item {number} of writer {writer} after {last[writer]}. Seed {Seed}.");
        last[writer] = number;
    }
}
