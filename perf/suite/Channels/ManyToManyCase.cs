using System.Diagnostics;
using System.Threading.Channels;

namespace FastCore.Perf.Channels;

/// <summary>Several writers and readers as tasks on the thread pool.</summary>
internal sealed class ManyToManyCase(string name, int writers, int readers, Func<ChannelSubject, Channel<long>> create) : ChannelCase
{
    internal override string Name => name;

    internal override RoundResult Run(ChannelSubject subject, long operations)
    {
        long share = operations / writers;
        operations = share * writers;
        Channel<long> channel = create(subject);
        ProcessCost before = ProcessCost.Now();
        long started = Stopwatch.GetTimestamp();
        Task<Tally>[] reading = [.. Enumerable.Range(0, readers).Select(_ => Task.Run(() => Traffic.Read(channel.Reader)))];
        Task[] writing = [.. Enumerable.Range(0, writers).Select(writer => Task.Run(() => Traffic.Write(channel.Writer, writer * share, share)))];
        Task.WaitAll(writing);
        channel.Writer.Complete();
        Task.WaitAll(reading);
        TimeSpan elapsed = Stopwatch.GetElapsedTime(started);
        ProcessCost cost = ProcessCost.Now() - before;
        Tally tally = reading.Aggregate(default(Tally), static (sum, task) => sum + task.Result);
        Check(operations, tally.Count, "number of items");
        Check(Traffic.SumBelow(operations), tally.Sum, "sum of items");
        return new RoundResult(operations, elapsed, cost);
    }
}
