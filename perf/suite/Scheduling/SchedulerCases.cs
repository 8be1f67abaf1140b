using System.Threading.Channels;
using FastCore.Channels;
using FastCore.Perf.Rounds;
using FastCore.Scheduling;

namespace FastCore.Perf.Scheduling;

/// <summary>The cases of <c>fastcore bench scheduler</c>.</summary>
internal static class SchedulerCases
{
    internal static IReadOnlyList<BenchCase> All { get; } =
    [
        new SchedulerCase("spawn/worker", Pair(static target => new SuccessionRun<SchedulerTarget>(target), static target => new SuccessionRun<PoolTarget>(target))),
        new SchedulerCase("spawn/fan-out", Pair(static target => new FanOutRun<SchedulerTarget>(target), static target => new FanOutRun<PoolTarget>(target))),
        new SchedulerCase("spawn/outside", Pair(static target => new OutsideRun<SchedulerTarget>(target), static target => new OutsideRun<PoolTarget>(target))),
        new SchedulerCase("fib-27", Pair(static target => new JoinedFibonacciRun(target), static _ => new TaskFibonacciRun())),
        new SchedulerCase("skynet", Pair(static target => new SpawnedSkynetRun(target), static _ => new TaskSkynetRun())),
        new SchedulerCase("ping-pong",
        [
            new Contender(Contender.FastCore, PingPong),
            Watched(Watch.Waits),
            Watched(Watch.Trace),
            new Contender(Contender.Stock, static () => new PingPongRun(new TargetWorkforce<PoolTarget>(default), static () => Channel.CreateBounded<long>(0))),
        ]),
        new SchedulerCase("yield", Pair(
            static target => new YieldRun(new TargetWorkforce<SchedulerTarget>(target), YieldRun.OnScheduler),
            static target => new YieldRun(new TargetWorkforce<PoolTarget>(target), YieldRun.OnPool))),
        new SchedulerCase("continuations", Pair(
            static target => new ContinuationChainRun(target, target.Tasks),
            static target => new ContinuationChainRun(target, TaskScheduler.Default))),
        new SchedulerCase("unbalanced",
        [
            Policy("hybrid", SchedulerPolicy.Hybrid),
            Policy("local-only", SchedulerPolicy.LocalOnly),
            Policy("global-only", SchedulerPolicy.GlobalOnly),
            new Contender(Contender.Stock, static () => new UnbalancedRun<PoolTarget>(default)),
        ]),
        new WaitCase("wake-up/idle", 20, Pair(static target => new WakeUpRun<SchedulerTarget>(target), static target => new WakeUpRun<PoolTarget>(target))),
        new WaitCase("wake-up/loaded", 20, Pair(
            static target => new LoadedWakeUpRun<SchedulerTarget>(target, YieldRun.OnScheduler),
            static target => new LoadedWakeUpRun<PoolTarget>(target, YieldRun.OnPool))),
        new IdleCase("idle", Pair(
            static target => new IdleRun<SchedulerTarget>(target, SchedulerTarget.ThreadNames),
            static target => new IdleRun<PoolTarget>(target, PoolTarget.ThreadNames))),

        // Last: it leaves the pool with more threads than processors.
        new WaitCase("hog", 1, Pair(static target => new HogRun<SchedulerTarget>(target), static target => new HogRun<PoolTarget>(target))),
    ];

    private static IReadOnlyList<Contender> Pair(Func<SchedulerTarget, CaseRun> ours, Func<PoolTarget, CaseRun> stock) =>
    [
        new Contender(Contender.FastCore, () => ours(new SchedulerTarget(SchedulerPolicy.Hybrid))),
        new Contender(Contender.Stock, () => stock(default)),
    ];

    private static PingPongRun PingPong() =>
        new(new TargetWorkforce<SchedulerTarget>(new SchedulerTarget(SchedulerPolicy.Hybrid)), static () => FastChannel.CreateBounded<long>(0));

    private static Contender Watched(Watch watch) => new($"{Contender.FastCore}/{watch.Name}", () => new WatchedRun(PingPong(), watch));

    private static Contender Policy(string name, SchedulerPolicy policy) =>
        new($"{Contender.FastCore}/{name}", () => new UnbalancedRun<SchedulerTarget>(new SchedulerTarget(policy)));
}
