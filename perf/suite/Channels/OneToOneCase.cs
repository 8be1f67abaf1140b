using System.Diagnostics;
using System.Threading.Channels;

namespace FastCore.Perf.Channels;

/// <summary>One writer and one reader, each on a thread of its own that is bound to a processor of its own.</summary>
internal sealed class OneToOneCase(string name, Func<ChannelSubject, Channel<long>> create) : ChannelCase
{
    private readonly PinnedPair _threads = new();

    internal override string Name => name;

    internal override RoundResult Run(ChannelSubject subject, long operations)
    {
        Channel<long> channel = create(subject);
        Tally tally = default;
        ProcessCost before = ProcessCost.Now();
        long started = Stopwatch.GetTimestamp();
        _threads.Run(
            async () =>
            {
                await Traffic.Write(channel.Writer, 0, operations);
                channel.Writer.Complete();
            },
            async () => tally = await Traffic.Read(channel.Reader));
        TimeSpan elapsed = Stopwatch.GetElapsedTime(started);
        ProcessCost cost = ProcessCost.Now() - before;
        Check(operations, tally.Count, "number of items");
        Check(Traffic.SumBelow(operations), tally.Sum, "sum of items");
        return new RoundResult(operations, elapsed, cost);
    }

    public override void Dispose() => _threads.Dispose();
}
