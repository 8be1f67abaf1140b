using System.Threading.Channels;
using FastCore.Channels;

namespace FastCore.Tests.Channels.Metrics;

[TestFixture]
internal sealed class MeasuredChannelTests
{
    private const string Count = "fastcore.channel.item.count[{item}]{fastcore.channel.name=a}";

    private const string Written = "fastcore.channel.item.written[{item}]{fastcore.channel.name=a}";

    private const string Read = "fastcore.channel.item.read[{item}]{fastcore.channel.name=a}";

    private const string Dropped = "fastcore.channel.item.dropped[{item}]{fastcore.channel.name=a}";

    private const string ReadWait = "fastcore.channel.wait.duration[s]{fastcore.channel.name=a,fastcore.channel.operation=read}";

    private const string WriteWait = "fastcore.channel.wait.duration[s]{fastcore.channel.name=a,fastcore.channel.operation=write}";

    private Recorder _recorder = null!;

    private ChannelMetrics _metrics = null!;

    [SetUp]
    public void Listen()
    {
        _recorder = new Recorder();
        _metrics = new ChannelMetrics(_recorder);
    }

    [TearDown]
    public void StopListening() => _recorder.Dispose();

    [Test]
    public void ItemsAreCountedOnTheirWay()
    {
        using var channel = new MeasuredChannel<int>(FastChannel.CreateBounded<int>(2), "a", _metrics);
        Assert.That(channel.Writer.TryWrite(1));
        Assert.That(channel.Writer.WriteAsync(2).IsCompletedSuccessfully);
        Assert.That(channel.Writer.TryWrite(3), Is.False, "It is full, and that is no write.");
        Assert.That(_recorder.Observe(Count), Is.EqualTo(new[] { 2.0 }));
        Assert.That(channel.Reader.TryRead(out int first));
        Assert.That(channel.Reader.ReadAsync().GetAwaiter().GetResult(), Is.EqualTo(2));
        Assert.That(channel.Reader.TryRead(out _), Is.False);
        Assert.That(first, Is.EqualTo(1));
        Assert.That((_recorder.Sum(Written), _recorder.Sum(Read)), Is.EqualTo((2.0, 2.0)));
        Assert.That(_recorder.Observe(Count), Is.EqualTo(new[] { 0.0 }));
        Assert.That(_recorder.Of(ReadWait).Concat(_recorder.Of(WriteWait)), Is.Empty, "Nobody waited.");
    }

    [Test]
    public async Task WaitsAreTimedAndTheirItemsCounted()
    {
        using var channel = new MeasuredChannel<int>(FastChannel.CreateBounded<int>(1), "a", _metrics);
        ValueTask<bool> more = channel.Reader.WaitToReadAsync();
        ValueTask<int> read = channel.Reader.ReadAsync();
        Assert.That(channel.Writer.TryWrite(1));
        Assert.That(await read, Is.EqualTo(1));
        Assert.That(channel.Writer.TryWrite(2));
        Assert.That(await more);
        ValueTask write = channel.Writer.WriteAsync(3);
        ValueTask<bool> room = channel.Writer.WaitToWriteAsync();
        Assert.That(channel.Reader.TryRead(out _));
        await write;
        Assert.That(channel.Reader.TryRead(out _));
        Assert.That(await room);
        Assert.That((_recorder.Sum(Written), _recorder.Sum(Read)), Is.EqualTo((3.0, 3.0)));
        Assert.That(_recorder.Of(ReadWait).ToArray(), Has.Length.EqualTo(2).And.All.GreaterThanOrEqualTo(0));
        Assert.That(_recorder.Of(WriteWait).ToArray(), Has.Length.EqualTo(2).And.All.GreaterThanOrEqualTo(0));
    }

    [Test]
    public void WhatFailsIsNotCountedButItsWaitIsTimed()
    {
        using var channel = new MeasuredChannel<int>(FastChannel.CreateBounded<int>(1), "a", _metrics);
        using var source = new CancellationTokenSource();
        ValueTask<int> read = channel.Reader.ReadAsync(source.Token);
        source.Cancel();
        Assert.CatchAsync<OperationCanceledException>(async () => await read);
        Assert.That(channel.Writer.TryWrite(1));
        ValueTask write = channel.Writer.WriteAsync(2);
        channel.Writer.Complete();
        Assert.ThrowsAsync<ChannelClosedException>(async () => await write);
        Assert.ThrowsAsync<ChannelClosedException>(async () => await channel.Writer.WriteAsync(3));
        Assert.That((_recorder.Sum(Written), _recorder.Sum(Read)), Is.EqualTo((1.0, 0.0)));
        Assert.That((_recorder.Of(ReadWait).Count(), _recorder.Of(WriteWait).Count()), Is.EqualTo((1, 1)));
    }

    [TestCase(BoundedChannelFullMode.DropOldest, 1)]
    [TestCase(BoundedChannelFullMode.DropNewest, 2)]
    [TestCase(BoundedChannelFullMode.DropWrite, 3)]
    public void DroppedItemsAreCounted(BoundedChannelFullMode mode, int victim)
    {
        var dropped = new List<int>();
        using MeasuredChannel<int> channel = MeasuredChannel.CreateBounded<int>("a", new BoundedChannelOptions(2) { FullMode = mode }, dropped.Add, metrics: _metrics);
        for (int item = 1; item <= 3; item++) Assert.That(channel.Writer.TryWrite(item));
        Assert.That(dropped, Is.EqualTo(new[] { victim }));
        Assert.That((_recorder.Sum(Written), _recorder.Sum(Dropped), _recorder.Observe(Count).Single()), Is.EqualTo((3.0, 1.0, 2.0)));
    }

    [Test]
    public void ChannelsOfOneNameAreOneSeries()
    {
        using var one = new MeasuredChannel<int>(FastChannel.CreateUnbounded<int>(), "a", _metrics);
        using var two = new MeasuredChannel<string>(FastChannel.CreateUnbounded<string>(), "a", _metrics);
        one.Writer.TryWrite(1);
        two.Writer.TryWrite("2");
        Assert.That(_recorder.Observe(Count), Is.EqualTo(new[] { 2.0 }));
    }

    [Test]
    public void ADisposedOneIsMeasuredNoMoreAndGoesOn()
    {
        var channel = new MeasuredChannel<int>(FastChannel.CreateUnbounded<int>(), "a", _metrics);
        Assert.That(channel.Writer.TryWrite(1));
        channel.Dispose();
        channel.Dispose();
        Assert.That(channel.Writer.TryWrite(2));
        Assert.That(channel.Reader.TryRead(out _));
        Assert.That(_recorder.Observe(Count), Is.Empty);
        Assert.That((_recorder.Sum(Written), _recorder.Sum(Read)), Is.EqualTo((1.0, 0.0)));
    }

    [Test]
    public void TheContractComesThrough()
    {
        using var channel = new MeasuredChannel<int>(FastChannel.CreateUnbounded<int>(), "a", _metrics);
        channel.Writer.TryWrite(1);
        Assert.That((channel.Reader.CanCount, channel.Reader.Count, channel.Reader.CanPeek), Is.EqualTo((true, 1, true)));
        Assert.That(channel.Reader.TryPeek(out int item));
        Assert.That(item, Is.EqualTo(1));
        var error = new InvalidDataException("Broken.");
        channel.Writer.Complete(error);
        Assert.That(channel.Reader.TryRead(out _));
        Assert.That(Assert.ThrowsAsync<InvalidDataException>(() => channel.Reader.Completion), Is.SameAs(error));
        Assert.That(channel.Writer.TryComplete(), Is.False);
    }

    [Test]
    public void AChannelThatCanNotCountReportsTheRest()
    {
        Channel<int> stock = Channel.CreateUnbounded<int>(new UnboundedChannelOptions { SingleReader = true });
        using var channel = new MeasuredChannel<int>(stock, "a", _metrics);
        channel.Writer.TryWrite(1);
        Assert.That(_recorder.Observe(Count), Is.Empty);
        Assert.That(_recorder.Sum(Written), Is.EqualTo(1));
    }

    [Test]
    public void NothingIsAllocatedWhenNothingWaits()
    {
        _recorder.Dispose();
        using var channel = new MeasuredChannel<int>(FastChannel.CreateBounded<int>(2), "a", _metrics);
        Pass(channel, 100);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Pass(channel, 100);
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);

        static void Pass(Channel<int> channel, int items)
        {
            for (int item = 0; item < items; item++)
            {
                channel.Writer.WriteAsync(item).GetAwaiter().GetResult();
                channel.Reader.ReadAsync().GetAwaiter().GetResult();
                channel.Writer.TryWrite(item);
                channel.Reader.TryRead(out _);
            }
        }
    }

    [Test]
    public void WrongArgumentsAreRefused() => Assert.Multiple(() =>
    {
        Assert.That(() => new MeasuredChannel<int>(null!, "a"), Throws.ArgumentNullException);
        Assert.That(() => new MeasuredChannel<int>(FastChannel.CreateUnbounded<int>(), ""), Throws.ArgumentException);
        Assert.That(() => MeasuredChannel.CreateBounded<int>("", new BoundedChannelOptions(1)), Throws.ArgumentException);
        Assert.That(() => MeasuredChannel.CreateBounded<int>("a", null!), Throws.ArgumentNullException);
        Assert.That(() => new ChannelMetrics(null!), Throws.ArgumentNullException);
    });
}
