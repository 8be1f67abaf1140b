using FastCore.Perf.Rounds;
using FastCore.Pooling;
using Microsoft.Extensions.ObjectPool;

namespace FastCore.Perf.Pooling;

/// <summary>The cases of <c>fastcore bench pool</c>.</summary>
internal static class PoolCases
{
    internal static IReadOnlyList<BenchCase> All { get; } =
    [
        new PoolCase("get-return/1", GetReturn(1)),
        new PoolCase("get-return/2", GetReturn(2)),
        new PoolCase("requests",
        [
            new Contender(Contender.FastCore, static () => new RequestsRun<PooledBuffers, PooledBuffer>(new PooledBuffers(Ours()))),
            new Contender("no-pool", static () => new RequestsRun<NewBuffers, byte[]>(default)),
            new Contender("array-pool", static () => new RequestsRun<SharedArrays, byte[]>(default)),
            new Contender(Contender.Stock, static () => new RequestsRun<PooledBuffers, PooledBuffer>(new PooledBuffers(Stock()))),
        ]),
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
