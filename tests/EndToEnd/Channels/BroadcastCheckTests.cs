using System.Threading.Channels;
using FastCore.Broadcast;
using FastCore.Perf.Channels.Check;

namespace FastCore.EndToEnd.Tests.Channels;

/// <summary>The storms on the broadcast types find what is planted.</summary>
internal sealed class BroadcastCheckTests
{
    private const int Share = 2000;

    [Test]
    public void A_consumer_that_skips_an_item_is_found([Values(1, 4)] int publishers) =>
        Assert.That(Run(new SkippingRing(new BroadcastShape("ring", publishers, 4), Share, Draw())).Lost, Is.EqualTo(1));

    [Test]
    public void Consumers_that_do_not_wait_for_those_before_them_are_found([Values(1, 4)] int publishers) =>
        Assert.That(Run(new UnorderedRing(new BroadcastShape("ring", publishers, 4), Share, Draw())).FirstFailure, Does.Contain("before those it comes after"));

    [Test]
    public void An_item_that_is_neither_read_nor_told_as_missed_is_found([Values(1, 4)] int writers) =>
        Assert.That(Run(new SkippingBroadcast(new BroadcastShape("broadcast", writers, 4), Share, Draw())).Lost, Is.EqualTo(4));

    [Test]
    public void A_watcher_that_sees_a_value_again_is_found() =>
        Assert.That(Run(new RepeatingWatch(new BroadcastShape("watch", 1, 4), Share, Draw())).Doubled, Is.Positive);

    [Test]
    public void Two_winners_are_found() =>
        Assert.That(Run(new GenerousOneShot(new BroadcastShape("one-shot", 4, 1), Share, Draw())).Lost, Is.EqualTo(3 * Share));

    private static Random Draw()
    {
        int seed = TestContext.CurrentContext.Random.Next();
        TestContext.Out.WriteLine($"seed {seed}");
        return new Random(seed);
    }

    // The storm waits for tasks, so it has a thread of its own.
    private static ChannelFindings Run(Storm storm)
    {
        ChannelFindings found = Task.Factory.StartNew(() => storm.Run(100), TaskCreationOptions.LongRunning).GetAwaiter().GetResult();
        TestContext.Out.WriteLine(found);
        Assert.That(found.IsClean, Is.False);
        return found;
    }

    private sealed class SkippingRing(BroadcastShape shape, int share, Random random) : RingStorm(shape, share, random)
    {
        protected override ChannelReader<long> ReaderOf(RingConsumer<long> consumer) => new FaultyReader(consumer, repeats: false);
    }

    private sealed class UnorderedRing(BroadcastShape shape, int share, Random random) : RingStorm(shape, share, random)
    {
        protected override RingConsumer<long> AddConsumer(ReadOnlySpan<RingConsumer<long>> after) => Ring.AddConsumer();
    }

    private sealed class SkippingBroadcast(BroadcastShape shape, int share, Random random) : BroadcastStorm(shape, share, random)
    {
        internal override ChannelReader<long> ReaderOf(BroadcastReader<long> reader) => new FaultyReader(reader, repeats: false);
    }

    private sealed class RepeatingWatch(BroadcastShape shape, int share, Random random) : WatchStorm(shape, share, random)
    {
        protected override ChannelReader<long> ReaderOf(WatchReader<long> reader) => new FaultyReader(reader, repeats: true);
    }

    private sealed class GenerousOneShot(BroadcastShape shape, int share, Random random) : OneShotStorm(shape, share, random)
    {
        internal override bool TrySet(OneShot<long> shot, long outcome) => base.TrySet(shot, outcome) | true;
    }

    /// <summary>Throws the first item away, or gives each one twice. Read by one at a time.</summary>
    private sealed class FaultyReader(ChannelReader<long> good, bool repeats) : ChannelReader<long>
    {
        private bool _hasSkipped;

        private long? _again;

        public override Task Completion => good.Completion;

        public override bool TryRead(out long item)
        {
            if (_again is { } again)
            {
                item = again;
                _again = null;
                return true;
            }

            if (!good.TryRead(out item)) return false;
            if (repeats) _again = item;
            if (repeats || _hasSkipped) return true;
            _hasSkipped = true;
            return good.TryRead(out item);
        }

        public override ValueTask<bool> WaitToReadAsync(CancellationToken cancellationToken = default) =>
            _again is null ? good.WaitToReadAsync(cancellationToken) : new ValueTask<bool>(true);
    }
}
