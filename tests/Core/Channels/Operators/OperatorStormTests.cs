using FastCore.Channels;
using FastCore.Channels.Operators;

namespace FastCore.Tests.Channels.Operators;

/// <summary>Pipelines that are cancelled at some moment: what they took came out, and the rest is where it was.</summary>
[TestFixture]
internal sealed class OperatorStormTests
{
    private const int Rounds = 300;

    private const int Items = 64;

    [Test]
    public Task Pipe() => Storm(static (source, token) =>
    {
        FastChannel<int> target = FastChannel.CreateBounded<int>(2);
        _ = EndAfter(source.PipeTo(target.Writer, complete: false, token), target.Writer);
        return target.Reader;

        static async Task EndAfter(Task<long> pipe, FastChannelWriter<int> target)
        {
            await ((Task)pipe).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            target.Complete(pipe.IsCanceled ? new OperationCanceledException() : null);
        }
    });

    [Test]
    public Task Concurrently([Values] bool ordered) => Storm((source, token) =>
        source.TransformConcurrently(3, static async (item, _) =>
        {
            if (item % 3 == 0) await Task.Yield();
            return item;
        }, ordered, capacity: 2, token));

    [Test]
    public Task Batched() => Storm(static (source, token) =>
        source.Batch(5, TimeSpan.Zero, cancellationToken: token).Join());

    [Test]
    public Task Merged() => Storm(static (source, token) => new[] { source, source }.Merge(capacity: 0, token));

    /// <summary>
    /// A writer, the pipeline and its reader run while the token fires after some of the items; the seed says after how many.
    /// </summary>
    private static async Task Storm(Func<FastChannelReader<int>, CancellationToken, FastChannelReader<int>> build)
    {
        int seed = Environment.TickCount;
        var random = new Random(seed);
        int cancelled = 0;
        for (int round = 0; round < Rounds; round++)
        {
            FastChannel<int> source = FastChannel.CreateBounded<int>(8);
            using var cancellation = new CancellationTokenSource();
            FastChannelReader<int> output = build(source.Reader, cancellation.Token);
            int cancelAfter = random.Next(Items * 3 / 2);
            Task writing = Task.Run(async () =>
            {
                for (int item = 0; item < Items; item++)
                {
                    if (item == cancelAfter) cancellation.Cancel();
                    await source.Writer.WriteAsync(item);
                }

                source.Writer.Complete();
            });
            var read = new List<int>();
            if (!await TryDrain(output, read)) cancelled++;
            await Drain.ToList(source.Reader, read);
            await writing.InTime();
            read.Sort();
            Assert.That(read, Is.EqualTo(Enumerable.Range(0, Items)), () => $"Round {round}, seed {seed}.");
        }

        TestContext.Out.WriteLine($"{cancelled} of {Rounds} rounds cancelled, seed {seed}");
        Assert.That(cancelled, Is.Not.Zero);
    }

    /// <returns>Whether the output ended without having been cancelled.</returns>
    private static async Task<bool> TryDrain(FastChannelReader<int> output, List<int> read)
    {
        try
        {
            await Drain.ToList(output, read);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
