using System.Threading.Channels;
using FastCore.Atomics;
using FastCore.Broadcast;
using FastCore.Continuations;
using FastCore.Tests.Channels;

namespace FastCore.Tests.Broadcast;

[TestFixture]
internal sealed class WatchTests
{
    [Test]
    public void AReaderReadsTheFirstValueAndThenWhatHasChanged()
    {
        var watch = new Watch<string>("a");
        WatchReader<string> reader = watch.Subscribe();
        Assert.That((reader.HasChanged, reader.Count), Is.EqualTo((true, 1)));
        Assert.That(reader.TryPeek(out string? peeked) && peeked == "a", Is.True);
        Assert.That(reader.TryRead(out string? read) && read == "a", Is.True);
        Assert.That(reader.TryRead(out _) || reader.TryPeek(out _) || reader.HasChanged, Is.False);
        ValueTask<bool> wait = reader.WaitToReadAsync();
        Assert.That(wait.IsCompleted, Is.False);
        watch.Set("b");
        watch.Set("c");
        Assert.That(wait.GetAwaiter().GetResult(), Is.True);
        Assert.That(reader.Value, Is.EqualTo("c"), "It may miss those in between.");
        Assert.That(reader.WaitToReadAsync().Result, Is.True, "It stays a change until it is read.");
        Assert.That(reader.ReadAsync().Result, Is.EqualTo("c"));
        Assert.That((watch.Read(out long version), version, watch.Version), Is.EqualTo(("c", 2L, 2L)));
    }

    [Test]
    public async Task TheEndComesAfterTheLastValue()
    {
        var watch = new Watch<int>(0);
        WatchReader<int> reader = watch.Subscribe();
        Task<List<int>> all = ReadAll(reader);
        watch.Set(1);
        watch.Set(2);
        Assert.That(watch.TryComplete(), Is.True);
        Assert.That(watch.TryComplete() || watch.TrySet(3) || watch.TryUpdate(static value => value), Is.False);
        Assert.That(() => watch.Set(3), Throws.TypeOf<ChannelClosedException>());
        Assert.That((await all)[^1], Is.EqualTo(2));
        Assert.That(reader.Completion.IsCompletedSuccessfully && watch.IsCompleted, Is.True);
        Assert.That(async () => await reader.ReadAsync(), Throws.TypeOf<ChannelClosedException>());
        Assert.That(await watch.WaitForChangeAsync(1), Is.True);
        Assert.That(await watch.WaitForChangeAsync(2), Is.False);
    }

    [Test]
    public void AnErrorReachesThoseWhoWait()
    {
        var watch = new Watch<int>(0);
        WatchReader<int> reader = watch.Subscribe();
        Assert.That(reader.TryRead(out _), Is.True);
        Task<bool> wait = reader.WaitToReadAsync().AsTask();
        Task<int> read = reader.ReadAsync().AsTask();
        watch.TryComplete(new FormatException());
        Assert.That(async () => await wait, Throws.TypeOf<FormatException>());
        Assert.That(async () => await read, Throws.TypeOf<ChannelClosedException>().With.InnerException.TypeOf<FormatException>());
        Assert.That(async () => await reader.Completion, Throws.TypeOf<FormatException>());
        Assert.That(watch.Value, Is.Zero);
    }

    [Test]
    public void WaitingAllocatesNothing()
    {
        var watch = new Watch<int>(0);
        Lap(watch, 100);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Lap(watch, 1_000);
        long sets = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.That(sets, Is.LessThanOrEqualTo(1_000 * 48), "The sets allocate what the readers read, and nothing else.");

        static void Lap(Watch<int> watch, int count)
        {
            for (int i = 0; i < count; i++)
            {
                ValueTask<bool> wait = watch.WaitForChangeAsync(watch.Version);
                watch.Set(i);
                if (!wait.GetAwaiter().GetResult()) Assert.Fail("There is a change.");
            }
        }
    }

    [Test]
    public void AHundredThousandCancelledWaitsLeaveNothing()
    {
        var watch = new WatchCore<int, HardwareAtomics>(0, ContinuationScheduler.ThreadPool);
        for (int i = 0; i < 100_000; i++)
        {
            using var source = new CancellationTokenSource();
            ValueTask<bool> wait = watch.WaitForChangeAsync(0, source.Token);
            source.Cancel();
            if (!wait.IsCanceled) Assert.Fail("The wait is cancelled.");
        }

        Assert.That(watch.HasWaiters, Is.False);
    }

    /// <summary>Two setters that add up, and readers whose waits are cancelled at any moment: values are whole, versions only rise, the last one comes.</summary>
    [Test]
    public void NothingIsTornAndTheLastValueAlwaysComes()
    {
        const int Sets = 30_000;
        const int Seed = 412;
        var watch = new Watch<Quad>(default);
        using var canceller = new Canceller(2, Seed);
        Task[] readers = [.. Enumerable.Range(0, 2).Select(index => Task.Run(() => Read(index)))];
        Task[] setters = [.. Enumerable.Range(0, 2).Select(_ => Task.Run(() =>
        {
            for (int i = 0; i < Sets; i++) watch.TryUpdate(static value => Quad.Of(value.A + 1));
        }))];
        Assert.That(Task.WaitAll(setters, Hang.Patience), Is.True);
        watch.TryComplete();
        Assert.That(Task.WaitAll(readers, Hang.Patience), Is.True, $"A reader sleeps on. Seed {Seed}.");

        async Task Read(int index)
        {
            WatchReader<Quad> reader = watch.Subscribe();
            long last = -1;
            while (true)
            {
                try
                {
                    if (!await reader.WaitToReadAsync(canceller.Aim(index)).ConfigureAwait(false)) break;
                }
                catch (OperationCanceledException)
                {
                    continue;
                }

                Assert.That(reader.TryRead(out Quad value), Is.True);
                Assert.That(value.IsWhole && value.A > last, Is.True, "Values are whole and never go back.");
                last = value.A;
            }

            Assert.That(last, Is.EqualTo(2 * Sets), "The last value is read, and no update was lost.");
        }
    }

    private static async Task<List<int>> ReadAll(WatchReader<int> reader)
    {
        var all = new List<int>();
        await foreach (int value in reader.ReadAllAsync().ConfigureAwait(false)) all.Add(value);
        return all;
    }
}
