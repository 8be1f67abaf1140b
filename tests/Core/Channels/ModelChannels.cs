using System.Threading.Channels;
using FastCore.Atomics;
using FastCore.Channels;
using FastCore.Channels.Queues;
using FastCore.Continuations;

namespace FastCore.Tests.Channels;

/// <summary>The shipped engine on other atomics, small, without spins, and with the modes changing after few operations.</summary>
internal static class ModelChannels<TAtomics>
    where TAtomics : struct, IAtomics
{
    private static readonly ChannelTuning Tuning = new(AwaitSpins: 0, BlockSpins: 0, FencesBeforeUnfenced: 1, Run: 0);

    private static readonly EngineOptions Options = new(ContinuationScheduler.ThreadPool, CancelsOlderReads: false, Capacity: 0, Tuning);

    internal static FastChannel<int> Rendezvous() => Over(new HandOverQueue<int, TAtomics>(drops: false, itemDropped: null));

    internal static FastChannel<int> Prioritized(int capacity) => Over(new PrioritizedQueue<int, TAtomics>(capacity, comparer: null));

    internal static FastChannel<int> SpscBounded(int capacity) => Over(new SpscBoundedQueue<int, TAtomics>(capacity));

    internal static FastChannel<int> Gated(int capacity = 1) => Over(new GatedQueue<int, TAtomics>(capacity, isAlone: false));

    internal static FastChannel<int> GatedAlone() => Over(new GatedQueue<int, TAtomics>(1, isAlone: true));

    internal static FastChannel<int> SpscUnbounded(int largestRing = 4) => Over(new SpscUnboundedQueue<int, TAtomics>(new RingGrowth(1, largestRing, SpareMilliseconds: 0)));

    internal static FastChannel<int> Bounded(int capacity) => Bounded<ManyToMany>(capacity);

    internal static FastChannel<int> Bounded<TSides>(int capacity) where TSides : struct, ISides => Over(new BoundedQueue<int, TSides, TAtomics>(capacity));

    internal static FastChannel<int> Unbounded(int largestRing = 4) => Unbounded<ManyToMany>(largestRing);

    internal static FastChannel<int> Unbounded<TSides>(int largestRing = 4) where TSides : struct, ISides =>
        Over(new UnboundedQueue<int, TSides, TAtomics>(new RingGrowth(1, largestRing, SpareMilliseconds: 0)));

    internal static FastChannel<int> Limited(int capacity) => Over(new LimitedQueue<int, TAtomics>(new RingGrowth(1, 4, SpareMilliseconds: 0), capacity));

    internal static FastChannel<int> Dropping(int capacity, BoundedChannelFullMode mode, Action<int>? dropped = null) =>
        Over(new DroppingQueue<int, TAtomics>(capacity, mode, dropped));

    /// <summary>A channel over the same queue as that of the kind; only where writers wait or there is no bound.</summary>
    internal static FastChannel<int> Like(ChannelKind kind) => kind.IsPrioritized ? Prioritized(kind.Capacity ?? int.MaxValue) : (kind.IsAlone, kind.Capacity) switch
    {
        (_, 0) => Rendezvous(),
        (true, 1) => GatedAlone(),
        (false, 1) => Gated(),
        (true, null) => SpscUnbounded(),
        (true, { } capacity) => SpscBounded(capacity),
        (false, null) => Unbounded(),
        (false, > 10_000 and var capacity) => Limited(capacity),
        (false, { } capacity) => Bounded(capacity),
    };

    private static QueueChannel<int, TQueue, TAtomics> Over<TQueue>(TQueue queue) where TQueue : struct, IItemQueue<int> =>
        new(queue, Options);
}
