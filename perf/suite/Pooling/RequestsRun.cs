using FastCore.Perf.Results;
using FastCore.Perf.Rounds;

namespace FastCore.Perf.Pooling;

/// <summary>
/// The experiment: 500 workers at once, 100,000 requests in all. Each waits its turn, gets a buffer of 1 KiB, writes its number all over it, lets
/// the others go on, finds its number still there, and returns the buffer.
/// </summary>
internal sealed class RequestsRun<TSource, TBuffer>(TSource source) : CaseRun
    where TSource : IBufferSource<TBuffer>
{
    private const int Workers = 500;

    private const int Requests = 100_000;

    /// <summary>Always all of them, however long they take.</summary>
    internal override RoundResult Run(long operations)
    {
        Func<StartingLine, Task>[] workers = [.. Enumerable.Range(0, Workers).Select<int, Func<StartingLine, Task>>(worker => line => WorkAsync(line, (byte)(worker + 1)))];
        int[] before = Counts();
        TimeSpan paused = GC.GetTotalPauseDuration();
        RoundResult result = Round.Run(new PoolWorkforce(), workers, Requests, static _ => { });
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

    public override void Dispose() => source.Dispose();

    private static int[] Counts() => [GC.CollectionCount(0), GC.CollectionCount(1), GC.CollectionCount(2)];

    /// <exception cref="InvalidDataException">Another wrote into the buffer.</exception>
    private async Task WorkAsync(StartingLine line, byte mark)
    {
        await line;
        for (int request = 0; request < Requests / Workers; request++)
        {
            // It waits for its request to come, as the others do, without a buffer.
            await Task.Yield();
            TBuffer buffer = source.Get();
            source.BytesOf(buffer).AsSpan(0, PooledBuffer.Size).Fill(mark);
            await Task.Yield();
            if (source.BytesOf(buffer).AsSpan(0, PooledBuffer.Size).ContainsAnyExcept(mark)) throw new InvalidDataException("Two requests had one buffer.");
            source.Return(buffer);
        }
    }
}
