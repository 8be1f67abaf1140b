using System.Threading.Channels;
using FastCore.Channels;
using FastCore.Scheduling;

namespace FastCore.Perf.Tracing;

/// <summary>Tasks that wait for each other on channels.</summary>
internal static class ChannelWorkloads
{
    private const int Sources = 3;

    /// <summary>Two tasks hand one item back and forth.</summary>
    public static Task PingPongAsync(Scheduler scheduler, CancellationToken enough)
    {
        FastChannel<int> there = FastChannel.CreateBounded<int>(0);
        FastChannel<int> back = FastChannel.CreateBounded<int>(0);
        return Task.WhenAll(
            On(scheduler, () => ServeAsync(there.Writer, back.Reader, enough)),
            On(scheduler, () => ReturnAsync(there.Reader, back.Writer)));
    }

    /// <summary>Sources fill bounded channels, a select merges them, and workers take from a small channel.</summary>
    public static Task PipelineAsync(Scheduler scheduler, CancellationToken enough)
    {
        FastChannel<int>[] sources = [.. Enumerable.Range(0, Sources).Select(static _ => FastChannel.CreateBounded<int>(8))];
        FastChannel<int> merged = FastChannel.CreateBounded<int>(4);
        return Task.WhenAll(
        [
            .. sources.Select(source => On(scheduler, () => ProduceAsync(source.Writer, enough))),
            On(scheduler, () => MergeAsync(sources, merged.Writer)),
            On(scheduler, () => ConsumeAsync(merged.Reader)),
            On(scheduler, () => ConsumeAsync(merged.Reader)),
        ]);
    }

    private static Task On(Scheduler scheduler, Func<Task> function) =>
        Task.Factory.StartNew(function, CancellationToken.None, TaskCreationOptions.None, scheduler.TaskScheduler).Unwrap();

    private static async Task ServeAsync(ChannelWriter<int> there, ChannelReader<int> back, CancellationToken enough)
    {
        for (int ball = 0; !enough.IsCancellationRequested; ball = await back.ReadAsync(CancellationToken.None)) await there.WriteAsync(ball, CancellationToken.None);
        there.Complete();
    }

    private static async Task ReturnAsync(ChannelReader<int> there, ChannelWriter<int> back)
    {
        await foreach (int ball in there.ReadAllAsync()) await back.WriteAsync(ball + 1);
    }

    private static async Task ProduceAsync(ChannelWriter<int> writer, CancellationToken enough)
    {
        for (int i = 0; !enough.IsCancellationRequested; i++)
        {
            Thread.SpinWait(20);
            await writer.WriteAsync(i, CancellationToken.None);
        }

        writer.Complete();
    }

    private static async Task MergeAsync(FastChannel<int>[] sources, ChannelWriter<int> merged)
    {
        var select = new ChannelSelect();
        SelectRead<int>[] reads = [.. sources.Select(source => select.Read(source.Reader))];
        for (int open = sources.Length; open > 0;)
        {
            SelectRead<int> read = reads[await select.WaitAsync()];
            if (read.TryTake(out int item))
            {
                await merged.WriteAsync(item);
                continue;
            }

            read.IsEnabled = false;
            open--;
        }

        merged.Complete();
    }

    private static async Task ConsumeAsync(ChannelReader<int> reader)
    {
        await foreach (int item in reader.ReadAllAsync()) Thread.SpinWait(item % 100);
    }
}
