using System.Threading.Channels;
using FastCore.Channels;

namespace FastCore.Tests.Channels;

/// <summary>Capacity 0, where it differs from the channels that hold items.</summary>
[TestFixture]
internal sealed class RendezvousTests
{
    [Test]
    public void NothingIsHeld()
    {
        FastChannel<int> channel = FastChannel.CreateBounded<int>(0);
        Assert.That(channel.Writer.TryWrite(1), Is.False);
        Assert.That(channel.Reader.TryRead(out _), Is.False);
        Assert.That(channel.Reader.TryPeek(out _), Is.False);
        Assert.That(channel.Reader.Count, Is.Zero);
    }

    /// <summary>Nor does he make one who waits believe that there is somebody.</summary>
    [Test]
    public void WhoHasNoTimeWaitsForNobody()
    {
        FastChannel<int> channel = FastChannel.CreateBounded<int>(0);
        ValueTask<bool> waitsForAReader = channel.Writer.WaitToWriteAsync();
        ValueTask<bool> waitsForAWriter = channel.Reader.WaitToReadAsync();
        Assert.That(channel.Reader.TryRead(out _, TimeSpan.Zero), Is.False);
        Assert.That(channel.Writer.TryWrite(1, TimeSpan.Zero), Is.False);
        Assert.That((waitsForAReader.IsCompleted, waitsForAWriter.IsCompleted), Is.EqualTo((false, false)));
        channel.Writer.Complete();
        Assert.That(() => channel.Reader.TryRead(out _, TimeSpan.Zero), Throws.TypeOf<ChannelClosedException>());
        Assert.That(() => channel.Writer.TryWrite(1, TimeSpan.Zero), Throws.TypeOf<ChannelClosedException>());
    }

    [Test]
    public void AWriteEndsWhenItsItemIsRead()
    {
        FastChannel<int> channel = FastChannel.CreateBounded<int>(0);
        ValueTask first = channel.Writer.WriteAsync(1);
        ValueTask second = channel.Writer.WriteAsync(2);
        Assert.That(channel.Reader.WaitToReadAsync() is { IsCompletedSuccessfully: true, Result: true }, Is.True);
        Assert.That(channel.Reader.TryPeek(out int seen) ? seen : 0, Is.EqualTo(1));
        Assert.That(channel.Reader.TryRead(out int item) ? item : 0, Is.EqualTo(1));
        Assert.That((first.IsCompletedSuccessfully, second.IsCompleted), Is.EqualTo((true, false)));
        Assert.That(channel.Reader.ReadAsync() is { IsCompletedSuccessfully: true, Result: 2 }, Is.True);
        Assert.That(second.IsCompletedSuccessfully, Is.True);
    }

    [Test]
    public void ABatchTakesWhatWritersOffer()
    {
        FastChannel<int> channel = FastChannel.CreateBounded<int>(0);
        ValueTask[] writes = [channel.Writer.WriteAsync(1), channel.Writer.WriteAsync(2)];
        var items = new int[3];
        Assert.That(channel.Reader.TryReadBatch(items), Is.EqualTo(2));
        Assert.That(items, Is.EqualTo(new[] { 1, 2, 0 }));
        Assert.That(writes.All(static write => write.IsCompletedSuccessfully), Is.True);
    }

    [Test]
    public void ABatchGoesToTheReadersThatWait()
    {
        FastChannel<int> channel = FastChannel.CreateBounded<int>(0);
        ValueTask<int>[] reads = [channel.Reader.ReadAsync(), channel.Reader.ReadAsync()];
        Assert.That(channel.Writer.TryWriteBatch([1, 2, 3]), Is.EqualTo(2));
        Assert.That(reads.Select(static read => read.Result), Is.EqualTo(new[] { 1, 2 }));
    }

    [Test]
    public void TheEndFailsWhoeverWaits()
    {
        FastChannel<int> channel = FastChannel.CreateBounded<int>(0);
        ValueTask write = channel.Writer.WriteAsync(1);
        channel.Writer.Complete();
        Assert.That(write.IsFaulted, Is.True);
        Assert.That(channel.Reader.TryRead(out _), Is.False);
        Assert.That(channel.Reader.Completion.IsCompletedSuccessfully, Is.True);
        Assert.That(async () => await channel.Reader.ReadAsync(), Throws.InstanceOf<ChannelClosedException>());
    }

    /// <summary>The stock one accepts writes after its end; ours does not.</summary>
    [Test]
    public void ADroppingOneDropsUntilItsEnd()
    {
        var dropped = new List<int>();
        FastChannel<int> channel = FastChannel.CreateBounded<int>(new BoundedChannelOptions(0) { FullMode = BoundedChannelFullMode.DropWrite }, dropped.Add);
        Assert.That(channel.Writer.TryWrite(1), Is.True);
        Assert.That(channel.Writer.TryWriteBatch([2, 3]), Is.EqualTo(2));
        Assert.That(dropped, Is.EqualTo(new[] { 1, 2, 3 }));
        channel.Writer.Complete();
        Assert.That(channel.Writer.TryWrite(4), Is.False);
        Assert.That(dropped, Has.Count.EqualTo(3));
    }
}
