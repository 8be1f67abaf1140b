using FastCore.Perf.Results;
using FastCore.Perf.Rounds;
using FastCore.Perf.Scheduling;
using FastCore.Scheduling;

namespace FastCore.Perf.Pooling;

/// <summary>
/// The experiment: 500 workers at once, 100,000 requests in all. Each waits its turn, gets a buffer of 1 KiB, writes its number all over it, lets
/// the others go on, finds its number still there, and returns the buffer.
/// </summary>
/// <param name="source">Where buffers come from.</param>
/// <param name="scheduler">What the workers run on; the thread pool when null, whose queue then takes most of the time.</param>
internal sealed class RequestsRun<TSource, TBuffer>(TSource source, SchedulerTarget? scheduler = null) : CaseRun
    where TSource : IBufferSource<TBuffer>
{
    private const int Workers = 500;

    private const int Requests = 100_000;

    private readonly Workforce _workforce = scheduler is { } target ? new TargetWorkforce<SchedulerTarget>(target) : new PoolWorkforce();

    /// <summary>Always all of them, however long they take.</summary>
    internal override RoundResult Run(long operations)
    {
        Func<StartingLine, Task>[] workers = [.. Enumerable.Range(0, Workers).Select<int, Func<StartingLine, Task>>(worker => line => WorkAsync(line, (byte)(worker + 1)))];
        int[] before = Counts();
        TimeSpan paused = GC.GetTotalPauseDuration();
        RoundResult result = Round.Run(_workforce, workers, Requests, static _ => { });
        paused = GC.GetTotalPauseDuration() - paused;
        int[] after = Counts();
        int Collections(int generation) => after[generation] - before[generation];
        return result with
        {
            Counts =
            [
                // A collection of an older generation counts as one of the younger ones, too.
                (Metric.Generation0, Collections(0) - Collections(1)),
                (Metric.Generation1, Collections(1) - Collections(2)),
                (Metric.Generation2, Collections(2)),
                (Metric.PauseTotal, paused.TotalMilliseconds),
            ],
        };
    }

    public override void Dispose()
    {
        _workforce.Dispose();
        source.Dispose();
    }

    private static int[] Counts() => [GC.CollectionCount(0), GC.CollectionCount(1), GC.CollectionCount(2)];

    /// <exception cref="InvalidDataException">Another wrote into the buffer.</exception>
    private async Task WorkAsync(StartingLine line, byte mark)
    {
        await line;
        for (int request = 0; request < Requests / Workers; request++)
        {
            // It waits for its request to come, as the others do, without a buffer.
            if (scheduler == null) await Task.Yield();
            else await Scheduler.Yield();
            TBuffer buffer = source.Get();
            source.BytesOf(buffer).AsSpan(0, PooledBuffer.Size).Fill(mark);
            if (scheduler == null) await Task.Yield();
            else await Scheduler.Yield();
            if (source.BytesOf(buffer).AsSpan(0, PooledBuffer.Size).ContainsAnyExcept(mark)) throw new InvalidDataException("Two requests had one buffer.");
            source.Return(buffer);
        }
    }
}
