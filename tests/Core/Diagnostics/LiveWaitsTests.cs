using System.Runtime.CompilerServices;
using FastCore.Broadcast;
using FastCore.Channels;
using FastCore.Diagnostics;

namespace FastCore.Tests.Diagnostics;

/// <summary>What waits is listed with what it waits for, for as long as it waits and no longer.</summary>
/// <remarks>Items are of types of this class alone, so that other tests' channels are not taken for its own.</remarks>
[TestFixture]
internal sealed class LiveWaitsTests
{
    [SetUp]
    public void Start() => LiveWaits.Start();

    [TearDown]
    public void Stop()
    {
        LiveWaits.Stop();
        Assert.That(LiveWaits.IsOn, Is.False, "Nobody else looks.");
    }

    [Test]
    public async Task EachOperationIsListedWithWhatItWaitsFor()
    {
        FastChannel<Job> empty = FastChannel.CreateBounded<Job>(4);
        FastChannel<Job> rendezvous = FastChannel.CreateBounded<Job>(0);
        FastChannel<Job> unbounded = FastChannel.CreateUnbounded<Job>();
        FastChannel<Job> batches = FastChannel.CreateBounded<Job>(8);
        var answer = new OneShot<Job>();
        var watch = new Watch<Job>(default);
        await batches.Writer.WriteAsync(default);
        LiveRegistry.Register("the jobs", empty);
        LiveRegistry.Register("the answer", answer);
        Task[] waiting =
        [
            ReadOne(empty.Reader), WriteOne(rendezvous.Writer), WaitToRead(unbounded.Reader), ReadBatch(batches.Reader), Ask(answer), Change(watch),
            SelectFrom(empty.Reader, unbounded.Reader),
        ];
        (WaitOperation, string Kind, string)[] listed = [.. Mine().Select(static wait => (wait.Operation, wait.Kind, Method(wait.Task)))];
        Assert.That(listed, Is.SupersetOf(new[]
        {
            (WaitOperation.Read, "bounded channel (4) of Job", nameof(ReadOne)),
            (WaitOperation.Write, "rendezvous of Job", nameof(WriteOne)),
            (WaitOperation.WaitToRead, "unbounded channel of Job", nameof(WaitToRead)),
            (WaitOperation.Read, "one-shot of Job", nameof(Ask)),
            (WaitOperation.WaitToRead, "watch of Job", nameof(Change)),
        }));
        Assert.That(Mine().Count(static wait => wait is { Operation: WaitOperation.ReadBatch, Kind: "bounded channel (8) of Job" }), Is.EqualTo(1));
        Assert.That(Mine().Single(static wait => wait.Operation == WaitOperation.Read && wait.Kind.StartsWith("bounded", StringComparison.Ordinal)).On, Is.EqualTo("the jobs"));
        Assert.That(Mine().Select(static wait => wait.Id), Is.Unique.And.All.Positive);
        Assert.That(Mine().Single(static wait => wait.Kind == "one-shot of Job").On, Is.EqualTo("the answer"));
        WaitLook select = LiveWaits.Take().Single(static wait => Method(wait.Task) == nameof(SelectFrom));
        Assert.That((select.Operation, select.On), Is.EqualTo((WaitOperation.Select, "read the jobs, read unbounded channel of Job")));

        answer.TrySet(default);
        watch.TrySet(default);
        await rendezvous.Reader.ReadAsync();
        await empty.Writer.WriteAsync(default);
        await empty.Writer.WriteAsync(default);
        await unbounded.Writer.WriteAsync(default);
        batches.Writer.Complete();
        await Task.WhenAll(waiting);
        Assert.That(Mine(), Is.Empty, "Nothing waits any more.");
        Assert.That(LiveWaits.Take().Where(static wait => Method(wait.Task) == nameof(SelectFrom)), Is.Empty);
    }

    [Test]
    public async Task AgesGrowAndLimitsLeaveOutTheYoung()
    {
        FastChannel<Old> channel = FastChannel.CreateUnbounded<Old>();
        ValueTask<Old> read = channel.Reader.ReadAsync();
        TimeSpan first = Ours().Age;
        Assert.That(SpinWait.SpinUntil(() => Ours().Age > first + TimeSpan.FromMilliseconds(20), Hang.Milliseconds));
        Assert.That(LiveWaits.Take(TimeSpan.FromMilliseconds(20)).Count(static wait => wait.Kind == "unbounded channel of Old"), Is.EqualTo(1));
        Assert.That(LiveWaits.Take(TimeSpan.FromDays(1)), Is.Empty);
        channel.Writer.TryWrite(default);
        await read;

        static WaitLook Ours() => LiveWaits.Take().Single(static wait => wait.Kind == "unbounded channel of Old");
    }

    [Test]
    public async Task CancelledAndAbandonedWaitsAreListedNoMore()
    {
        FastChannel<Gone> channel = FastChannel.CreateBounded<Gone>(1);
        using var source = new CancellationTokenSource();
        ValueTask<Gone> read = channel.Reader.ReadAsync(source.Token);
        Assert.That(Count(), Is.EqualTo(1));
        await source.CancelAsync();
        Assert.That(Count(), Is.Zero);
        Assert.That(async () => await read, Throws.InstanceOf<OperationCanceledException>());
        Assert.That(channel.Reader.TryRead(out _, TimeSpan.FromMilliseconds(5)), Is.False);
        Assert.That(Count(), Is.Zero, "The thread gave up.");
        var select = new ChannelSelect();
        select.Read(channel.Reader);
        Assert.That(await select.WaitAsync(TimeSpan.FromMilliseconds(5)), Is.EqualTo(ChannelSelect.TimedOut));
        Assert.That(LiveWaits.Take().Where(static wait => wait.On.Contains("Gone", StringComparison.Ordinal) || wait.Operation == WaitOperation.Select), Is.Empty);

        static int Count() => LiveWaits.Take().Count(static wait => wait.Kind == "bounded channel (1) of Gone");
    }

    [Test]
    public void AThreadThatBlocksIsCalledByItsName()
    {
        FastChannel<Blocked> channel = FastChannel.CreateUnbounded<Blocked>();
        var thread = new Thread(() => channel.Reader.Read()) { Name = "one that blocks" };
        thread.Start();
        Assert.That(SpinWait.SpinUntil(() => LiveWaits.Take().Any(static wait => wait is { Kind: "unbounded channel of Blocked", Task: "one that blocks", Operation: WaitOperation.Read }), Hang.Milliseconds));
        channel.Writer.TryWrite(default);
        thread.Join();
        Assert.That(LiveWaits.Take().Any(static wait => wait.Task == "one that blocks"), Is.False);
    }

    [Test]
    public async Task WaitsThatEndAreCountedByChannelAndPlace()
    {
        FastChannel<Counted> channel = FastChannel.CreateUnbounded<Counted>();
        LiveRegistry.Register("counted", channel);
        for (int i = 0; i < 5; i++) await WaitOnce(ReadCounted);
        for (int i = 0; i < 3; i++) await WaitOnce(ReadCountedElsewhere);
        ValueTask<Counted> last = ReadCounted(channel.Reader);
        ContentionLook[] counted = [.. LiveWaits.TakeContention().Where(static one => one is { On: "counted", Operation: WaitOperation.Read })];
        Assert.That(counted.Select(static one => (Method(one.Place), one.Waits, one.WaitingNow)), Is.EquivalentTo(new[] { (nameof(ReadCounted), 5L, 1), (nameof(ReadCountedElsewhere), 3L, 0) }));
        Assert.That(counted.Select(static one => one.Longest <= one.Waited && one.Longest > TimeSpan.Zero), Is.All.True);
        channel.Writer.TryWrite(default);
        await last;

        async Task WaitOnce(Func<FastChannelReader<Counted>, ValueTask<Counted>> read)
        {
            ValueTask<Counted> started = read(channel.Reader);
            Assert.That(started.IsCompleted, Is.False);
            channel.Writer.TryWrite(default);
            await started;
        }
    }

    [Test]
    public async Task NothingIsKnownWhileItIsOff()
    {
        LiveWaits.Stop();
        FastChannel<Off> channel = FastChannel.CreateUnbounded<Off>();
        ValueTask<Off> read = channel.Reader.ReadAsync();
        Assert.That(LiveWaits.Take().Any(static wait => wait.Kind.EndsWith("of Off", StringComparison.Ordinal)), Is.False);
        channel.Writer.TryWrite(default);
        await read;
        LiveWaits.Start();
        ValueTask<Off> second = channel.Reader.ReadAsync();
        LiveWaits.Stop();
        channel.Writer.TryWrite(default);
        await second;
        Assert.That(LiveWaits.Take().Any(static wait => wait.Kind.EndsWith("of Off", StringComparison.Ordinal)), Is.False, "What began while it was on ends while it is off.");
    }

    [Test]
    public void AWaitThatIsCollectedIsALeak()
    {
        WaitAndForget();
        LeakLook leak = LiveWaits.FindLeaks(TimeSpan.FromDays(1)).Single(static leak => leak.Kind == "unbounded channel of Lost");
        Assert.That((leak.Reason, leak.Operation, leak.On, Method(leak.Task), leak.Count), Is.EqualTo((LeakReason.Collected, WaitOperation.Read, "lost and gone", nameof(ReadLost), 3)));
        Assert.That(LiveWaits.Lost, Is.GreaterThanOrEqualTo(3));
        Assert.That(LiveWaits.Take().Any(static wait => wait.Kind == "unbounded channel of Lost"), Is.False);

        [MethodImpl(MethodImplOptions.NoInlining)]
        static void WaitAndForget()
        {
            FastChannel<Lost> channel = FastChannel.CreateUnbounded<Lost>();
            LiveRegistry.Register("lost and gone", channel);
            for (int i = 0; i < 3; i++) _ = ReadLost(channel.Reader);
        }
    }

    [Test]
    public async Task AWaitOnWhatIsHeldIsNoCertainLeak()
    {
        FastChannel<Held> channel = FastChannel.CreateUnbounded<Held>();
        ValueTask<Held> read = channel.Reader.ReadAsync();
        Assert.That(LiveWaits.FindLeaks(TimeSpan.FromDays(1)).Any(static leak => leak.Kind == "unbounded channel of Held"), Is.False);
        Assert.That(LiveWaits.FindLeaks(TimeSpan.Zero).Single(static leak => leak.Kind == "unbounded channel of Held").Reason, Is.EqualTo(LeakReason.Old));
        channel.Writer.TryWrite(default);
        await read;
    }

    [Test]
    public async Task LeasesThatAreCollectedLeaveTheirReadersForEver()
    {
        FastChannel<Leased> channel = FastChannel.CreateUnbounded<Leased>();
        ValueTask<Leased> read = channel.Reader.ReadAsync();
        LoseOneOfTwo(channel);
        Assert.That(Leak()?.Operation, Is.EqualTo(WaitOperation.Read), "The other was given back, and not as the last.");
        channel.Writer.TryWrite(default);
        await read;
        Assert.That(Leak(), Is.Null, "Nobody waits any more.");

        static LeakLook? Leak() => LiveWaits.FindLeaks(TimeSpan.FromDays(1)).Where(static leak => leak.Kind == "unbounded channel of Leased").Select(static leak => (LeakLook?)leak).SingleOrDefault();

        [MethodImpl(MethodImplOptions.NoInlining)]
        static void LoseOneOfTwo(FastChannel<Leased> channel)
        {
            using FastWriterLease<Leased> kept = channel.Writer.Share();
            Lose(kept);
            Assert.That(Leak(), Is.Null, "One lease is there yet.");
        }

        [MethodImpl(MethodImplOptions.NoInlining)]
        static void Lose(FastWriterLease<Leased> lease) => lease.Share();
    }

    [Test]
    public void RecordsOfWhatIsGoneGo()
    {
        int before = WaitRegistry.Copy().Length;
        for (int i = 0; i < 100; i++) Cancel();
        GC.Collect();
        Assert.That(WaitRegistry.Copy(), Has.Length.LessThan(before + 10));

        [MethodImpl(MethodImplOptions.NoInlining)]
        static void Cancel()
        {
            FastChannel<int> channel = FastChannel.CreateUnbounded<int>();
            ValueTask<int> read = channel.Reader.ReadAsync();
            channel.Writer.TryComplete();
            Assert.That(read.IsCompleted);
        }
    }

    private static WaitLook[] Mine() => [.. LiveWaits.Take().Where(static wait => wait.Kind.EndsWith(" of Job", StringComparison.Ordinal))];

    /// <summary>The last part of a method's name.</summary>
    private static string Method(string name) => name[(name.LastIndexOf('.') + 1)..];

    private static async Task ReadOne(FastChannelReader<Job> reader) => await reader.ReadAsync();

    private static async Task WriteOne(FastChannelWriter<Job> writer) => await writer.WriteAsync(default);

    private static async Task WaitToRead(FastChannelReader<Job> reader) => await reader.WaitToReadAsync();

    private static async Task ReadBatch(FastChannelReader<Job> reader) => await reader.ReadBatchAsync(new Job[2], TimeSpan.FromHours(1));

    private static async Task Ask(OneShot<Job> answer) => await answer.ReadAsync();

    private static async Task Change(Watch<Job> watch) => await watch.WaitForChangeAsync(watch.Version);

    private static async Task SelectFrom(FastChannelReader<Job> one, FastChannelReader<Job> other)
    {
        var select = new ChannelSelect();
        select.Read(one);
        select.Read(other);
        await select.WaitAsync();
    }

    private static async ValueTask<Counted> ReadCounted(FastChannelReader<Counted> reader) => await reader.ReadAsync();

    private static async ValueTask<Counted> ReadCountedElsewhere(FastChannelReader<Counted> reader) => await reader.ReadAsync();

    private static async Task<Lost> ReadLost(FastChannelReader<Lost> reader) => await reader.ReadAsync();

    private readonly record struct Job;

    private readonly record struct Old;

    private readonly record struct Gone;

    private readonly record struct Blocked;

    private readonly record struct Counted;

    private readonly record struct Off;

    private readonly record struct Lost;

    private readonly record struct Held;

    private readonly record struct Leased;
}
