using FastCore.Channels;
using FastCore.Diagnostics;
using FastCore.Scheduling;

namespace FastCore.Tests.Diagnostics;

/// <summary>A scheduler's tasks that wait: listed while somebody looks, and told when they wait for too long.</summary>
[TestFixture]
internal sealed class BlockedTasksTests
{
    [TearDown]
    public void NobodyLooks()
    {
        LiveWaits.Stop();
        Assert.That(LiveWaits.IsOn, Is.False);
    }

    [Test]
    public async Task ATaskIsListedWithItsSchedulerAndSpawnPlaceAcrossAwaits()
    {
        LiveWaits.Start();
        await using var scheduler = new Scheduler(new SchedulerOptions { Workers = 2, Name = "listing", RecordSpawnPlaces = true });
        await using var other = new Scheduler(new SchedulerOptions { Workers = 1, Name = "other" });
        FastChannel<int> channel = FastChannel.CreateUnbounded<int>();
        var done = new TaskCompletionSource();
        scheduler.Spawn(() => _ = ReadTwice(channel.Reader, done));
        Assert.That(SpinWait.SpinUntil(() => scheduler.ListBlocked(TimeSpan.Zero).Count == 1, Hang.Milliseconds));
        AssertListed();
        channel.Writer.TryWrite(1);
        Assert.That(SpinWait.SpinUntil(() => scheduler.Statistics.Ran == 2 && scheduler.ListBlocked(TimeSpan.Zero).Count == 1, Hang.Milliseconds));
        AssertListed();
        Assert.That(other.ListBlocked(TimeSpan.Zero), Is.Empty);
        Assert.That(scheduler.ListBlocked(TimeSpan.FromDays(1)), Is.Empty);
        channel.Writer.TryWrite(2);
        await done.Task;
        Assert.That(scheduler.ListBlocked(TimeSpan.Zero), Is.Empty);

        void AssertListed()
        {
            WaitLook wait = scheduler.ListBlocked(TimeSpan.Zero).Single();
            Assert.That((wait.Operation, wait.Kind, wait.Scheduler), Is.EqualTo((WaitOperation.Read, "unbounded channel of Int32", "listing")));
            Assert.That(wait.Task, Does.EndWith(nameof(ReadTwice)));
            Assert.That(wait.SpawnPlace, Does.Contain(nameof(ATaskIsListedWithItsSchedulerAndSpawnPlaceAcrossAwaits)));
        }
    }

    [Test]
    public void BlockingCallsAndJoinsAreListed()
    {
        LiveWaits.Start();
        using var scheduler = new Scheduler(new SchedulerOptions { Workers = 2, Name = "blocking" });
        using var gate = new ManualResetEventSlim();
        using var stolen = new ManualResetEventSlim();
        try
        {
            scheduler.Spawn(() => Scheduler.Blocking(gate.Wait));
            scheduler.Spawn(() => Scheduler.Join(stolen.Wait, () =>
            {
                stolen.Set();
                gate.Wait();
            }));
            Assert.That(SpinWait.SpinUntil(() => Listed(WaitOperation.Blocking) == 1 && Listed(WaitOperation.Join) == 1, Hang.Milliseconds), () => string.Join('\n', scheduler.ListBlocked(TimeSpan.Zero)));
            Assert.That(scheduler.ListBlocked(TimeSpan.Zero).Select(static wait => wait.Task), Is.All.Contains(nameof(BlockedTasksTests)));
        }
        finally
        {
            gate.Set();
        }

        Assert.That(SpinWait.SpinUntil(() => scheduler.ListBlocked(TimeSpan.Zero).Count == 0 && scheduler.Statistics.Ran == 3, Hang.Milliseconds));

        int Listed(WaitOperation operation) => scheduler.ListBlocked(TimeSpan.Zero).Count(wait => wait.Operation == operation);
    }

    /// <summary>Nothing runs while the tasks wait, so the monitor must wake for them by itself.</summary>
    [Test]
    public async Task TheMonitorTellsOfEachLongWaitOnce()
    {
        var told = new System.Collections.Concurrent.ConcurrentQueue<WaitLook>();
        FastChannel<int> channel = FastChannel.CreateUnbounded<int>();
        await using (var scheduler = new Scheduler(new SchedulerOptions { Workers = 1, Name = "telling", BlockedLimit = TimeSpan.FromMilliseconds(20), Blocked = told.Enqueue }))
        {
            Assert.That(LiveWaits.IsOn, "A handler has waits looked at.");
            var done = new TaskCompletionSource();
            scheduler.Spawn(() => _ = ReadTwice(channel.Reader, done));
            Assert.That(SpinWait.SpinUntil(() => !told.IsEmpty, Hang.Milliseconds));
            Assert.That(told.Single().Age, Is.GreaterThanOrEqualTo(TimeSpan.FromMilliseconds(20)));
            channel.Writer.TryWrite(1);
            Assert.That(SpinWait.SpinUntil(() => told.Count == 2, Hang.Milliseconds), "The second wait is another.");
            Assert.That(told.Select(static wait => (wait.Operation, wait.Scheduler)), Is.All.EqualTo((WaitOperation.Read, "telling")));
            channel.Writer.TryWrite(2);
            await done.Task;
        }

        Assert.That(SpinWait.SpinUntil(static () => !LiveWaits.IsOn, Hang.Milliseconds), "The monitor has ended, and nobody looks.");
        Assert.That(told, Has.Count.EqualTo(2));
    }

    [Test]
    public void LimitsOutOfRangeAreRefused()
    {
        Assert.That(static () => new Scheduler(new SchedulerOptions { BlockedLimit = TimeSpan.Zero }), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(static () => new Scheduler(new SchedulerOptions { BlockedLimit = TimeSpan.MaxValue }), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }

    /// <summary>The operation that it awaited is another's by the time that it is looked at.</summary>
    [Test]
    public async Task WhatRunsAfterAnAwaitIsCalledByItsMethod()
    {
        LiveWaits.Start();
        await using var scheduler = new Scheduler(new SchedulerOptions { Workers = 1, Name = "going on" });
        FastChannel<int> channel = FastChannel.CreateUnbounded<int>();
        using var gate = new ManualResetEventSlim();
        scheduler.Spawn(() => _ = ReadAndRun(channel.Reader, gate));
        Assert.That(SpinWait.SpinUntil(() => scheduler.ListBlocked(TimeSpan.Zero).Count == 1, Hang.Milliseconds));
        channel.Writer.TryWrite(1);
        bool isNamed = SpinWait.SpinUntil(() => scheduler.LookAtWorkers()[0].Item?.EndsWith(nameof(ReadAndRun), StringComparison.Ordinal) == true, Hang.Milliseconds);
        gate.Set();
        Assert.That(isNamed);
    }

    private static async Task ReadAndRun(FastChannelReader<int> reader, ManualResetEventSlim gate)
    {
        await reader.ReadAsync();
        ValueTask<int> other = reader.ReadAsync();
        gate.Wait();
        Assert.That(other.IsCompleted, Is.False);
    }

    private static async Task ReadTwice(FastChannelReader<int> reader, TaskCompletionSource done)
    {
        await reader.ReadAsync();
        await reader.ReadAsync();
        done.SetResult();
    }
}
