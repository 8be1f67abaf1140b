using System.Collections.Concurrent;
using FastCore.Broadcast;
using FastCore.Continuations;

namespace FastCore.Tests.Broadcast;

/// <summary>On which thread what was awaited goes on.</summary>
[TestFixture]
internal sealed class ContinuationTests
{
    /// <summary>A kind of wait: how to start one, and what ends it.</summary>
    private static IEnumerable<TestCaseData> Waits()
    {
        yield return Case("one shot", static where =>
        {
            var shot = new OneShot<bool>(where);
            return (shot.ReadAsync, () => shot.TrySet(true));
        });
        yield return Case("watch", static where =>
        {
            var watch = new Watch<int>(0, where);
            return (token => watch.WaitForChangeAsync(0, token), () => watch.Set(1));
        });
        yield return Case("ring, item", static where =>
        {
            var ring = new BroadcastRing<int>(2, RingPublishers.Many, continuations: where);
            RingConsumer<int> consumer = ring.AddConsumer();
            return (consumer.WaitToReadAsync, () => ring.TryPublish(1));
        });
        yield return Case("ring, room", static where =>
        {
            var ring = new BroadcastRing<int>(2, RingPublishers.One, continuations: where);
            RingConsumer<int> consumer = ring.AddConsumer();
            ring.TryPublishBatch([1, 2]);
            return (token => ring.WaitToPublishAsync(1, token), () => consumer.TryRead(out _));
        });
        yield return Case("channel", static where =>
        {
            var channel = new BroadcastChannel<int>(2, where);
            BroadcastReader<int> reader = channel.Subscribe();
            return (reader.WaitToReadAsync, () => channel.Writer.TryWrite(1));
        });

        static TestCaseData Case(string name, Func<ContinuationScheduler?, (Func<CancellationToken, ValueTask<bool>> Start, Action End)> make) =>
            new TestCaseData(make).SetArgDisplayNames(name);
    }

    [TestCaseSource(nameof(Waits))]
    public void InlineItGoesOnInsideTheCall(Func<ContinuationScheduler?, (Func<CancellationToken, ValueTask<bool>> Start, Action End)> make)
    {
        (Func<CancellationToken, ValueTask<bool>> start, Action end) = make(ContinuationScheduler.Inline);
        Assert.That(GoesOn(start, default, end).Inside, Is.True);
    }

    [TestCaseSource(nameof(Waits))]
    public void ByDefaultItGoesOnOnTheThreadPool(Func<ContinuationScheduler?, (Func<CancellationToken, ValueTask<bool>> Start, Action End)> make)
    {
        foreach (ContinuationScheduler? where in new[] { null, ContinuationScheduler.ThreadPool })
        {
            (Func<CancellationToken, ValueTask<bool>> start, Action end) = make(where);
            Assert.That(GoesOn(start, default, end), Is.EqualTo((false, true)));
        }
    }

    [TestCaseSource(nameof(Waits))]
    public void OnASchedulerItGoesOnThere(Func<ContinuationScheduler?, (Func<CancellationToken, ValueTask<bool>> Start, Action End)> make)
    {
        var scheduler = new CollectingScheduler();
        (Func<CancellationToken, ValueTask<bool>> start, Action end) = make(scheduler);
        AssertGoesOnThere(start(default), end, scheduler);
    }

    [TestCaseSource(nameof(Waits))]
    public void OnASchedulerACancelledOneGoesOnThereToo(Func<ContinuationScheduler?, (Func<CancellationToken, ValueTask<bool>> Start, Action End)> make)
    {
        var scheduler = new CollectingScheduler();
        using var source = new CancellationTokenSource();
        AssertGoesOnThere(make(scheduler).Start(source.Token), source.Cancel, scheduler);
    }

    [TestCaseSource(nameof(Waits))]
    public void ACancelledOneNeverGoesOnInsideCancel(Func<ContinuationScheduler?, (Func<CancellationToken, ValueTask<bool>> Start, Action End)> make)
    {
        using var source = new CancellationTokenSource();
        Assert.That(GoesOn(make(ContinuationScheduler.Inline).Start, source.Token, source.Cancel), Is.EqualTo((false, true)));
    }

    [TestCaseSource(nameof(Waits))]
    public void TheCapturedContextIsHonoured(Func<ContinuationScheduler?, (Func<CancellationToken, ValueTask<bool>> Start, Action End)> make)
    {
        (Func<CancellationToken, ValueTask<bool>> start, Action end) = make(ContinuationScheduler.Inline);
        var context = new CollectingContext();
        SynchronizationContext? before = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(context);
        Task<bool> waits;
        try
        {
            waits = Wait(start);
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(before);
        }

        end();
        Assert.That(context.Posted.TryTake(out Action? goOn, Hang.Patience), Is.True);
        Assert.That(waits.IsCompleted, Is.False);
        goOn!();
        Assert.That(waits.Result, Is.True);

        static async Task<bool> Wait(Func<CancellationToken, ValueTask<bool>> start) => await start(default).ConfigureAwait(true);
    }

    /// <summary>Whether the awaiter's code runs within the call that ends the wait, and whether on the thread pool.</summary>
    private static (bool Inside, bool OnPool) GoesOn(Func<CancellationToken, ValueTask<bool>> start, CancellationToken token, Action end)
    {
        using var went = new ManualResetEventSlim();
        bool isInside = false;
        (bool Inside, bool OnPool) seen = default;
        int ender = Environment.CurrentManagedThreadId;
        var awaiter = start(token).ConfigureAwait(false).GetAwaiter();
        Assert.That(awaiter.IsCompleted, Is.False);
        awaiter.UnsafeOnCompleted(() =>
        {
            seen = (isInside && Environment.CurrentManagedThreadId == ender, Thread.CurrentThread.IsThreadPoolThread);
            went.Set();
        });
        isInside = true;
        end();
        isInside = false;
        Assert.That(went.Wait(Hang.Patience), Is.True);
        return seen;
    }

    private static void AssertGoesOnThere(ValueTask<bool> waits, Action end, CollectingScheduler scheduler)
    {
        bool went = false;
        var awaiter = waits.ConfigureAwait(false).GetAwaiter();
        awaiter.UnsafeOnCompleted(() => went = true);
        Assert.That(scheduler.Scheduled, Is.Empty);
        end();
        Assert.That((awaiter.IsCompleted, went), Is.EqualTo((true, false)), "It may go on, and waits for the scheduler.");
        Assert.That(scheduler.Scheduled.TryTake(out Action? goOn), Is.True);
        goOn!();
        Assert.That(went, Is.True);
        Assert.That(scheduler.Scheduled, Is.Empty, "It goes on once.");
    }

    private sealed class CollectingScheduler : ContinuationScheduler
    {
        internal BlockingCollection<Action> Scheduled { get; } = [];

        public override void Schedule(Action<object?> action, object? state) => Scheduled.Add(() => action(state));
    }

    private sealed class CollectingContext : SynchronizationContext
    {
        internal BlockingCollection<Action> Posted { get; } = [];

        public override void Post(SendOrPostCallback callback, object? state) => Posted.Add(() => callback(state));
    }
}
