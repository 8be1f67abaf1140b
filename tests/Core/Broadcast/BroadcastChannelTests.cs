using System.Threading.Channels;
using FastCore.Atomics;
using FastCore.Broadcast;
using FastCore.Continuations;

namespace FastCore.Tests.Broadcast;

[TestFixture]
internal sealed class BroadcastChannelTests
{
    [Test]
    public async Task EveryReaderGetsWhatIsWrittenAfterItCame()
    {
        var channel = new BroadcastChannel<int>(8);
        Assert.That(channel.Writer.TryWrite(0), Is.True, "There is nobody to read it.");
        BroadcastReader<int> first = channel.Subscribe();
        await channel.Writer.WriteAsync(1);
        BroadcastReader<int> second = channel.Subscribe();
        await channel.Writer.WriteAsync(2);
        Assert.That((channel.ReaderCount, first.Count, second.Count), Is.EqualTo((2, 2, 1)));
        channel.Writer.Complete();
        Assert.That(await ReadAll(first), Is.EqualTo(new[] { 1, 2 }));
        Assert.That(await ReadAll(second), Is.EqualTo(new[] { 2 }));
        Assert.That(await ReadAll(channel.Subscribe()), Is.Empty);
        Assert.That(first.Completion.IsCompletedSuccessfully && second.Completion.IsCompletedSuccessfully, Is.True);
        first.Dispose();
        first.Dispose();
        Assert.That(channel.ReaderCount, Is.EqualTo(2));
    }

    [Test]
    public async Task AnOvertakenReaderLearnsHowManyItMissed()
    {
        var channel = new BroadcastChannel<int>(3);
        var told = new List<long>();
        BroadcastReader<int> skipping = channel.Subscribe();
        BroadcastReader<int> throwing = channel.Subscribe(BroadcastLag.Throw);
        BroadcastReader<int> telling = channel.Subscribe(told.Add);
        BroadcastReader<int> receiving = channel.Subscribe();
        for (int i = 0; i < 10; i++) channel.Writer.TryWrite(i);
        Assert.That(skipping.Count, Is.EqualTo(3));
        Assert.That(skipping.TryPeek(out int oldest) && oldest == 7 && skipping.Missed == 0, Is.True, "A look moves nothing.");
        Assert.That(skipping.TryRead(out int item) && item == 7 && skipping.Missed == 7, Is.True);
        Assert.That(skipping.TryRead(out item, out long missed) && item == 8 && missed == 0, Is.True);
        Assert.That(() => throwing.TryRead(out _), Throws.TypeOf<BroadcastLaggedException>().With.Property("Missed").EqualTo(7));
        Assert.That(await throwing.ReadAsync(), Is.EqualTo(7), "It goes on.");
        Assert.That((await telling.ReadAsync(), told), Is.EqualTo((7, new List<long> { 7 })));
        Assert.That(await receiving.ReceiveAsync(), Is.EqualTo(new BroadcastItem<int>(7, 7)));
        (int next, missed) = await receiving.ReceiveAsync();
        Assert.That((next, missed), Is.EqualTo((8, 0L)));
        for (int i = 10; i < 14; i++) channel.Writer.TryWrite(i);
        int[] batch = new int[5];
        Assert.That((receiving.TryReadBatch(batch, out missed), missed, batch[0], batch[2], receiving.Missed), Is.EqualTo((3, 2L, 11, 13, 9L)));
        Assert.That(receiving.TryReadBatch([], out _), Is.Zero);
    }

    [Test]
    public async Task AReaderThatThrowsDoesSoFromReadAllToo()
    {
        var channel = new BroadcastChannel<int>(1);
        BroadcastReader<int> reader = channel.Subscribe(BroadcastLag.Throw);
        channel.Writer.TryWrite(1);
        channel.Writer.TryWrite(2);
        channel.Writer.Complete();
        Assert.That(() => ReadAll(reader), Throws.TypeOf<BroadcastLaggedException>());
        Assert.That(await ReadAll(reader), Is.EqualTo(new[] { 2 }));
    }

    [Test]
    public void AnErrorReachesEveryReader()
    {
        var channel = new BroadcastChannel<int>(2);
        BroadcastReader<int> waiting = channel.Subscribe();
        Task<bool> wait = waiting.WaitToReadAsync().AsTask();
        Task<int> read = waiting.ReadAsync().AsTask();
        Task<BroadcastItem<int>> receive = waiting.ReceiveAsync().AsTask();
        Task completion = waiting.Completion;
        Assert.That(channel.Writer.TryComplete(new FormatException()), Is.True);
        Assert.That(channel.Writer.TryComplete() || channel.Writer.TryWrite(1), Is.False);
        Assert.That(async () => await wait, Throws.TypeOf<FormatException>());
        Assert.That(async () => await read, Throws.TypeOf<ChannelClosedException>().With.InnerException.TypeOf<FormatException>());
        Assert.That(async () => await receive, Throws.TypeOf<ChannelClosedException>().With.InnerException.TypeOf<FormatException>());
        Assert.That(async () => await completion, Throws.TypeOf<FormatException>());
        Assert.That(async () => await channel.Writer.WriteAsync(1), Throws.TypeOf<ChannelClosedException>().With.InnerException.TypeOf<FormatException>());
        Assert.That(async () => await channel.Writer.WaitToWriteAsync(), Throws.TypeOf<FormatException>());
        Assert.That(() => channel.Writer.Complete(), Throws.TypeOf<ChannelClosedException>());
    }

    [Test]
    public void CompletionComesWithTheLastItem()
    {
        var channel = new BroadcastChannel<int>(2);
        BroadcastReader<int> reader = channel.Subscribe();
        Task completion = reader.Completion;
        channel.Writer.TryWrite(1);
        channel.Writer.Complete();
        Assert.That(completion.IsCompleted, Is.False);
        Assert.That(reader.TryRead(out _), Is.True);
        Assert.That(completion.IsCompletedSuccessfully, Is.True);
        Assert.That(reader.WaitToReadAsync().Result, Is.False);
    }

    [Test]
    public void WhoLeavesEndsItsOwnWaits()
    {
        var channel = new BroadcastChannel<int>(2);
        BroadcastReader<int> leaving = channel.Subscribe();
        BroadcastReader<int> staying = channel.Subscribe();
        Task<bool> ended = leaving.WaitToReadAsync().AsTask();
        Task<bool> woken = staying.WaitToReadAsync().AsTask();
        Task completion = leaving.Completion;
        leaving.Dispose();
        Assert.That(ended.Result || woken.IsCompleted || !completion.IsCompletedSuccessfully, Is.False);
        channel.Writer.TryWrite(1);
        Assert.That(woken.Result, Is.True);
        Assert.That(leaving.TryRead(out _) || leaving.TryPeek(out _) || leaving.Count != 0 || leaving.WaitToReadAsync().Result, Is.False);
        Assert.That(async () => await leaving.ReadAsync(), Throws.TypeOf<ChannelClosedException>());
    }

    [Test]
    public void ArgumentsAreChecked()
    {
        Assert.That(() => new BroadcastChannel<int>(0), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => new BroadcastChannel<int>(1 << 30), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => new BroadcastChannel<int>(1).Subscribe((BroadcastLag)2), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => new BroadcastChannel<int>(1).Subscribe(null!), Throws.ArgumentNullException);
    }

    [Test]
    public void WritingReadingAndWaitingAllocateNothing()
    {
        var channel = new BroadcastChannel<Quad>(4);
        BroadcastReader<Quad> reader = channel.Subscribe();
        BroadcastReader<Quad> slow = channel.Subscribe();
        Lap(channel, reader, 200);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Lap(channel, reader, 2_000);
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(2_000));
        Assert.That((slow.TryRead(out Quad oldest, out long missed), oldest, missed), Is.EqualTo((true, Quad.Of(1_996), 2_196L)));

        static void Lap(BroadcastChannel<Quad> channel, BroadcastReader<Quad> reader, int count)
        {
            for (int i = 0; i < count; i++)
            {
                ValueTask<bool> wait = reader.WaitToReadAsync();
                channel.Writer.TryWrite(Quad.Of(i));
                if (!wait.GetAwaiter().GetResult() || !reader.TryRead(out _)) Assert.Fail("There is an item.");
            }
        }
    }

    [Test]
    public void AHundredThousandCancelledWaitsLeaveNothing()
    {
        var channel = new BroadcastChannelCore<int, HardwareAtomics>(2, ContinuationScheduler.ThreadPool, mostSpins: 0);
        BroadcastReader<int> reader = channel.Subscribe(BroadcastLag.Skip, lagged: null);
        for (int i = 0; i < 100_000; i++)
        {
            using var source = new CancellationTokenSource();
            ValueTask<bool> wait = reader.WaitToReadAsync(source.Token);
            source.Cancel();
            if (!wait.IsCanceled) Assert.Fail("The wait is cancelled.");
        }

        Assert.That(channel.HasWaiters, Is.False);
    }

    private static async Task<List<int>> ReadAll(BroadcastReader<int> reader)
    {
        var all = new List<int>();
        await foreach (int item in reader.ReadAllAsync().ConfigureAwait(false)) all.Add(item);
        return all;
    }
}
