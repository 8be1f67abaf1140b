using System.Diagnostics;
using FastCore.Perf.Load;
using FastCore.Perf.Rounds;

namespace FastCore.Perf.Memory;

/// <summary>Each thread allocates 64 blocks of one size and frees them, again and again.</summary>
internal sealed class OwnBlocksRun<TBlock, TBlocks>(int size, int threads) : AllocRun<TBlock, TBlocks> where TBlocks : struct, IBlocks<TBlock>
{
    internal override RoundResult Run(long operations)
    {
        long batches = Math.Max(1, operations / threads / Batch);
        return Measure(batches * Batch * threads, [.. Enumerable.Repeat((LatencyRecorder recorder) => Work(batches, recorder), threads)]);
    }

    private void Work(long batches, LatencyRecorder recorder)
    {
        var blocks = new TBlock[Batch];
        long stamp = Environment.CurrentManagedThreadId * 1_000_000_000_000L;
        for (long batch = 0; batch < batches; batch++)
        {
            long started = Stopwatch.GetTimestamp();
            for (int i = 0; i < blocks.Length; i++)
            {
                TBlock block = TBlocks.Allocate(size);
                TBlocks.Stamp(block) = stamp + i;
                blocks[i] = block;
            }

            for (int i = 0; i < blocks.Length; i++)
            {
                TBlock block = blocks[i];
                Require(TBlocks.Stamp(block), stamp + i);
                TBlocks.Free(block);
            }

            recorder.Record(Stopwatch.GetTimestamp() - started, 1);
            stamp += Batch;
        }
    }
}
