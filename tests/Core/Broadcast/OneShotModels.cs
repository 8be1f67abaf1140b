using FastCore.Atomics;
using FastCore.Broadcast;
using FastCore.Continuations;
using FastCore.Tests.Channels;
using FastCore.Tests.Explorer;

namespace FastCore.Tests.Broadcast;

/// <summary>Every interleaving of the shipped engine in small programs, and the planted faults found in them first.</summary>
[TestFixture]
internal sealed class OneShotModels
{
    private static readonly ModelChecker Deep = new() { Preemptions = 4, DelayedStores = 1 };

    [Test]
    public void PlantedSplitUpdateLosesTheWakeUp() => ModelAssert.Found(Deep, "lost wake-up", SetMeetsRead<FaultyAtomics<SplitUpdates>>);

    [Test]
    public void PlantedSplitUpdateLetsTwoWin() => ModelAssert.Found(Deep, "", TwoSets<FaultyAtomics<SplitUpdates>>);

    [Test]
    public void SetMeetsRead() => ModelAssert.Sound(Deep, SetMeetsRead<ExplorerAtomics>);

    [Test]
    public void OneOfTwoSetsWins() => ModelAssert.Sound(Deep, TwoSets<ExplorerAtomics>);

    [Test]
    public void CancelledReadLosesNothing() => ModelAssert.Sound(Deep, CancelledRead<ExplorerAtomics>);

    private static void SetMeetsRead<TAtomics>(Model model) where TAtomics : struct, IAtomics
    {
        var shot = new OneShotCore<int, TAtomics>(ContinuationScheduler.ThreadPool);
        int read = 0;
        model.Thread("setter", () => Model.Require(shot.TrySet(7), "Nobody else sets it."));
        model.Thread("reader", () => read = ChannelScripts.Await(shot.ReadAsync(default)));
        model.AtEnd(() => Model.Require(read == 7 && shot.TryRead(out int again) && again == 7, "The value is read, and stays."));
    }

    private static void TwoSets<TAtomics>(Model model) where TAtomics : struct, IAtomics
    {
        var shot = new OneShotCore<int, TAtomics>(ContinuationScheduler.ThreadPool);
        var won = new bool[3];
        int read = 0;
        model.Thread("first setter", () => won[1] = shot.TrySet(1));
        model.Thread("second setter", () => won[2] = shot.TrySet(2));
        model.Thread("reader", () => read = ChannelScripts.Await(shot.ReadAsync(default)));
        model.AtEnd(() => Model.Require(won[1] != won[2] && won[read], "One set wins, and its value is read."));
    }

    private static void CancelledRead<TAtomics>(Model model) where TAtomics : struct, IAtomics
    {
        var shot = new OneShotCore<int, TAtomics>(ContinuationScheduler.ThreadPool);
        var source = new CancellationTokenSource();
        int? first = null;
        int second = 0;
        model.Thread("reader", () =>
        {
            ValueTask<int> read = shot.ReadAsync(source.Token);
            Model.WaitUntil(() => read.IsCompleted);
            if (read.IsCanceled) Model.Require(Throws(read), "A cancelled read throws.");
            else first = read.Result;
            second = ChannelScripts.Await(shot.ReadAsync(default));
        });
        model.Thread("setter", () => shot.TrySet(7));
        model.Thread("canceller", source.Cancel);
        model.AtEnd(() => Model.Require(first is null or 7 && second == 7 && !shot.HasWaiter, "The first read yields the value or is cancelled; the second yields it."));
    }

    private static bool Throws(ValueTask<int> read)
    {
        try
        {
            read.GetAwaiter().GetResult();
            return false;
        }
        catch (OperationCanceledException)
        {
            return true;
        }
    }
}
