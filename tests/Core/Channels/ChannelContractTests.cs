using System.Threading.Channels;

namespace FastCore.Tests.Channels;

/// <summary>What every channel promises when nothing happens at the same time. The stock channels pass it too.</summary>
[TestFixtureSource(typeof(ChannelKind), nameof(ChannelKind.All))]
internal sealed class ChannelContractTests(ChannelKind kind)
{
    [Test]
    public void ReadsInTheOrderOfWrites()
    {
        Channel<int> channel = kind.Create<int>();
        int count = Math.Min(kind.Capacity ?? 300, 300);
        for (int lap = 0; lap < 3; lap++)
        {
            for (int i = 0; i < count; i++) Assert.That(channel.Writer.TryWrite(i), Is.True);
            Assert.That(channel.Reader.Count, Is.EqualTo(count));
            for (int i = 0; i < count; i++)
            {
                Assert.That(channel.Reader.TryRead(out int item), Is.True);
                Assert.That(item, Is.EqualTo(i));
            }

            Assert.That(channel.Reader.TryRead(out _), Is.False);
            Assert.That(channel.Reader.Count, Is.Zero);
        }
    }

    [Test]
    public void HoldsExactlyItsCapacity()
    {
        if (!kind.Waits) Assert.Ignore("Has no bound, or never refuses a write.");
        Channel<int> channel = kind.CreateFull();
        Assert.That(channel.Writer.TryWrite(-1), Is.False);
        Assert.That(channel.Reader.Count, Is.EqualTo(kind.Capacity));
        Assert.That(channel.Reader.TryRead(out int oldest), Is.True);
        Assert.That(oldest, Is.Zero);
        Assert.That(channel.Writer.TryWrite(-1), Is.True);
        Assert.That(channel.Writer.TryWrite(-2), Is.False);
    }

    [Test]
    public void CountsAndPeeks()
    {
        Channel<string> channel = kind.Create<string>();
        Assert.That(channel.Reader.CanCount, Is.True);
        Assert.That(channel.Reader.CanPeek, Is.True);
        Assert.That(channel.Reader.TryPeek(out string? none), Is.False);
        Assert.That(none, Is.Null);
        channel.Writer.TryWrite("first");
        for (int i = 0; i < 2; i++)
        {
            Assert.That(channel.Reader.TryPeek(out string? seen), Is.True);
            Assert.That(seen, Is.EqualTo("first"));
            Assert.That(channel.Reader.Count, Is.EqualTo(1));
        }

        channel.Writer.TryComplete();
        Assert.That(channel.Reader.TryPeek(out _), Is.True);
        Assert.That(channel.Reader.TryRead(out _), Is.True);
        Assert.That(channel.Reader.TryPeek(out _), Is.False);
    }

    [Test]
    public void AReadThatWaitsGetsTheNextItemAtOnce()
    {
        Channel<int> channel = kind.Create<int>();
        ValueTask<int> read = channel.Reader.ReadAsync();
        Assert.That(read.IsCompleted, Is.False);
        Assert.That(channel.Writer.TryWrite(7), Is.True);
        Assert.That(read.IsCompletedSuccessfully, Is.True);
        Assert.That(read.GetAwaiter().GetResult(), Is.EqualTo(7));
        Assert.That(channel.Reader.TryRead(out _), Is.False);
    }

    [Test]
    public void AReadThatNeedNotWaitDoesNot()
    {
        Channel<int> channel = kind.Create<int>();
        Assert.That(channel.Writer.WriteAsync(7).IsCompletedSuccessfully, Is.True);
        Assert.That(channel.Reader.WaitToReadAsync() is { IsCompletedSuccessfully: true, Result: true }, Is.True);
        Assert.That(channel.Reader.ReadAsync() is { IsCompletedSuccessfully: true, Result: 7 }, Is.True);
    }

    [Test]
    public void AWaitForItemsEndsWithTheFirst()
    {
        Channel<int> channel = kind.Create<int>();
        ValueTask<bool> wait = channel.Reader.WaitToReadAsync();
        Assert.That(wait.IsCompleted, Is.False);
        channel.Writer.TryWrite(7);
        Assert.That(wait.IsCompletedSuccessfully, Is.True);
        Assert.That(wait.GetAwaiter().GetResult(), Is.True);
        Assert.That(channel.Reader.TryRead(out int item) ? item : 0, Is.EqualTo(7));
    }

    [Test]
    public void ReadsThatWaitAreServedInOrder()
    {
        if (!kind.TakesManyReads) Assert.Ignore("One read waits at a time.");
        Channel<int> channel = kind.Create<int>();
        Task<int>[] reads = [.. Enumerable.Range(0, 5).Select(_ => channel.Reader.ReadAsync().AsTask())];
        for (int i = 0; i < reads.Length; i++) Assert.That(channel.Writer.TryWrite(i), Is.True);
        Assert.That(Task.WhenAll(reads).GetAwaiter().GetResult(), Is.EqualTo(Enumerable.Range(0, 5)));
    }

    [Test]
    public void WritesThatWaitAreServedInOrder()
    {
        if (!kind.Waits) Assert.Ignore("Its writes never wait.");
        Channel<int> channel = kind.CreateFull();
        int full = kind.Capacity!.Value;
        Task[] writes = [.. Enumerable.Range(full, 5).Select(item => channel.Writer.WriteAsync(item).AsTask())];
        Assert.That(writes, Has.All.Property(nameof(Task.IsCompleted)).False);
        for (int i = 0; i < full + writes.Length; i++)
        {
            Assert.That(channel.Reader.TryRead(out int item), Is.True);
            Assert.That(item, Is.EqualTo(i));
        }

        Task.WhenAll(writes).GetAwaiter().GetResult();
    }

    [Test]
    public void AWriteThatWaitsIsDoneWhenARoomIsMade()
    {
        if (!kind.Waits) Assert.Ignore("Its writes never wait.");
        Channel<int> channel = kind.CreateFull();
        ValueTask write = channel.Writer.WriteAsync(-1);
        Assert.That(write.IsCompleted, Is.False);
        channel.Reader.TryRead(out _);
        Assert.That(write.IsCompletedSuccessfully, Is.True);
        write.GetAwaiter().GetResult();
        Assert.That(channel.Reader.Count, Is.EqualTo(kind.Capacity));
    }

    [Test]
    public void AWaitForRoomEndsWithTheFirst()
    {
        if (!kind.Waits) Assert.Ignore("Its writes never wait.");
        Channel<int> channel = kind.CreateFull();
        ValueTask<bool> wait = channel.Writer.WaitToWriteAsync();
        Assert.That(wait.IsCompleted, Is.False);
        channel.Reader.TryRead(out _);
        Assert.That(wait.IsCompletedSuccessfully, Is.True);
        Assert.That(wait.GetAwaiter().GetResult(), Is.True);
    }

    [Test]
    public void ThereIsRoomInAnEmptyChannel() =>
        Assert.That(kind.Create<int>().Writer.WaitToWriteAsync() is { IsCompletedSuccessfully: true, Result: true }, Is.True);

    [Test]
    public void ManyWaitForTheSameItem()
    {
        if (!kind.TakesManyReads) Assert.Ignore("One read waits at a time.");
        Channel<int> channel = kind.Create<int>();
        Task<bool>[] waits = [.. Enumerable.Range(0, 5).Select(_ => channel.Reader.WaitToReadAsync().AsTask())];
        channel.Writer.TryWrite(1);
        Assert.That(Task.WhenAll(waits).GetAwaiter().GetResult(), Has.All.True);
    }

    [Test]
    public void ReadsAllToTheEnd()
    {
        Channel<int> channel = kind.Create<int>();
        Task<List<int>> reading = Task.Run(async () =>
        {
            var items = new List<int>();
            await foreach (int item in channel.Reader.ReadAllAsync()) items.Add(item);
            return items;
        });
        int count = kind.Waits || kind.Capacity is null ? 1000 : kind.Capacity.Value;
        for (int i = 0; i < count; i++) channel.Writer.WriteAsync(i).AsTask().GetAwaiter().GetResult();
        channel.Writer.Complete();
        Assert.That(reading.GetAwaiter().GetResult(), Is.EqualTo(Enumerable.Range(0, count)));
    }

    [Test]
    public async Task PingPong()
    {
        Channel<int> there = kind.Create<int>();
        Channel<int> back = kind.Create<int>();
        const int Rounds = 5_000;
        Task answering = Task.Run(async () =>
        {
            for (int i = 0; i < Rounds; i++) await back.Writer.WriteAsync(await there.Reader.ReadAsync());
        });
        for (int i = 0; i < Rounds; i++)
        {
            await there.Writer.WriteAsync(i);
            Assert.That(await back.Reader.ReadAsync(), Is.EqualTo(i));
        }

        await answering;
    }
}
