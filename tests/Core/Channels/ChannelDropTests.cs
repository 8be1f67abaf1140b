using System.Threading.Channels;
using FastCore.Channels;

namespace FastCore.Tests.Channels;

/// <summary>The full modes that drop.</summary>
[TestFixture]
internal sealed class ChannelDropTests
{
    [TestCase(BoundedChannelFullMode.DropOldest, new[] { 3, 4, 5 }, new[] { 0, 1, 2 })]
    [TestCase(BoundedChannelFullMode.DropNewest, new[] { 0, 1, 5 }, new[] { 2, 3, 4 })]
    [TestCase(BoundedChannelFullMode.DropWrite, new[] { 0, 1, 2 }, new[] { 3, 4, 5 })]
    public void DropsWhatTheModeSays(BoundedChannelFullMode mode, int[] kept, int[] lost)
    {
        var dropped = new List<int>();
        Channel<int> channel = FastChannel.CreateBounded<int>(new BoundedChannelOptions(3) { FullMode = mode }, dropped.Add);
        for (int i = 0; i < 6; i++) Assert.That(channel.Writer.TryWrite(i), Is.True);
        Assert.That(channel.Writer.WaitToWriteAsync() is { IsCompletedSuccessfully: true, Result: true }, Is.True);
        Assert.That(dropped, Is.EqualTo(lost));
        channel.Writer.Complete();
        Assert.That(channel.Reader.ReadAllAsync().ToBlockingEnumerable(), Is.EqualTo(kept));
        Assert.That(channel.Writer.TryWrite(9), Is.False);
        Assert.That(dropped, Is.EqualTo(lost), "A refused item is not a dropped one.");
    }

    [Test]
    public void DropsWithoutATeller()
    {
        Channel<int> channel = FastChannel.CreateBounded<int>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest });
        Assert.That(channel.Writer.TryWrite(1) && channel.Writer.TryWrite(2), Is.True);
        Assert.That(channel.Reader.TryRead(out int item) ? item : 0, Is.EqualTo(2));
    }

    [Test]
    public void TheCallbackMayUseTheChannel([Values(BoundedChannelFullMode.DropOldest, BoundedChannelFullMode.DropNewest, BoundedChannelFullMode.DropWrite)] BoundedChannelFullMode mode)
    {
        Channel<int>? channel = null;
        int read = 0;
        channel = FastChannel.CreateBounded<int>(new BoundedChannelOptions(2) { FullMode = mode }, _ =>
        {
            while (channel!.Reader.TryRead(out int _)) read++;
            channel.Writer.TryWrite(100);
        });
        for (int i = 0; i < 3; i++) channel.Writer.TryWrite(i);
        Assert.That(read, Is.EqualTo(2));
        Assert.That(channel.Reader.TryRead(out int item) ? item : 0, Is.EqualTo(100));
    }

    [Test]
    public void AThrowingCallbackLeavesTheWriteDone()
    {
        Channel<int> channel = FastChannel.CreateBounded<int>(
            new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest }, static _ => throw new InvalidOperationException("told"));
        channel.Writer.TryWrite(1);
        Assert.That(() => channel.Writer.TryWrite(2), Throws.InvalidOperationException.With.Message.EqualTo("told"));
        Assert.That(channel.Reader.TryRead(out int item) ? item : 0, Is.EqualTo(2));
    }

    /// <summary>Of a batch, what was written before the callback threw has woken whoever waits for it.</summary>
    [Test]
    public void AThrowingCallbackInABatchLeavesNobodyAsleep()
    {
        FastChannel<int> channel = FastChannel.CreateBounded<int>(
            new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite }, static _ => throw new InvalidOperationException("told"));
        ValueTask<bool> waiting = channel.Reader.WaitToReadAsync();
        Assert.That(() => channel.Writer.TryWriteBatch([1, 2]), Throws.InvalidOperationException.With.Message.EqualTo("told"));
        Assert.That(waiting is { IsCompletedSuccessfully: true, Result: true }, Is.True);
    }

    [Test]
    public void EveryItemIsReadOrDroppedOnce([Values(BoundedChannelFullMode.DropOldest, BoundedChannelFullMode.DropNewest, BoundedChannelFullMode.DropWrite)] BoundedChannelFullMode mode)
    {
        const int Writers = 3, PerWriter = 20_000;
        var times = new int[Writers * PerWriter];
        Channel<int> channel = FastChannel.CreateBounded<int>(new BoundedChannelOptions(7) { FullMode = mode }, item => Interlocked.Increment(ref times[item]));
        Task[] writing = [.. Enumerable.Range(0, Writers).Select(writer => Task.Run(() =>
        {
            for (int i = 0; i < PerWriter; i++) channel.Writer.TryWrite((writer * PerWriter) + i);
        }))];
        Task[] reading = [.. Enumerable.Range(0, 2).Select(_ => Task.Run(async () =>
        {
            await foreach (int item in channel.Reader.ReadAllAsync()) Interlocked.Increment(ref times[item]);
        }))];
        Task.WaitAll(writing);
        channel.Writer.Complete();
        Task.WaitAll(reading);
        Assert.That(times, Has.All.EqualTo(1));
    }
}
