using FastCore.Atomics;
using FastCore.Channels;
using FastCore.Channels.Waiting;
using FastCore.Tests.Rings;

namespace FastCore.Tests.Channels;

/// <summary>Real threads: selects that compete for the items of several channels, are cancelled, and meet each other.</summary>
[TestFixture]
internal sealed class SelectStormTests
{
    private const int Items = 15_000;

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(8)]
    public void NothingIsLost(int capacity) => Storm<HardwareAtomics>(capacity);

    [TestCase(0)]
    [TestCase(1)]
    public void NothingIsLostWhenThreadsStopBetweenSteps(int capacity) => Storm<YieldingAtomics>(capacity);

    /// <summary>
    /// Two writers and two readers over three channels, all by selects under a token that keeps firing; each item is counted.
    /// </summary>
    private static void Storm<TAtomics>(int capacity)
        where TAtomics : struct, IAtomics
    {
        int seed = TestContext.CurrentContext.Random.Next();
        TestContext.Out.WriteLine($"seed {seed}");
        FastChannel<int>[] channels =
            [.. Enumerable.Range(0, 3).Select(_ => capacity == 0 ? ModelChannels<TAtomics>.Rendezvous() : ModelChannels<TAtomics>.Bounded(capacity))];
        var timesRead = new int[Items];
        int next = -1;
        int cancelled = 0;
        using var canceller = new Canceller(4, seed);
        Task[] writing = [.. Enumerable.Range(0, 2).Select(writer => Task.Run(() => Write(writer)))];
        Task[] reading = [.. Enumerable.Range(2, 2).Select(reader => Task.Run(() => Read(reader)))];
        Assert.That(Task.WaitAll(writing, Hang.Patience), Is.True, () => $"A writer sleeps on. Seed {seed}.");
        foreach (FastChannel<int> channel in channels) channel.Writer.Complete();
        Assert.That(Task.WaitAll(reading, Hang.Patience), Is.True, () => $"A reader sleeps on. Seed {seed}.");
        (int Lost, int Doubled) broken = (timesRead.Count(static times => times == 0), timesRead.Count(static times => times > 1));
        Assert.That(broken, Is.EqualTo((0, 0)), () => $"Lost and doubled items. Seed {seed}.");
        Assert.That(channels.All(static channel => !((IWaiterOwner)channel).HasWaiters), Is.True);
        TestContext.Out.WriteLine($"{cancelled} selects cancelled");

        async Task Write(int target)
        {
            YieldingAtomics.Seed(seed + target);
            var select = new ModelSelect<TAtomics>(target + 1);
            SelectWrite<int>[] writes = [.. channels.Select(channel => select.Write(channel, 0))];
            int item;
            while ((item = Interlocked.Increment(ref next)) < Items)
            {
                foreach (SelectWrite<int> write in writes) write.Item = item;
                while (await SelectOrCancel(select, target) < 0)
                {
                }
            }
        }

        async Task Read(int target)
        {
            YieldingAtomics.Seed(seed + target);
            var select = new ModelSelect<TAtomics>(target + 1);
            SelectRead<int>[] reads = [.. channels.Select(select.Read)];
            while (reads.Any(static read => read.IsEnabled))
            {
                int index = await SelectOrCancel(select, target);
                if (index >= 0 && reads[index].TryTake(out int item)) Interlocked.Increment(ref timesRead[item]);
            }
        }

        async Task<int> SelectOrCancel(ModelSelect<TAtomics> select, int target)
        {
            try
            {
                return await select.WaitAsync(canceller.Aim(target)).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                Interlocked.Increment(ref cancelled);
                return -1;
            }
        }
    }
}
