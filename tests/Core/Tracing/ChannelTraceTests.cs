using FastCore.Channels;
using FastCore.Tracing;
using FastCore.Tracing.Analysis;

namespace FastCore.Tests.Tracing;

/// <summary>The trace of a scripted workload is the expected sequence of transitions, and nothing else.</summary>
[TestFixture]
[NonParallelizable]
internal sealed class ChannelTraceTests
{
    [SetUp]
    public void StartTracing() => Tracer.Start();

    [TearDown]
    public void StopTracing() => Tracer.Stop();

    [Test]
    public async Task AReadThatWaitsIsAnnouncedParkedClaimedAndRun()
    {
        FastChannel<int> channel = FastChannel.CreateBounded<int>(4);
        ValueTask<int> read = channel.Reader.ReadAsync();
        Assert.That(channel.Writer.TryWrite(1));
        Assert.That(await read, Is.EqualTo(1));
        Assert.That(Steps("waiter"), Is.EqualTo(new[] { "announce", "park", "claim", "signal", "run" }));
        Assert.That(Phases("bounded channel"), Is.EqualTo(new[] { "readers wait", "nobody waits" }));
    }

    [Test]
    public void OperationsThatNeedNotWaitLeaveNoTrace()
    {
        FastChannel<int> channel = FastChannel.CreateBounded<int>(4);
        for (int i = 0; i < 4; i++) Assert.That(channel.Writer.TryWrite(i));
        for (int i = 0; i < 4; i++) Assert.That(channel.Reader.TryRead(out _));
        Assert.That(Tracer.Snapshot().Events, Is.Empty);
    }

    [Test]
    public async Task ACancelledWaitIsCancelled()
    {
        FastChannel<int> channel = FastChannel.CreateUnbounded<int>();
        using var source = new CancellationTokenSource();
        ValueTask<int> read = channel.Reader.ReadAsync(source.Token);
        await source.CancelAsync();
        Assert.That(async () => await read, Throws.InstanceOf<OperationCanceledException>());
        Assert.That(Steps("waiter"), Is.EqualTo(new[] { "announce", "park", "cancel", "signal", "run" }));
    }

    [Test]
    public void ABlockedReadThatGivesUpIsAbandoned()
    {
        FastChannel<int> channel = FastChannel.CreateBounded<int>(1);
        Assert.That(channel.Reader.TryRead(out _, TimeSpan.FromMilliseconds(1)), Is.False);
        Assert.That(Steps("waiter"), Is.EqualTo(new[] { "announce", "park", "abandon" }));
    }

    [Test]
    public async Task ARendezvousHandsOver()
    {
        FastChannel<int> channel = FastChannel.CreateBounded<int>(0);
        ValueTask write = channel.Writer.WriteAsync(7);
        ValueTask<int> read = channel.Reader.ReadAsync();
        Assert.That(await read, Is.EqualTo(7));
        await write;
        Assert.That(Phases("rendezvous channel"), Is.EqualTo(new[] { "writers wait", "nobody waits" }));
    }

    [Test]
    public async Task AClosedChannelDrainsAndEnds()
    {
        FastChannel<int> channel = FastChannel.CreateBounded<int>(4);
        Assert.That(channel.Writer.TryWrite(1));
        channel.Writer.Complete();
        Assert.That(Steps("channel close"), Is.EqualTo(new[] { "close", "seal" }));
        Assert.That(channel.Reader.TryRead(out _));
        await channel.Reader.Completion;
        Assert.That(Steps("channel close"), Is.EqualTo(new[] { "close", "seal", "end" }));
        Assert.That(Phases("bounded channel"), Is.EqualTo(new[] { "closed", "ended" }));
    }

    [Test]
    public async Task ASelectIsOpenedClaimedDecidedAndRun()
    {
        FastChannel<int> first = FastChannel.CreateBounded<int>(1);
        FastChannel<int> second = FastChannel.CreateBounded<int>(1);
        var select = new ChannelSelect();
        select.Read(first.Reader);
        SelectRead<int> wanted = select.Read(second.Reader);
        ValueTask<int> wait = select.WaitAsync();
        Assert.That(second.Writer.TryWrite(9));
        Assert.That(await wait, Is.EqualTo(wanted.Index));
        Assert.That(wanted.TryTake(out int item) && item == 9);
        Assert.That(Steps("select"), Is.EqualTo(new[] { "open", "claim", "decide", "run" }));
        Assert.That(Steps("waiter"), Is.Empty, "The cases of a select are traced as the select.");
    }

    /// <summary>Each step starts where the one before it of the same subject ended, whatever the threads do.</summary>
    [Test]
    public async Task EverySubjectGoesThroughItsTable()
    {
        Tracer.Start(new TracerOptions { EventsPerThread = (1 << 18) - 1 });
        FastChannel<int> channel = FastChannel.CreateBounded<int>(2);
        const int Items = 2000;
        Task[] writers = [.. Enumerable.Range(0, 3).Select(_ => Task.Run(async () =>
        {
            for (int i = 0; i < Items; i++) await channel.Writer.WriteAsync(i);
        }))];
        Task[] readers = [.. Enumerable.Range(0, 3).Select(_ => Task.Run(async () =>
        {
            for (int i = 0; i < Items; i++) await channel.Reader.ReadAsync();
        }))];
        await Task.WhenAll([.. writers, .. readers]);
        channel.Writer.Complete();
        Tracer.Stop();
        Tracer.Snapshot().VerifyLives();
    }

    [Test]
    public void AWaitSaysOnWhatAndWhereThatWasMade()
    {
        FastChannel<int> older = FastChannel.CreateUnbounded<int>();
        Tracer.Start(new TracerOptions { SpawnPlaces = true });
        FastChannel<int> channel = FastChannel.CreateBounded<int>(4);
        using var over = new CancellationTokenSource();
        Task<int>[] reads = [older.Reader.ReadAsync(over.Token).AsTask(), channel.Reader.ReadAsync(over.Token).AsTask()];
        over.Cancel();
        Assert.That(async () => await Task.WhenAll(reads), Throws.InstanceOf<OperationCanceledException>());
        var waits = new TraceModel(Tracer.Snapshot()).Waits;
        Assert.That(waits.Select(static wait => (wait.On.Kind, wait.On.MadeBy)), Is.EqualTo(new[]
        {
            ("unbounded channel of Int32", string.Empty),
            ("bounded channel (4) of Int32", $"{typeof(ChannelTraceTests)}.{nameof(AWaitSaysOnWhatAndWhereThatWasMade)}"),
        }));
        Assert.That(waits.Select(static wait => wait.On.Channel), Is.Unique.And.All.Positive);
    }

    private static string[] Steps(string table) => [.. Tracer.Snapshot().Taken(table).Select(step => step.Name)];

    private static string[] Phases(string table) => [.. Tracer.Snapshot().Taken(table).Select(step => step.To)];
}
