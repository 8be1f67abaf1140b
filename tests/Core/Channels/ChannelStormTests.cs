using System.Threading.Channels;
using FastCore.Atomics;
using FastCore.Tests.Rings;

namespace FastCore.Tests.Channels;

/// <summary>Real threads: cancellation and completion at every moment. Failures print the seed.</summary>
[TestFixture]
internal sealed class ChannelStormTests
{
    private static readonly ChannelKind[] Kinds = [.. ChannelKind.Ours.Where(static kind => kind.Capacity is null || kind.Waits)];

    /// <summary>Without spins, so that all that must wait sleeps, and in both fence modes by turns.</summary>
    [TestCaseSource(nameof(Kinds))]
    public void NothingIsLostWhenEverythingIsCancelled(ChannelKind kind) =>
        Storm(ModelChannels<HardwareAtomics>.Like(kind), kind, enoughCancelled: 2_000, TestContext.CurrentContext.Random.Next()).Run();

    /// <summary>The same with the threads giving up their turns between the engine's steps.</summary>
    [TestCaseSource(nameof(Kinds))]
    public void NothingIsLostWhenThreadsStopBetweenSteps(ChannelKind kind) =>
        Storm(ModelChannels<YieldingAtomics>.Like(kind), kind, enoughCancelled: 2_000, TestContext.CurrentContext.Random.Next()).Run();

    [TestCaseSource(nameof(Kinds))]
    [Explicit("A million cancellations of each kind take minutes.")]
    [Category("Stress")]
    public void NothingIsLostInAMillionCancellations(ChannelKind kind)
    {
        int seed = TestContext.CurrentContext.Random.Next();
        for (int cancelled = 0; cancelled < 1_000_000;)
        {
            ChannelStorm storm = Storm(ModelChannels<HardwareAtomics>.Like(kind), kind, enoughCancelled: 100_000, seed++);
            storm.Run();
            cancelled += storm.Cancelled;
        }
    }

    [TestCaseSource(nameof(Kinds))]
    public void WhatIsAcceptedBeforeTheEndIsRead(ChannelKind kind)
    {
        var random = new Random(TestContext.CurrentContext.Random.Next());
        for (int round = 0; round < 150; round++)
        {
            Channel<int> channel = kind.Create<int>();
            int delay = random.Next(500);
            Task<int>[] writing = [.. Enumerable.Range(0, kind.IsAlone ? 1 : 2).Select(_ => Task.Run(() => WriteUntilClosed(channel.Writer)))];
            Task<int>[] reading = [.. Enumerable.Range(0, kind.IsAlone ? 1 : 2).Select(_ => Task.Run(() => CountToEnd(channel.Reader)))];
            Task closing = Task.Run(() =>
            {
                Thread.SpinWait(delay);
                channel.Writer.Complete();
            });
            Assert.That(Task.WaitAll([closing, .. writing, .. reading], Hang.Patience), Is.True, "Somebody sleeps on.");
            Assert.That(reading.Sum(static task => task.Result), Is.EqualTo(writing.Sum(static task => task.Result)));
            Assert.That(channel.Reader.Completion.IsCompletedSuccessfully, Is.True);
        }
    }

    /// <summary>One item, then silence: whoever waits for it must be woken by it, not by a later one.</summary>
    [TestCaseSource(nameof(Kinds))]
    public void TheLastItemWakesItsReader(ChannelKind kind)
    {
        const int Rounds = 20_000;
        Channel<int> channel = kind.Create<int>();
        int seen = 0;
        Task reading = Task.Run(async () =>
        {
            for (int round = 1; round <= Rounds; round++)
            {
                int item = await channel.Reader.ReadAsync().ConfigureAwait(false);
                Volatile.Write(ref seen, item);
            }
        });
        var random = new Random(1);
        for (int round = 1; round <= Rounds; round++)
        {
            Thread.SpinWait(random.Next(100));
            Assert.That(channel.Writer.TryWrite(round), Is.True);
            Assert.That(SpinWait.SpinUntil(() => Volatile.Read(ref seen) == round, Hang.Patience), Is.True, "The reader sleeps beside an item.");
        }

        Assert.That(reading.Wait(Hang.Patience), Is.True);
    }

    /// <summary>A thread that was interrupted while it writes still wakes the reader of what it wrote.</summary>
    [Test]
    public void AnInterruptedWriterWakesItsReader()
    {
        Channel<int> channel = ChannelKind.Ours.First(static kind => kind is { IsAlone: false, Capacity: null }).Create<int>();
        Task<int> counting = Task.Run(() => CountToEnd(channel.Reader));
        int written = 0;
        var writer = new Thread(() =>
        {
            for (int i = 0; i < 2_000; i++)
            {
                if (channel.Writer.TryWrite(i)) written++;
            }
        });
        writer.Start();
        while (writer.IsAlive)
        {
            writer.Interrupt();
            Thread.Yield();
        }

        channel.Writer.Complete();
        Assert.That(counting.Wait(Hang.Patience), Is.True);
        Assert.That(counting.Result, Is.EqualTo(2_000));
        Assert.That(written, Is.EqualTo(2_000));
    }

    private static ChannelStorm Storm(Channel<int> channel, ChannelKind kind, int enoughCancelled, int seed)
    {
        int threads = kind.IsAlone ? 1 : 2;
        return new ChannelStorm(channel, threads, threads, enoughCancelled, seed);
    }

    private static async Task<int> WriteUntilClosed(ChannelWriter<int> writer)
    {
        // Enough to be still writing when the end comes, and not so many that a channel without a bound fills the memory.
        const int Most = 5_000;
        int accepted = 0;
        while (accepted < Most && await writer.WaitToWriteAsync().ConfigureAwait(false))
        {
            if (writer.TryWrite(accepted)) accepted++;
        }

        return accepted;
    }

    private static async Task<int> CountToEnd(ChannelReader<int> reader)
    {
        int count = 0;
        await foreach (int _ in reader.ReadAllAsync().ConfigureAwait(false)) count++;
        return count;
    }
}
