using FastCore.Atomics;
using FastCore.Broadcast;
using FastCore.Continuations;
using FastCore.Tests.Channels;
using FastCore.Tests.Explorer;
using static FastCore.Tests.Broadcast.Explorations;

namespace FastCore.Tests.Broadcast;

/// <summary>Every interleaving of the shipped engine in small programs, and the planted fault found in them first.</summary>
[TestFixture]
internal sealed class WatchModels
{
    private static readonly ModelChecker Deep = new() { Preemptions = 3, DelayedStores = 1 };

    [Test]
    public void PlantedOpenGateIsFound() => ModelAssert.Found(Deep, "lost wake-up", SetsMeetWait<FaultyAtomics<OpenGate>>);

    [Test]
    public void SetsMeetWait() => ModelAssert.Sound(Deep, SetsMeetWait<ExplorerAtomics>);

    [Test]
    public void TheEndMeetsWait() => ModelAssert.Sound(Deep, model =>
    {
        var watch = new WatchCore<int, ExplorerAtomics>(0, ContinuationScheduler.ThreadPool);
        var told = new List<bool>();
        model.Thread("setter", () =>
        {
            watch.TrySet(1, expected: null);
            watch.TryComplete(error: null);
        });
        model.Thread("reader", () =>
        {
            long seen = watch.State.Version;
            while (ChannelScripts.Await(watch.WaitForChangeAsync(seen, default)))
            {
                Model.Require(watch.State.Version > seen, "A wait says yes when there is a change.");
                seen = watch.State.Version;
            }

            Model.Require(watch.State is { Value: 1, IsCompleted: true }, "The last value is seen before the end.");
        });
        model.AtEnd(() => Model.Require(!watch.HasWaiters, "Nobody waits."));
    });

    [Test]
    public void CancelledWaitLosesNoChange() => ModelAssert.Sound(Strong, model =>
    {
        var watch = new WatchCore<int, ExplorerAtomics>(0, ContinuationScheduler.ThreadPool);
        var source = new CancellationTokenSource();
        model.Shares(() => source.IsCancellationRequested);
        model.Thread("setter", () => watch.TrySet(1, expected: null));
        model.Thread("canceller", source.Cancel);
        model.Thread("reader", () =>
        {
            ValueTask<bool> wait = watch.WaitForChangeAsync(0, source.Token);
            Model.WaitUntil(() => wait.IsCompleted);
            if (wait.IsCanceled) wait = watch.WaitForChangeAsync(0, default);
            Model.Require(ChannelScripts.Await(wait) && watch.State.Value == 1, "The change is told by the first wait, or by the second.");
        });
        model.AtEnd(() => Model.Require(!watch.HasWaiters, "Nobody waits."));
    });

    [Test]
    public void TwoUpdatesBothCount() => ModelAssert.Sound(Deep, model =>
    {
        var watch = new WatchCore<int, ExplorerAtomics>(0, ContinuationScheduler.ThreadPool);
        model.Thread("first", () => Increment(watch));
        model.Thread("second", () => Increment(watch));
        model.AtEnd(() => Model.Require(watch.State is { Value: 2, Version: 2 }, "No update is lost."));

        static void Increment(WatchCore<int, ExplorerAtomics> watch)
        {
            WatchState<int> state;
            do
            {
                state = watch.State;
            }
            while (!watch.TrySet(state.Value + 1, state));
        }
    });

    private static void SetsMeetWait<TAtomics>(Model model) where TAtomics : struct, IAtomics
    {
        var watch = new WatchCore<int, TAtomics>(0, ContinuationScheduler.ThreadPool);
        model.Thread("setter", () =>
        {
            watch.TrySet(1, expected: null);
            watch.TrySet(2, expected: null);
        });
        model.Thread("reader", () =>
        {
            long seen = 0;
            int last = 0;
            while (last != 2)
            {
                Model.Require(ChannelScripts.Await(watch.WaitForChangeAsync(seen, default)), "It is not completed.");
                WatchState<int> state = watch.State;
                Model.Require(state.Version > seen && state.Value == (int)state.Version, "The change is there, value and version together.");
                seen = state.Version;
                last = state.Value;
            }
        });
        model.AtEnd(() => Model.Require(!watch.HasWaiters, "Nobody waits."));
    }
}
