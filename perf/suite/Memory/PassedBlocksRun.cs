using System.Diagnostics;
using FastCore.Perf.Load;
using FastCore.Perf.Rounds;
using FastCore.Rings;

namespace FastCore.Perf.Memory;

/// <summary>One thread allocates, another frees: at most 1024 blocks are on the way, through a ring that is the same for all.</summary>
internal sealed class PassedBlocksRun<TBlock, TBlocks>(int size) : AllocRun<TBlock, TBlocks> where TBlocks : struct, IBlocks<TBlock>
{
    internal override RoundResult Run(long operations)
    {
        long batches = Math.Max(1, operations / Batch);
        var ring = new SpscRing<TBlock>(1024);
        return Measure(batches * Batch, recorder => Allocate(ring, batches, recorder), recorder => Free(ring, batches, recorder));
    }

    private void Allocate(SpscRing<TBlock> ring, long batches, LatencyRecorder recorder)
    {
        var blocks = new TBlock[Batch];
        for (long batch = 0; batch < batches; batch++)
        {
            long started = Stopwatch.GetTimestamp();
            for (int i = 0; i < Batch; i++)
            {
                blocks[i] = TBlocks.Allocate(size);
                TBlocks.Stamp(blocks[i]) = (batch * Batch) + i;
            }

            recorder.Record(Stopwatch.GetTimestamp() - started, 1);
            SpinWait spinner = default;
            for (int sent = 0; sent < Batch;)
            {
                int count = ring.TryEnqueue(blocks.AsSpan(sent));
                sent += count;
                if (count == 0) spinner.SpinOnce(sleep1Threshold: -1);
            }
        }
    }

    private static void Free(SpscRing<TBlock> ring, long batches, LatencyRecorder recorder)
    {
        var blocks = new TBlock[Batch];
        SpinWait spinner = default;
        for (long next = 0; next < batches * Batch;)
        {
            int count = ring.TryDequeue(blocks);
            if (count == 0)
            {
                spinner.SpinOnce(sleep1Threshold: -1);
                continue;
            }

            long started = Stopwatch.GetTimestamp();
            for (int i = 0; i < count; i++)
            {
                Require(TBlocks.Stamp(blocks[i]), next++);
                TBlocks.Free(blocks[i]);
            }

            if (count == Batch) recorder.Record(Stopwatch.GetTimestamp() - started, 1);
        }
    }
}
