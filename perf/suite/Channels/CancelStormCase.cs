using System.Diagnostics;
using System.Threading.Channels;

namespace FastCore.Perf.Channels;

/// <summary>
/// One writer, two readers whose every read is cancelled by another thread just while it registers. Each item has a number,
/// so that what is lost and what is doubled are counted apart. Nothing is thrown when a promise breaks: it is the result.
/// </summary>
internal sealed class CancelStormCase : ChannelCase
{
    private const int Readers = 2;

    private const int Capacity = 100;

    /// <summary>A reader that makes no step for so long will make none.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    internal override string Name => "channels/cancel-storm/c100";

    internal override long WarmUpOperations => 20_000;

    internal override RoundResult Run(ChannelSubject subject, long operations)
    {
        Channel<long> channel = subject.CreateBounded(new BoundedChannelOptions(Capacity));
        var timesRead = new int[operations];
        var targets = new CancellationTokenSource?[Readers];
        long cancelled = 0;
        using var stop = new CancellationTokenSource();

        ProcessCost before = ProcessCost.Now();
        long started = Stopwatch.GetTimestamp();
        Task canceller = Task.Factory.StartNew(() => CancelAll(targets, stop.Token), TaskCreationOptions.LongRunning);
        Task[] readers = [.. Enumerable.Range(0, Readers).Select(reader => Task.Run(async () =>
            Interlocked.Add(ref cancelled, await ReadUnderFire(channel.Reader, timesRead, targets, reader))))];
        Task writer = Task.Run(async () =>
        {
            await Traffic.Write(channel.Writer, 0, operations);
            channel.Writer.Complete();
        });
        long hung = CountHung([writer, .. readers], timesRead);
        TimeSpan elapsed = Stopwatch.GetElapsedTime(started);
        ProcessCost cost = ProcessCost.Now() - before;
        stop.Cancel();
        canceller.Wait();

        long lost = timesRead.LongCount(static times => times == 0);
        long doubled = timesRead.LongCount(static times => times > 1);
        return new RoundResult(operations + cancelled, elapsed, cost, new ChannelFaults(lost, doubled, hung, cancelled));
    }

    /// <returns>How many reads were cancelled.</returns>
    private static async Task<long> ReadUnderFire(ChannelReader<long> reader, int[] timesRead, CancellationTokenSource?[] targets, int index)
    {
        long cancelled = 0;
        while (true)
        {
            var source = new CancellationTokenSource();
            Volatile.Write(ref targets[index], source);
            try
            {
                long item = await reader.ReadAsync(source.Token);
                Interlocked.Increment(ref timesRead[item]);
            }
            catch (OperationCanceledException)
            {
                cancelled++;
            }
            catch (ChannelClosedException)
            {
                return cancelled;
            }
        }
    }

    private static void CancelAll(CancellationTokenSource?[] targets, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            for (int i = 0; i < targets.Length; i++) Interlocked.Exchange(ref targets[i], null)?.Cancel();
        }
    }

    /// <summary>Waits for all, as long as items are being read.</summary>
    private static long CountHung(Task[] tasks, int[] timesRead)
    {
        long read = -1;
        while (!Task.WaitAll(tasks, Patience))
        {
            long now = timesRead.LongCount(static times => times > 0);
            if (now == read) return tasks.LongCount(static task => !task.IsCompleted);
            read = now;
        }

        return 0;
    }
}
