using System.Diagnostics;
using FastCore.Perf.Load;
using FastCore.Perf.Results;
using FastCore.Perf.Rounds;

namespace FastCore.Perf.Memory;

/// <summary>A round of allocations and frees on threads of its own. Each block is stamped, and the stamps are checked when it is freed.</summary>
internal abstract class AllocRun<TBlock, TBlocks> : CaseRun where TBlocks : struct, IBlocks<TBlock>
{
    /// <summary>How many blocks are timed together: one is too short to be timed.</summary>
    protected const int Batch = 64;

    public override void Dispose()
    {
    }

    /// <summary>Runs each part on a thread and measures from their common start to the end of the last.</summary>
    protected static RoundResult Measure(long operations, params Action<LatencyRecorder>[] parts)
    {
        using var ready = new Barrier(parts.Length + 1);
        var batches = new LatencyRecorder[parts.Length];
        Exception? failure = null;
        Thread[] threads = [.. parts.Select((part, number) => new Thread(() =>
        {
            batches[number] = new LatencyRecorder(LatencyRecorder.Finest);
            ready.SignalAndWait();
            try
            {
                part(batches[number]);
            }
            catch (InvalidDataException wrong)
            {
                failure = wrong;
            }
        }))];
        foreach (Thread thread in threads) thread.Start();
        ProcessCost begin = ProcessCost.Begin();
        ready.SignalAndWait();
        long started = Stopwatch.GetTimestamp();
        foreach (Thread thread in threads) thread.Join();
        TimeSpan elapsed = Stopwatch.GetElapsedTime(started);
        ProcessCost cost = ProcessCost.Since(begin);
        if (failure != null) throw new InvalidDataException(failure.Message, failure);
        return new RoundResult(operations, elapsed, cost) { Counts = Figures(batches) };
    }

    protected static void Require(long stamp, long expected)
    {
        if (stamp != expected) throw new InvalidDataException($"A block holds {stamp} where {expected} was written: somebody else has it too.");
    }

    private static List<(Metric Metric, double Value)> Figures(LatencyRecorder[] batches)
    {
        LatencyRecorder all = batches[0];
        foreach (LatencyRecorder other in batches.Skip(1)) all.Add(other);
        var figures = new List<(Metric, double)>
        {
            (Metric.BatchP50, all.At(50) * 1000 / Batch),
            (Metric.BatchP99, all.At(99) * 1000 / Batch),
        };
        if (TBlocks.HitPercent is { } hits) figures.Add((Metric.CacheHits, hits));
        return figures;
    }
}
