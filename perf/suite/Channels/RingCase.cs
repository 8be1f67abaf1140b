using System.Diagnostics;
using FastCore.Rings;

namespace FastCore.Perf.Channels;

/// <summary>
/// The ring below the channels, one item at a time between two bound threads that spin; beside it the stock bounded channel
/// as in the one-to-one case, which is how it is fastest.
/// </summary>
internal sealed class RingCase(OneToOneCase stock) : ChannelCase
{
    private const int Capacity = 1024;

    private readonly PinnedPair _threads = new();

    internal override string Name => "channels/ring-spsc/c1024";

    internal override RoundResult Run(ChannelSubject subject, long operations) =>
        subject == ChannelSubject.Stock ? stock.Run(subject, operations) : RunRing(operations);

    private RoundResult RunRing(long operations)
    {
        var ring = new SpscRing<long>(Capacity);
        Tally tally = default;
        ProcessCost before = ProcessCost.Now();
        long started = Stopwatch.GetTimestamp();
        _threads.Run(
            () =>
            {
                Enqueue(ring, operations);
                return Task.CompletedTask;
            },
            () =>
            {
                tally = Dequeue(ring, operations);
                return Task.CompletedTask;
            });
        TimeSpan elapsed = Stopwatch.GetElapsedTime(started);
        ProcessCost cost = ProcessCost.Now() - before;
        Check(Traffic.SumBelow(operations), tally.Sum, "sum of items");
        return new RoundResult(operations, elapsed, cost);
    }

    public override void Dispose()
    {
        _threads.Dispose();
        stock.Dispose();
    }

    private static void Enqueue(SpscRing<long> ring, long count)
    {
        SpinWait spinner = default;
        for (long item = 0; item < count; item++)
        {
            while (!ring.TryEnqueue(item)) spinner.SpinOnce(sleep1Threshold: -1);
        }
    }

    private static Tally Dequeue(SpscRing<long> ring, long count)
    {
        Tally tally = default;
        SpinWait spinner = default;
        while (tally.Count < count)
        {
            if (ring.TryDequeue(out long item)) tally = tally.With(item);
            else spinner.SpinOnce(sleep1Threshold: -1);
        }

        return tally;
    }
}
