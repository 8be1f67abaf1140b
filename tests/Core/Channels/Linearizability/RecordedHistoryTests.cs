using System.Threading.Channels;
using FastCore.Atomics;
using FastCore.Channels;
using FastCore.Channels.Queues;
using FastCore.Continuations;
using FastCore.Tests.Channels.Modelling;
using FastCore.Tests.Rings;

namespace FastCore.Tests.Channels.Linearizability;

/// <summary>Every history that real threads record of our channels can be explained by calls made one after the other.</summary>
[TestFixture]
internal sealed class RecordedHistoryTests
{
    private const int Histories = 200;

    [TestCaseSource(typeof(ChannelShape), nameof(ChannelShape.All))]
    public void EveryHistoryIsThatOfASequence(ChannelShape shape) => Check(shape, Leeways.Of(shape), dropped => shape.Create(dropped, ContinuationScheduler.ThreadPool));

    /// <summary>The same engines small, so that every few items cross a segment's edge, and with threads that give up their turns between steps.</summary>
    [TestCaseSource(nameof(SmallEngines))]
    public void EveryHistoryOfASmallEngineIsThatOfASequence(ChannelShape shape, Leeway leeway, Func<Action<int>, FastChannel<int>> create) =>
        Check(shape, leeway, create);

    private static IEnumerable<TestCaseData> SmallEngines() => [.. EnginesOn<HardwareAtomics>(), .. EnginesOn<YieldingAtomics>()];

    private static IEnumerable<TestCaseData> EnginesOn<TAtomics>() where TAtomics : struct, IAtomics
    {
        var unbounded = new ChannelShape(null);
        yield return Engine("linked rings", unbounded, static _ => ModelChannels<TAtomics>.Unbounded());
        yield return Engine("linked rings, many to one", unbounded with { SingleReader = true }, static _ => ModelChannels<TAtomics>.Unbounded<ManyToOne>());
        yield return Engine("linked rings, one to many", unbounded with { SingleWriter = true }, static _ => ModelChannels<TAtomics>.Unbounded<OneToMany>());
        yield return Engine("linked rings, one to one", unbounded with { SingleReader = true, SingleWriter = true }, static _ => ModelChannels<TAtomics>.SpscUnbounded());
        var bounded = new ChannelShape(3);
        yield return Engine("ring", bounded, static _ => ModelChannels<TAtomics>.Bounded(3));
        yield return Engine("ring, many to one", bounded with { SingleReader = true }, static _ => ModelChannels<TAtomics>.Bounded<ManyToOne>(3));
        yield return Engine("ring, one to many", bounded with { SingleWriter = true }, static _ => ModelChannels<TAtomics>.Bounded<OneToMany>(3));
        yield return Engine("ring, one to one", bounded with { SingleReader = true, SingleWriter = true }, static _ => ModelChannels<TAtomics>.SpscBounded(3));
        yield return Engine("limited", bounded, static _ => ModelChannels<TAtomics>.Limited(3), Leeways.OfLimited);
        yield return Engine("prioritized", bounded with { IsPrioritized = true }, static _ => ModelChannels<TAtomics>.Prioritized(3));
        var ofOne = new ChannelShape(1);
        yield return Engine("gated", ofOne, static _ => ModelChannels<TAtomics>.Gated());
        yield return Engine("gated, one to one", ofOne with { SingleReader = true, SingleWriter = true }, static _ => ModelChannels<TAtomics>.GatedAlone());
        yield return Engine("rendezvous", new ChannelShape(0), static _ => ModelChannels<TAtomics>.Rendezvous());
        foreach (BoundedChannelFullMode mode in (BoundedChannelFullMode[])[BoundedChannelFullMode.DropOldest, BoundedChannelFullMode.DropNewest, BoundedChannelFullMode.DropWrite])
        {
            yield return Engine($"{mode}", new ChannelShape(2, mode), dropped => ModelChannels<TAtomics>.Dropping(2, mode, dropped));
        }

        static TestCaseData Engine(string name, ChannelShape shape, Func<Action<int>, FastChannel<int>> create, Leeway? leeway = null) =>
            new TestCaseData(shape, leeway ?? Leeways.Of(shape), create).SetArgDisplayNames($"{name}, {typeof(TAtomics).Name}");
    }

    private static void Check(ChannelShape shape, Leeway leeway, Func<Action<int>, Channel<int>> create)
    {
        int seed = TestContext.CurrentContext.Random.Next();
        using var recorder = new HistoryRecorder(shape, create);
        int decided = 0;
        for (int i = 0; i < Histories; i++)
        {
            History history = recorder.Record(seed + (i * 16));
            Verdict verdict = history.Check(shape, leeway);
            Assert.That(verdict, Is.Not.EqualTo(Verdict.NotLinearizable), () => $"No sequence explains it. Seed {seed}, history {i}.\n{history}");
            if (verdict == Verdict.Linearizable) decided++;
        }

        TestContext.Out.WriteLine($"{Histories} histories, {Histories - decided} of them too hard to decide, seed {seed}");
        Assert.That(decided, Is.GreaterThan(Histories / 2), "Most must be decided, or nothing was checked.");
    }
}
