using FastCore.Perf.Rounds;
using FastCore.Perf.Scheduling;
using FastCore.Pooling;
using FastCore.Scheduling;
using Microsoft.Extensions.ObjectPool;

namespace FastCore.Perf.Pooling;

/// <summary>The cases of <c>fastcore bench pool</c>.</summary>
internal static class PoolCases
{
    internal static IReadOnlyList<BenchCase> All { get; } =
    [
        new PoolCase("get-return/1", GetReturn(1)),
        new PoolCase("get-return/2", GetReturn(2)),
        new PoolCase("requests", Requests(static () => null)),
        new PoolCase("requests/scheduler", Requests(static () => new SchedulerTarget(SchedulerPolicy.Hybrid))),
    ];

    private static Contender[] Requests(Func<SchedulerTarget?> begin) =>
    [
        new Contender(Contender.FastCore, () => new RequestsRun<PooledBuffers, PooledBuffer>(new PooledBuffers(Ours()), begin())),
        new Contender("no-pool", () => new RequestsRun<NewBuffers, byte[]>(default, begin())),
        new Contender("array-pool", () => new RequestsRun<SharedArrays, byte[]>(default, begin())),
        new Contender(Contender.Stock, () => new RequestsRun<PooledBuffers, PooledBuffer>(new PooledBuffers(Stock()), begin())),
    ];

    private static Contender[] GetReturn(int threads) =>
    [
        new Contender(Contender.FastCore, () => new GetReturnRun(Ours(), threads)),
        new Contender(Contender.Stock, () => new GetReturnRun(Stock(), threads)),
    ];

    private static ObjectPool<PooledBuffer> Ours() => new WorkerPoolProvider().Create<PooledBuffer>();

    private static ObjectPool<PooledBuffer> Stock() => new DefaultObjectPoolProvider().Create<PooledBuffer>();
}

/// <summary>A case of the pools.</summary>
internal sealed class PoolCase(string name, IReadOnlyList<Contender> contenders) : BenchCase
{
    internal override string Name => $"pool/{name}";

    internal override IReadOnlyList<Contender> Contenders => contenders;
}
