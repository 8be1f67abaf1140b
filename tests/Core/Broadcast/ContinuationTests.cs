using System.Collections.Concurrent;
using FastCore.Broadcast;

namespace FastCore.Tests.Broadcast;

/// <summary>On which thread what was awaited goes on.</summary>
[TestFixture]
internal sealed class ContinuationTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>A kind of wait: how to start one, and what ends it.</summary>
    private static IEnumerable<TestCaseData> Waits()
    {
        yield return Case("one shot", static inline =>
        {
            var shot = new OneShot<bool>(inline);
            return (shot.ReadAsync, () => shot.TrySet(true));
        });
        yield return Case("watch", static inline =>
        {
            var watch = new Watch<int>(0, inline);
            return (token => watch.WaitForChangeAsync(0, token), () => watch.Set(1));
        });
        yield return Case("ring, item", static inline =>
        {
            var ring = new BroadcastRing<int>(2, RingPublishers.Many, allowSynchronousContinuations: inline);
            RingConsumer<int> consumer = ring.AddConsumer();
            return (consumer.WaitToReadAsync, () => ring.TryPublish(1));
        });
        yield return Case("ring, room", static inline =>
        {
            var ring = new BroadcastRing<int>(2, RingPublishers.One, allowSynchronousContinuations: inline);
            RingConsumer<int> consumer = ring.AddConsumer();
            ring.TryPublishBatch([1, 2]);
            return (token => ring.WaitToPublishAsync(1, token), () => consumer.TryRead(out _));
        });
        yield return Case("channel", static inline =>
        {
            var channel = new BroadcastChannel<int>(2, inline);
            BroadcastReader<int> reader = channel.Subscribe();
            return (reader.WaitToReadAsync, () => channel.Writer.TryWrite(1));
        });

        static TestCaseData Case(string name, Func<bool, (Func<CancellationToken, ValueTask<bool>> Start, Action End)> make) =>
            new TestCaseData(make).SetArgDisplayNames(name);
    }

    [TestCaseSource(nameof(Waits))]
    public void ItGoesOnWhereTheOptionSays(Func<bool, (Func<CancellationToken, ValueTask<bool>> Start, Action End)> make)
    {
        foreach (bool inline in new[] { false, true })
        {
            (Func<CancellationToken, ValueTask<bool>> start, Action end) = make(inline);
            Assert.That(GoesOnInside(start, default, end), Is.EqualTo(inline));
        }
    }

    [TestCaseSource(nameof(Waits))]
    public void ACancelledOneNeverGoesOnInsideCancel(Func<bool, (Func<CancellationToken, ValueTask<bool>> Start, Action End)> make)
    {
        using var source = new CancellationTokenSource();
        Assert.That(GoesOnInside(make(true).Start, source.Token, source.Cancel), Is.False);
    }

    [TestCaseSource(nameof(Waits))]
    public void TheCapturedContextIsHonoured(Func<bool, (Func<CancellationToken, ValueTask<bool>> Start, Action End)> make)
    {
        (Func<CancellationToken, ValueTask<bool>> start, Action end) = make(true);
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
        Assert.That(context.Posted.TryTake(out Action? goOn, Patience), Is.True);
        Assert.That(waits.IsCompleted, Is.False);
        goOn!();
        Assert.That(waits.Result, Is.True);

        static async Task<bool> Wait(Func<CancellationToken, ValueTask<bool>> start) => await start(default).ConfigureAwait(true);
    }

    /// <summary>Whether the awaiter's code runs within the call that ends the wait.</summary>
    private static bool GoesOnInside(Func<CancellationToken, ValueTask<bool>> start, CancellationToken token, Action end)
    {
        using var went = new ManualResetEventSlim();
        bool isInside = false;
        bool wentOnInside = false;
        int ender = Environment.CurrentManagedThreadId;
        var awaiter = start(token).ConfigureAwait(false).GetAwaiter();
        Assert.That(awaiter.IsCompleted, Is.False);
        awaiter.UnsafeOnCompleted(() =>
        {
            wentOnInside = isInside && Environment.CurrentManagedThreadId == ender;
            went.Set();
        });
        isInside = true;
        end();
        Assert.That(went.Wait(Patience), Is.True);
        return wentOnInside;
    }

    private sealed class CollectingContext : SynchronizationContext
    {
        internal BlockingCollection<Action> Posted { get; } = [];

        public override void Post(SendOrPostCallback callback, object? state) => Posted.Add(() => callback(state));
    }
}
