using System.Diagnostics;
using FastCore.Perf.Load;
using FastCore.Perf.Rounds;

namespace FastCore.Perf.Memory;

/// <summary>
/// Two threads with a thousand blocks each, of sizes as programs ask for them: most small, a few large. In turn one at random
/// is freed and another allocated in its place.
/// </summary>
internal sealed class MixedBlocksRun<TBlock, TBlocks>(int threads) : AllocRun<TBlock, TBlocks> where TBlocks : struct, IBlocks<TBlock>
{
    private const int Live = 1000;

    /// <summary>Drawn once, the same for all: nine in ten up to 512 bytes, one in a hundred above 8 KiB.</summary>
    private static readonly int[] Sizes = Draw();

    internal override RoundResult Run(long operations)
    {
        long batches = Math.Max(1, operations / threads / Batch);
        return Measure(batches * Batch * threads, [.. Enumerable.Range(1, threads).Select(seed => new Action<LatencyRecorder>(recorder => Work(batches, (uint)seed, recorder)))]);
    }

    private static void Work(long batches, uint seed, LatencyRecorder recorder)
    {
        var blocks = new TBlock[Live];
        var stamps = new long[Live];
        uint random = seed * 2654435761;
        for (int i = 0; i < Live; i++) Put(blocks, stamps, i, seed + i);
        for (long batch = 0; batch < batches; batch++)
        {
            long started = Stopwatch.GetTimestamp();
            for (int i = 0; i < Batch; i++)
            {
                random = (random * 1664525) + 1013904223;
                int place = (int)((random >> 8) % Live);
                Require(TBlocks.Stamp(blocks[place]), stamps[place]);
                TBlocks.Free(blocks[place]);
                Put(blocks, stamps, place, random);
            }

            recorder.Record(Stopwatch.GetTimestamp() - started, 1);
        }

        for (int i = 0; i < Live; i++)
        {
            Require(TBlocks.Stamp(blocks[i]), stamps[i]);
            TBlocks.Free(blocks[i]);
        }
    }

    private static void Put(TBlock[] blocks, long[] stamps, int place, long stamp)
    {
        TBlock block = TBlocks.Allocate(Sizes[stamp & (Sizes.Length - 1)]);
        TBlocks.Stamp(block) = stamps[place] = stamp;
        blocks[place] = block;
    }

    private static int[] Draw()
    {
        var random = new Random(1);
        return [.. Enumerable.Range(0, 4096).Select(_ => random.Next(100) switch
        {
            < 90 => random.Next(8, 513),
            < 99 => random.Next(513, 8193),
            _ => random.Next(8193, 65_537),
        })];
    }
}
