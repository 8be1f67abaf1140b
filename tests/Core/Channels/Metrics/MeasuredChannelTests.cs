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
        using MeasuredFastChannel<int> channel = MeasuredChannel.CreateBounded<int>("a", new BoundedChannelOptions(2) { FullMode = mode }, dropped.Add, metrics: _metrics);
        for (int item = 1; item <= 3; item++) Assert.That(channel.Writer.TryWrite(item));
        Assert.That(dropped, Is.EqualTo(new[] { victim }));
        Assert.That((_recorder.Sum(Written), _recorder.Sum(Dropped), _recorder.Observe(Count).Single()), Is.EqualTo((3.0, 1.0, 2.0)));
    }

    [Test]
    public void EveryItemOfABatchIsCounted()
    {
        using MeasuredFastChannel<int> channel = MeasuredChannel.Create(FastChannel.CreateBounded<int>(4), "a", _metrics);
        Assert.That(channel.Writer.TryWriteBatch([1, 2, 3]), Is.EqualTo(3));
        Assert.That(_recorder.Observe(Count), Is.EqualTo(new[] { 3.0 }));
        Assert.That(channel.Reader.TryReadBatch(new int[2]), Is.EqualTo(2));
        Assert.That(channel.Writer.WriteBatchAsync(new[] { 4, 5 }).GetAwaiter().GetResult(), Is.EqualTo(2));
        Assert.That(channel.Reader.ReadBatchAsync(new int[8]).GetAwaiter().GetResult(), Is.EqualTo(3));
        Assert.That(channel.Reader.TryReadBatch(new int[8]), Is.Zero);
        Assert.That((_recorder.Sum(Written), _recorder.Sum(Read)), Is.EqualTo((5.0, 5.0)));
        Assert.That(_recorder.Of(ReadWait).Concat(_recorder.Of(WriteWait)), Is.Empty, "Nobody waited.");
    }

    [Test]
    public async Task BatchesThatWaitAreTimedAndCounted()
    {
        using MeasuredFastChannel<int> channel = MeasuredChannel.Create(FastChannel.CreateBounded<int>(2), "a", _metrics);
        ValueTask<int> read = channel.Reader.ReadBatchAsync(new int[2]);
        Assert.That(channel.Writer.TryWrite(1));
        Assert.That(await read, Is.EqualTo(1));
        Task<int> write = channel.Writer.WriteBatchAsync(new[] { 2, 3, 4 }).AsTask();
        Assert.That(channel.Reader.TryRead(out _));
        Assert.That(await write, Is.EqualTo(3));
        Task<int> gathered = channel.Reader.ReadBatchAsync(new int[2], TimeSpan.FromMinutes(1)).AsTask();
        Assert.That(await gathered, Is.EqualTo(2));
        Assert.That((_recorder.Sum(Written), _recorder.Sum(Read)), Is.EqualTo((4.0, 4.0)));
        Assert.That((_recorder.Of(ReadWait).Count(), _recorder.Of(WriteWait).Count()), Is.EqualTo((1, 1)));
    }

    [Test]
    public void AGatheringBatchWaitsTwice()
    {
        FastChannel<int> inner = FastChannel.CreateBounded<int>(new BoundedChannelOptions(2) { AllowSynchronousContinuations = true });
        using MeasuredFastChannel<int> channel = MeasuredChannel.Create(inner, "a", _metrics);
        Task<int> gathered = channel.Reader.ReadBatchAsync(new int[2], TimeSpan.FromMinutes(1)).AsTask();
        Assert.That(channel.Writer.TryWrite(1));
        Assert.That(channel.Writer.TryWrite(2));
        Assert.That(gathered.GetAwaiter().GetResult(), Is.EqualTo(2));
        Assert.That((_recorder.Sum(Read), _recorder.Of(ReadWait).Count()), Is.EqualTo((2.0, 2)));
    }

    [Test]
    public void WhatIsReadAndWrittenInPlaceIsCounted()
    {
        FastChannel<int> inner = FastChannel.CreateBounded<int>(new BoundedChannelOptions(4) { SingleReader = true, SingleWriter = true });
        using MeasuredFastChannel<int> channel = MeasuredChannel.Create(inner, "a", _metrics);
        Assert.That((channel.Writer.CanClaim, channel.Reader.CanPeekBatch), Is.EqualTo((true, true)));
        Assert.That(channel.Writer.Claim(3).Length, Is.EqualTo(3));
        Assert.That(channel.Writer.Publish(2));
        Assert.That(channel.Reader.PeekBatch(4).Length, Is.EqualTo(2));
        Assert.That((_recorder.Sum(Written), _recorder.Sum(Read)), Is.EqualTo((2.0, 0.0)));
        channel.Reader.Release(1);
        Assert.That(_recorder.Sum(Read), Is.EqualTo(1));
        channel.Writer.Complete();
        channel.Writer.Claim(1);
        Assert.That(channel.Writer.Publish(1), Is.False, "The channel is completed.");
        Assert.That(_recorder.Sum(Written), Is.EqualTo(2));
    }

    [Test]
    public void ThreadsThatBlockAreTimedAndTheirItemsCounted()
    {
        using MeasuredFastChannel<int> channel = MeasuredChannel.Create(FastChannel.CreateBounded<int>(1), "a", _metrics);
        Task<int> reading = Task.Factory.StartNew(() => channel.Reader.Read() + channel.Reader.Read(), TaskCreationOptions.LongRunning);
        channel.Writer.Write(1);
        channel.Writer.Write(2);
        Assert.That(reading.GetAwaiter().GetResult(), Is.EqualTo(3));
        Assert.That((_recorder.Sum(Written), _recorder.Sum(Read)), Is.EqualTo((2.0, 2.0)));
        int readWaits = _recorder.Of(ReadWait).Count();
        Assert.That(channel.Reader.TryRead(out _, TimeSpan.Zero), Is.False);
        Assert.That(_recorder.Of(ReadWait).Count(), Is.EqualTo(readWaits), "A look is no wait.");
        Assert.That(channel.Reader.TryRead(out _, TimeSpan.FromTicks(1)), Is.False);
        Assert.That(_recorder.Of(ReadWait).Count(), Is.EqualTo(readWaits + 1), "It has waited, though in vain.");
        channel.Writer.Complete();
        Assert.Throws<ChannelClosedException>(() => channel.Reader.Read());
        Assert.Throws<ChannelClosedException>(() => channel.Writer.Write(3));
        Assert.Throws<ArgumentOutOfRangeException>(() => channel.Writer.TryWrite(3, TimeSpan.FromDays(-1)));
        Assert.That((_recorder.Sum(Written), _recorder.Sum(Read)), Is.EqualTo((2.0, 2.0)));
    }

    [Test]
    public void WhatSelectsReadAndWriteIsCounted()
    {
        using MeasuredFastChannel<int> channel = MeasuredChannel.Create(FastChannel.CreateBounded<int>(1), "a", _metrics);
        var writes = new ChannelSelect();
        writes.Write(channel.Writer).Item = 1;
        var reads = new ChannelSelect();
        SelectRead<int> read = reads.Read(channel.Reader);
        Assert.That(reads.TrySelect(out _), Is.False);
        Assert.That(writes.TrySelect(out _), Is.True);
        Assert.That(writes.TrySelect(out _), Is.False);
        Assert.That((_recorder.Sum(Written), _recorder.Sum(Read)), Is.EqualTo((1.0, 0.0)), "At once.");

        ValueTask<int> waiting = writes.WaitAsync();
        Take(reads.WaitAsync());
        waiting.GetAwaiter().GetResult();
        Assert.That((_recorder.Sum(Written), _recorder.Sum(Read)), Is.EqualTo((2.0, 1.0)), "A write that has waited.");
        Take(reads.WaitAsync());

        waiting = reads.WaitAsync();
        Assert.That(channel.Writer.TryWrite(1));
        Take(waiting);
        Assert.That((_recorder.Sum(Written), _recorder.Sum(Read)), Is.EqualTo((3.0, 3.0)), "A read that has waited.");

        waiting = reads.WaitAsync();
        channel.Writer.Complete();
        Assert.That(waiting.GetAwaiter().GetResult(), Is.EqualTo(read.Index));
        Assert.That(writes.TrySelect(out _), Is.True);
        Assert.That((_recorder.Sum(Written), _recorder.Sum(Read)), Is.EqualTo((3.0, 3.0)), "The end is no item.");

        void Take(ValueTask<int> selected)
        {
            Assert.That(selected.GetAwaiter().GetResult(), Is.EqualTo(read.Index));
            Assert.That(read.TryTake(out int item));
            Assert.That(item, Is.EqualTo(1));
        }
    }

    /// <summary>A lease of a measured writer is a measured writer.</summary>
    [Test]
    public void WhatALeaseWritesIsCounted()
    {
        using MeasuredFastChannel<int> channel = MeasuredChannel.Create(FastChannel.CreateBounded<int>(1), "a", _metrics);
        using FastWriterLease<int> lease = channel.Writer.Share();
        Assert.That(lease.TryWriteBatch([1]), Is.EqualTo(1));
        var select = new ChannelSelect();
        select.Write(lease).Item = 2;
        ValueTask<int> selected = select.WaitAsync();
        Assert.That(channel.Reader.TryRead(out _));
        selected.GetAwaiter().GetResult();
        Assert.That(_recorder.Sum(Written), Is.EqualTo(2));
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
        Assert.That(() => MeasuredChannel.Create<int>(null!, "a"), Throws.ArgumentNullException);
        Assert.That(() => MeasuredChannel.Create(FastChannel.CreateUnbounded<int>(), ""), Throws.ArgumentException);
        Assert.That(() => new MeasuredChannel<int>(FastChannel.CreateUnbounded<int>(), ""), Throws.ArgumentException);
        Assert.That(() => MeasuredChannel.CreateBounded<int>("", new BoundedChannelOptions(1)), Throws.ArgumentException);
        Assert.That(() => MeasuredChannel.CreateBounded<int>("a", null!), Throws.ArgumentNullException);
        Assert.That(() => new ChannelMetrics(null!), Throws.ArgumentNullException);
    });
}
