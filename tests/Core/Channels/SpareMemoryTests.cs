using FastCore.Atomics;
using FastCore.Channels.Queues;

namespace FastCore.Tests.Channels;

/// <summary>What an unbounded queue keeps of the memory of a backlog: all that the next one needs, and what none needs not for long.</summary>
[TestFixture(typeof(Chain))]
[TestFixture(typeof(Rings))]
internal sealed class SpareMemoryTests<TSubject>
    where TSubject : ISpareSubject, new()
{
    /// <summary>Far more than is kept for good.</summary>
    private const int Backlog = 1_000_000;

    /// <summary>Until the trimmer is as old as its queue, and two whole terms have gone by.</summary>
    private const int EnoughCollections = 6;

    [Test]
    public void ABacklogThatComesAgainMakesNoGarbage()
    {
        var queue = new TSubject();
        long last = 0;
        for (int i = 0; i < EnoughCollections; i++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            queue.FillAndDrain(Backlog);
            last = GC.GetAllocatedBytesForCurrentThread() - before;
            Collect();
        }

        // One small ring may have been thrown away on the way to large ones.
        Assert.That(last, Is.LessThan(100_000));
        Assert.That(queue.SpareBytes, Is.GreaterThan(Backlog * (long)sizeof(long) / 2));
    }

    [Test]
    public void WhatNoBacklogNeedsIsLetGo()
    {
        var queue = new TSubject();
        queue.FillAndDrain(Backlog);
        Assert.That(queue.SpareBytes, Is.GreaterThan(SpareTerm.AlwaysKept * 2));
        for (int i = 0; i < EnoughCollections; i++) Collect();
        Assert.That(queue.SpareBytes, Is.InRange(1, 2 * SpareTerm.AlwaysKept));
        queue.FillAndDrain(Backlog);
    }

    /// <summary>Not only no longer counted: free.</summary>
    [Test]
    public void WhatIsLetGoIsCollected()
    {
        var queue = new TSubject();
        queue.FillAndDrain(4 * Backlog);
        long before = GC.GetTotalMemory(forceFullCollection: true);
        for (int i = 0; i < EnoughCollections; i++) Collect();
        Assert.That(before - GC.GetTotalMemory(forceFullCollection: true), Is.GreaterThan(2 * Backlog * (long)sizeof(long)));
        GC.KeepAlive(queue);
    }

    [Test]
    public void NothingIsLetGoBeforeItsTime([Values] bool isMemoryShort)
    {
        var term = new SpareTerm(int.MaxValue);
        term.End(kept: 100, alwaysKept: 10, isMemoryShort: true);
        term.Saw(60);
        Assert.That(term.End(kept: 90, alwaysKept: 10, isMemoryShort), Is.EqualTo(isMemoryShort ? 50 : 0));
    }

    [Test]
    public void WhatIsNeededInPartIsKeptInPart()
    {
        var queue = new TSubject();
        queue.FillAndDrain(Backlog);
        long all = queue.SpareBytes;
        for (int i = 0; i < EnoughCollections; i++)
        {
            queue.FillAndDrain(Backlog / 2);
            Collect();
        }

        Assert.That(queue.SpareBytes, Is.InRange(all * 4 / 10, all * 7 / 10));
    }

    [Test]
    public void AQueueThatIsWatchedCanBeCollected()
    {
        WeakReference queue = FilledAndDropped();
        for (int i = 0; i < EnoughCollections && queue.IsAlive; i++) Collect();
        Assert.That(queue.IsAlive, Is.False);

        // Not inlined: the caller's frame must not hold it.
        [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
        static WeakReference FilledAndDropped()
        {
            var queue = new TSubject();
            queue.FillAndDrain(Backlog);
            return new WeakReference(queue.Keeper);
        }
    }

    private static void Collect()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
    }
}

internal interface ISpareSubject
{
    long SpareBytes { get; }

    object Keeper { get; }

    void FillAndDrain(int items);
}

internal sealed class Chain : ISpareSubject
{
    private readonly SpscUnboundedQueue<long, HardwareAtomics> _queue = new(Spares.Growth);

    public long SpareBytes => _queue.SpareRings * Spares.Growth.Largest * sizeof(long);

    public object Keeper => _queue.Keeper;

    public void FillAndDrain(int items) => Spares.FillAndDrain(_queue, items);
}

internal sealed class Rings : ISpareSubject
{
    private readonly UnboundedQueue<long, ManyToMany, HardwareAtomics> _queue = new(Spares.Growth);

    public long SpareBytes => _queue.Rings.SpareBytes;

    public object Keeper => _queue.Rings;

    public void FillAndDrain(int items) => Spares.FillAndDrain(_queue, items);
}

internal static class Spares
{
    /// <summary>As the product has it, but that each full collection ends a term.</summary>
    internal static readonly RingGrowth Growth = RingGrowth.Default with { SpareMilliseconds = 0 };

    internal static void FillAndDrain<TQueue>(TQueue queue, int items)
        where TQueue : struct, IItemQueue<long>
    {
        long wrong = 0;
        for (long i = 0; i < items; i++)
        {
            if (!queue.TryEnqueue(i)) wrong++;
        }

        for (long i = 0; i < items; i++)
        {
            if (!queue.TryDequeue(out long item) || item != i) wrong++;
        }

        Assert.That((wrong, queue.IsEmpty), Is.EqualTo((0L, true)));
    }
}
