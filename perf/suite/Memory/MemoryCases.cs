using FastCore.Perf.Rounds;

namespace FastCore.Perf.Memory;

/// <summary>The cases of <c>fastcore bench alloc</c>.</summary>
internal static class MemoryCases
{
    internal static IReadOnlyList<BenchCase> All { get; } =
    [
        .. from size in new[] { 16, 2048, 40_000 } from threads in new[] { 1, 2 } select Own(size, threads),
        .. new[] { 16, 2048, 40_000 }.Select(Passed),
        new AllocCase("mixed/2", Each(static () => new MixedBlocksRun<nint, HeapBlocks>(2), static () => new MixedBlocksRun<nint, LibraryBlocks>(2), static () => new MixedBlocksRun<byte[], PooledBlocks>(2), static () => new MixedBlocksRun<byte[], ManagedBlocks>(2))),
    ];

    private static AllocCase Own(int size, int threads) => new($"{size}/{threads}", Each(
        () => new OwnBlocksRun<nint, HeapBlocks>(size, threads),
        () => new OwnBlocksRun<nint, LibraryBlocks>(size, threads),
        () => new OwnBlocksRun<byte[], PooledBlocks>(size, threads),
        () => new OwnBlocksRun<byte[], ManagedBlocks>(size, threads)));

    private static AllocCase Passed(int size) => new($"{size}/passed-on", Each(
        () => new PassedBlocksRun<nint, HeapBlocks>(size),
        () => new PassedBlocksRun<nint, LibraryBlocks>(size),
        () => new PassedBlocksRun<byte[], PooledBlocks>(size),
        () => new PassedBlocksRun<byte[], ManagedBlocks>(size)));

    private static IReadOnlyList<Contender> Each(Func<CaseRun> ours, Func<CaseRun> library, Func<CaseRun> pooled, Func<CaseRun> managed) =>
    [
        new Contender(Contender.FastCore, ours),
        new Contender("array-pool", pooled),
        new Contender("gc-array", managed),
        new Contender(Contender.Stock, library),
    ];
}

/// <summary>Blocks of one kind, from each source; the stock one is the C library's, as <c>NativeMemory</c> has it.</summary>
internal sealed class AllocCase(string name, IReadOnlyList<Contender> contenders) : BenchCase
{
    internal override string Name => $"alloc/{name}";

    internal override IReadOnlyList<Contender> Contenders => contenders;
}
