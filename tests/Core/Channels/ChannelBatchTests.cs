using System.Threading.Channels;
using FastCore.Channels;
using FastCore.Channels.Waiting;

namespace FastCore.Tests.Channels;

/// <summary>Many items in one call.</summary>
[TestFixtureSource(typeof(ChannelKind), nameof(ChannelKind.Ours))]
internal sealed class ChannelBatchTests(ChannelKind kind)
{
    private int Room => Math.Min(kind.Capacity ?? 300, 300);

    [Test]
    public void BatchesKeepTheOrder()
    {
        FastChannel<int> channel = kind.CreateFast<int>();
        var read = new int[Room];
        for (int lap = 0; lap < 4; lap++)
        {
            int[] items = [.. Enumerable.Range(lap, Room)];
            Assert.That(channel.Writer.TryWriteBatch(items), Is.EqualTo(Room));
            Assert.That(ReadAll(channel.Reader, read), Is.EqualTo(Room));
            Assert.That(read, Is.EqualTo(items));
        }

        Assert.That(channel.Reader.TryReadBatch(read), Is.Zero);
        Assert.That(channel.Reader.TryReadBatch([]), Is.Zero);
        Assert.That(channel.Writer.TryWriteBatch([]), Is.Zero);
    }

    [Test]
    public void WhatHasNoRoomIsNotWritten()
    {
        if (!kind.Waits || kind.Capacity > 300) Assert.Ignore("Has no bound, or never refuses a write.");
        FastChannel<int> channel = kind.CreateFast<int>();
        int[] items = [.. Enumerable.Range(0, Room + 3)];
        Assert.That(channel.Writer.TryWriteBatch(items), Is.EqualTo(Room));
        Assert.That(channel.Writer.TryWriteBatch(items), Is.Zero);
        Assert.That(channel.Reader.TryRead(out int first) ? first : -1, Is.Zero);
        Assert.That(channel.Writer.TryWriteBatch(items.AsSpan(Room)), Is.EqualTo(1));
        var read = new int[Room];
        Assert.That(ReadAll(channel.Reader, read), Is.EqualTo(Room));
        Assert.That(read, Is.EqualTo(Enumerable.Range(1, Room)));
    }

    /// <summary>A batch takes all the room there is, wherever the items before it went.</summary>
    [Test]
    public void ABatchTakesAllTheRoom([Range(1, 5)] int before)
    {
        if (!kind.Waits || kind.Capacity > 300) Assert.Ignore("Has no bound, or never refuses a write.");
        FastChannel<int> channel = kind.CreateFast<int>();
        for (int i = 0; i < Math.Min(before, Room); i++) channel.Writer.TryWrite(i);
        while (channel.Reader.TryRead(out _))
        {
        }

        Assert.That(channel.Writer.TryWriteBatch(new int[Room]), Is.EqualTo(Room));
    }

    /// <summary>A batch takes all that is there, also where a ring ends.</summary>
    [Test]
    public void ABatchTakesAllThatIsThere([Values(31, 33, 100, 300)] int count)
    {
        if (kind.Capacity < count) Assert.Ignore("Does not hold so many.");
        FastChannel<int> channel = kind.CreateFast<int>();
        for (int i = 0; i < count; i++) channel.Writer.TryWrite(i);
        var items = new int[count + 1];
        Assert.That(channel.Reader.TryReadBatch(items), Is.EqualTo(count));
        Assert.That(items.Take(count), Is.EqualTo(Enumerable.Range(0, count)));
    }

    [Test]
    public void APeekBetweenLeavesTheBatch()
    {
        FastChannel<int> channel = kind.CreateFast<int>();
        if (!channel.Reader.CanPeekBatch) Assert.Ignore("Has no items to peek at.");
        for (int i = 0; i < Room; i++) channel.Writer.TryWrite(i);
        int peeked = channel.Reader.PeekBatch(Room).Length;
        Assert.That(channel.Reader.TryPeek(out _), Is.True);
        channel.Reader.Release(peeked);
        Assert.That(channel.Reader.Count, Is.EqualTo(Room - peeked));
    }

    /// <summary>Batches of changing sizes against single items, so that runs go round the end at every place.</summary>
    [Test]
    public void BatchesAndSingleItemsMix([Range(1, 7)] int size)
    {
        FastChannel<int> channel = kind.CreateFast<int>();
        var batch = new int[size];
        int written = 0;
        int read = 0;
        while (written < 500)
        {
            int[] items = [.. Enumerable.Range(written, Math.Min(size, Room))];
            written += channel.Writer.TryWriteBatch(items);
            if (kind.FullMode == BoundedChannelFullMode.Wait && channel.Writer.TryWrite(written)) written++;
            if (channel.Reader.TryRead(out int item)) Assert.That(item, Is.EqualTo(read++));
            for (int count; (count = channel.Reader.TryReadBatch(batch)) != 0; read += count)
                Assert.That(batch.Take(count), Is.EqualTo(Enumerable.Range(read, count)));
        }

        Assert.That(read, Is.EqualTo(written));
    }

    [Test]
    public void ABatchReadWaitsForOne()
    {
        FastChannel<int> channel = kind.CreateFast<int>();
        var items = new int[4];
        ValueTask<int> read = channel.Reader.ReadBatchAsync(items);
        Assert.That(read.IsCompleted, Is.False);
        Assert.That(channel.Writer.TryWrite(7), Is.True);
        Assert.That(read.AsTask().GetAwaiter().GetResult(), Is.EqualTo(1));
        Assert.That(items[0], Is.EqualTo(7));
        ValueTask<int> last = channel.Reader.ReadBatchAsync(items);
        channel.Writer.Complete();
        Assert.That(last.AsTask().GetAwaiter().GetResult(), Is.Zero);
        Assert.That(channel.Reader.ReadBatchAsync(items).AsTask().GetAwaiter().GetResult(), Is.Zero);
    }

    [Test]
    public void ABatchWriteWaitsForRoom()
    {
        if (!kind.Waits || kind.Capacity > 300) Assert.Ignore("Has no bound, or never refuses a write.");
        FastChannel<int> channel = kind.CreateFast<int>();
        int[] items = [.. Enumerable.Range(0, (3 * Room) + 1)];
        ValueTask<int> write = channel.Writer.WriteBatchAsync(items);
        Assert.That(write.IsCompleted, Is.False);
        var read = new List<int>();
        while (read.Count < items.Length) read.Add(channel.Reader.ReadAsync().AsTask().GetAwaiter().GetResult());
        Assert.That(write.AsTask().GetAwaiter().GetResult(), Is.EqualTo(items.Length));
        Assert.That(read, Is.EqualTo(items));
    }

    [Test]
    public void ACancelledBatchWriteTellsHowMuchItWrote([Values] bool closes)
    {
        if (!kind.Waits || kind.Capacity > 300) Assert.Ignore("Has no bound, or never refuses a write.");
        FastChannel<int> channel = kind.CreateFast<int>();
        using var source = new CancellationTokenSource();
        ValueTask<int> write = channel.Writer.WriteBatchAsync(Enumerable.Range(0, Room + 1).ToArray(), source.Token);
        End();
        Assert.That(write.AsTask().GetAwaiter().GetResult(), Is.EqualTo(Room));
        Assert.That(channel.Reader.Count, Is.EqualTo(Room));
        ValueTask<int> nothing = channel.Writer.WriteBatchAsync(new[] { 1 }, source.Token);
        if (closes) Assert.That(async () => await nothing, Throws.InstanceOf<ChannelClosedException>());
        else Assert.That(async () => await nothing, Throws.InstanceOf<OperationCanceledException>());

        void End()
        {
            if (closes) channel.Writer.Complete();
            else source.Cancel();
        }
    }

    [Test]
    public void AGatheringReadWaitsForAllItWants()
    {
        if (kind.Capacity is < 3) Assert.Ignore("Is full before it has three items.");
        FastChannel<int> channel = kind.CreateFast<int>();
        var items = new int[3];
        ValueTask<int> read = channel.Reader.ReadBatchAsync(items, TimeSpan.FromHours(1));
        for (int i = 0; i < 3; i++)
        {
            Assert.That(read.IsCompleted, Is.False);
            Assert.That(channel.Writer.TryWrite(i), Is.True);
        }

        Assert.That(read.AsTask().GetAwaiter().GetResult(), Is.EqualTo(3));
        Assert.That(items, Is.EqualTo(new[] { 0, 1, 2 }));
        Assert.That(((IWaiterOwner)channel).HasWaiters, Is.False);
    }

    [Test]
    public void AGatheringReadTakesAFullChannel()
    {
        if (kind.Capacity is null or > 300) Assert.Ignore("Has no bound.");
        FastChannel<int> channel = kind.CreateFast<int>();
        var items = new int[Room + 5];
        ValueTask<int> read = channel.Reader.ReadBatchAsync(items, TimeSpan.FromHours(1));
        for (int i = 0; i < Room; i++) channel.Writer.WriteAsync(i).AsTask().GetAwaiter().GetResult();
        Assert.That(read.AsTask().GetAwaiter().GetResult(), Is.EqualTo(Room));
    }

    [Test]
    public void AGatheringReadEndsWithItsTime([Values(0, 1, 20)] int milliseconds)
    {
        FastChannel<int> channel = kind.CreateFast<int>();
        var items = new int[100];
        channel.Writer.TryWrite(1);
        Assert.That(channel.Reader.ReadBatchAsync(items, TimeSpan.FromMilliseconds(milliseconds)).AsTask().GetAwaiter().GetResult(), Is.EqualTo(1));
        Assert.That(((IWaiterOwner)channel).HasWaiters, Is.False);
    }

    [Test]
    public void AGatheringReadEndsWithTheChannel()
    {
        FastChannel<int> channel = kind.CreateFast<int>();
        var items = new int[100];
        channel.Writer.TryWrite(1);
        ValueTask<int> read = channel.Reader.ReadBatchAsync(items, TimeSpan.FromHours(1));
        channel.Writer.Complete();
        Assert.That(read.AsTask().GetAwaiter().GetResult(), Is.EqualTo(1));
        Assert.That(channel.Reader.ReadBatchAsync(items, TimeSpan.FromHours(1)).AsTask().GetAwaiter().GetResult(), Is.Zero);
    }

    [Test]
    public void ACancelledGatheringReadHasTakenNothing()
    {
        if (kind.Capacity == 1) Assert.Ignore("Is full with its first item.");
        FastChannel<int> channel = kind.CreateFast<int>();
        using var source = new CancellationTokenSource();
        channel.Writer.TryWrite(1);
        ValueTask<int> read = channel.Reader.ReadBatchAsync(new int[100], TimeSpan.FromHours(1), source.Token);
        Assert.That(read.IsCompleted, Is.False);
        source.Cancel();
        Assert.That(async () => await read, Throws.InstanceOf<OperationCanceledException>());
        Assert.That(channel.Reader.TryRead(out int item) ? item : 0, Is.EqualTo(1));
        Assert.That(((IWaiterOwner)channel).HasWaiters, Is.False);
    }

    [Test]
    public void ArgumentsAreChecked()
    {
        FastChannel<int> channel = kind.CreateFast<int>();
        Assert.That(() => channel.Reader.ReadBatchAsync(Memory<int>.Empty), Throws.ArgumentException);
        Assert.That(() => channel.Reader.ReadBatchAsync(new int[1], TimeSpan.FromTicks(-1)), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => channel.Reader.ReadBatchAsync(new int[1], TimeSpan.MaxValue), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public void ItemsCanBeWrittenAndReadInPlace()
    {
        FastChannel<int> channel = kind.CreateFast<int>();
        Assert.That(channel.Reader.CanPeekBatch, Is.EqualTo(channel.Writer.CanClaim));
        if (!channel.Writer.CanClaim)
        {
            Assert.That(() => channel.Writer.Publish(0), Throws.InstanceOf<NotSupportedException>());
            Assert.That(() => channel.Reader.Release(0), Throws.InstanceOf<NotSupportedException>());
            Assert.That(kind is { IsAlone: true, Capacity: not null }, Is.False);
            return;
        }

        int next = 0;
        int seen = 0;
        while (next < 50)
        {
            foreach (ref int place in channel.Writer.Claim(3)) place = next++;
            Assert.That(channel.Writer.Publish(next - seen), Is.True);
            ReadOnlySpan<int> items = channel.Reader.PeekBatch(10);
            Assert.That(items.ToArray(), Is.EqualTo(Enumerable.Range(seen, items.Length)));
            Assert.That(() => channel.Reader.Release(11), Throws.InstanceOf<ArgumentOutOfRangeException>());
            channel.Reader.Release(items.Length);
            seen += items.Length;
        }

        Assert.That(() => channel.Writer.Publish(1), Throws.InstanceOf<ArgumentOutOfRangeException>());
        channel.Writer.Claim(1)[0] = -1;
        channel.Writer.Complete();
        Assert.That(channel.Writer.Publish(1), Is.False);
        Assert.That(channel.Reader.Completion.IsCompleted, Is.True);
    }

    [Test]
    public void APublishedItemWakesItsReader()
    {
        FastChannel<int> channel = kind.CreateFast<int>();
        if (!channel.Writer.CanClaim) Assert.Ignore("Has no places to claim.");
        ValueTask<int> read = channel.Reader.ReadAsync();
        channel.Writer.Claim(1)[0] = 5;
        channel.Writer.Publish(1);
        Assert.That(read is { IsCompletedSuccessfully: true, Result: 5 }, Is.True);
    }

    [Test]
    public void AReleaseMakesRoomForAWriter()
    {
        FastChannel<int> channel = kind.CreateFast<int>();
        if (!channel.Reader.CanPeekBatch) Assert.Ignore("Has no items to peek at.");
        channel.Writer.TryWriteBatch([.. Enumerable.Range(0, Room)]);
        ValueTask write = channel.Writer.WriteAsync(100);
        Assert.That(write.IsCompleted, Is.False);
        channel.Reader.PeekBatch(1);
        channel.Reader.Release(1);
        Assert.That(write.IsCompletedSuccessfully, Is.True);
    }

    /// <summary>A ring's batch may end where the array does, or where one ring ends and the next begins.</summary>
    private static int ReadAll(FastChannelReader<int> reader, Span<int> into)
    {
        int all = 0;
        for (int count; (count = reader.TryReadBatch(into[all..])) != 0;) all += count;
        return all;
    }
}
