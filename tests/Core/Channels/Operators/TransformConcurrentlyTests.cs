using System.Threading.Channels;
using FastCore.Channels;
using FastCore.Channels.Operators;

namespace FastCore.Tests.Channels.Operators;

[TestFixture]
internal sealed class TransformConcurrentlyTests
{
    private static readonly int[] Numbers = [.. Enumerable.Range(0, 200)];

    [Test]
    public async Task ResultsKeepTheOrderOfTheirItems([Values(1, 2, 5)] int workers, [Values(0, 1, 64)] int capacity)
    {
        FastChannelReader<int> output = Source().TransformConcurrently(workers, Scatter, ordered: true, capacity);
        Assert.That(await Drain.ToList(output), Is.EqualTo(Numbers.Select(static number => number * 2)));
        Assert.That(output.Completion.IsCompletedSuccessfully);
    }

    [Test]
    public async Task UnorderedResultsAreAllThere([Values(1, 2, 5)] int workers, [Values(0, 1, 64)] int capacity)
    {
        FastChannelReader<int> output = Source().TransformConcurrently(workers, Scatter, ordered: false, capacity);
        Assert.That(await Drain.ToList(output), Is.EquivalentTo(Numbers.Select(static number => number * 2)));
    }

    /// <summary>The first item finishes last; who does not keep the order lets the second pass it, who does waits.</summary>
    [Test]
    public async Task OnlyUnorderedResultsOvertake([Values] bool ordered)
    {
        var release = new TaskCompletionSource();
        var second = new TaskCompletionSource();
        FastChannel<int> channel = FastChannel.CreateUnbounded<int>();
        channel.Writer.TryWriteBatch([0, 1]);
        FastChannelReader<int> output = channel.Reader.TransformConcurrently(2, async (item, _) =>
        {
            if (item == 0) await release.Task;
            else second.SetResult();
            return item;
        }, ordered);
        await second.Task.InTime();
        if (ordered) release.SetResult();
        int first = await output.ReadAsync().AsTask().InTime();
        Assert.That(first, Is.EqualTo(ordered ? 0 : 1));
        if (!ordered) release.SetResult();
        Assert.That(await output.ReadAsync().AsTask().InTime(), Is.EqualTo(1 - first));
        channel.Writer.Complete();
        await output.Completion.InTime();
    }

    /// <summary>All workers are in work at once, also with functions that block their thread; and never one more.</summary>
    [Test]
    public async Task AsManyAreInWorkAsAreAllowed([Values] bool ordered)
    {
        const int Workers = 3;
        int inWork = 0;
        int most = 0;
        using var together = new Barrier(Workers);
        FastChannel<int> channel = FastChannel.CreateUnbounded<int>();
        channel.Writer.TryWriteBatch([.. Enumerable.Range(0, 5 * Workers)]);
        channel.Writer.Complete();
        FastChannelReader<int> output = channel.Reader.TransformConcurrently(Workers, (item, _) =>
        {
            int now = Interlocked.Increment(ref inWork);
            int before;
            while ((before = Volatile.Read(ref most)) < now && Interlocked.CompareExchange(ref most, now, before) != before)
            {
            }

            Assert.That(together.SignalAndWait(Hang.Patience), "The others come too.");
            Interlocked.Decrement(ref inWork);
            return ValueTask.FromResult(item);
        }, ordered);
        Assert.That(await Drain.ToList(output), Is.EquivalentTo(Enumerable.Range(0, 5 * Workers)));
        Assert.That(most, Is.EqualTo(Workers));
    }

    [Test]
    public void AnErrorStopsTheTakingAndEndsTheOutput([Values] bool ordered)
    {
        var error = new InvalidDataException("Item 50 is bad.");
        FastChannelReader<int> source = Source();
        FastChannelReader<int> output = source.TransformConcurrently(
            3, (item, _) => item == 50 ? ValueTask.FromException<int>(error) : ValueTask.FromResult(item), ordered, capacity: 4);
        var read = new List<int>();
        Assert.That(Assert.ThrowsAsync<InvalidDataException>(() => Drain.ToList(output, read)), Is.SameAs(error));
        Assert.That(Assert.ThrowsAsync<InvalidDataException>(() => output.Completion), Is.SameAs(error));
        Assert.That(read, Does.Not.Contain(50));
        if (ordered) Assert.That(read, Is.EqualTo(Enumerable.Range(0, read.Count)), "Nothing comes out behind the error.");
        else Assert.That(read.Count + source.Count, Is.EqualTo(Numbers.Length - 1), "Only the bad item is lost.");
    }

    [Test]
    public void AnErrorOfTheSourceEndsTheOutput()
    {
        var error = new InvalidDataException("The source broke.");
        FastChannel<int> channel = FastChannel.CreateUnbounded<int>();
        channel.Writer.TryWrite(1);
        channel.Writer.Complete(error);
        FastChannelReader<int> output = channel.Reader.TransformConcurrently(2, Scatter);
        var read = new List<int>();
        Assert.That(Assert.ThrowsAsync<InvalidDataException>(() => Drain.ToList(output, read)), Is.SameAs(error));
        Assert.That(read, Is.EqualTo(new[] { 2 }), "What it gave before came out.");
    }

    [Test]
    public async Task CancellingStopsTheTakingAndLosesNothing([Values] bool ordered)
    {
        using var cancellation = new CancellationTokenSource();
        FastChannelReader<int> source = Source();
        FastChannelReader<int> output = source.TransformConcurrently(
            3, static (item, _) => ValueTask.FromResult(item), ordered, capacity: 4, cancellation.Token);
        var read = new List<int>();
        for (int i = 0; i < 20; i++) read.Add(await output.ReadAsync().AsTask().InTime());
        cancellation.Cancel();
        OperationCanceledException? error = Assert.CatchAsync<OperationCanceledException>(() => Drain.ToList(output, read));
        Assert.That(error!.CancellationToken, Is.EqualTo(cancellation.Token));
        Assert.That(output.Completion.IsCanceled);
        while (source.TryRead(out int item)) read.Add(item);
        Assert.That(read, Is.EquivalentTo(Numbers));
    }

    [Test]
    public async Task CancellingWakesWorkersThatWait()
    {
        using var cancellation = new CancellationTokenSource();
        FastChannel<int> channel = FastChannel.CreateUnbounded<int>();
        FastChannelReader<int> output = channel.Reader.TransformConcurrently(3, Scatter, cancellationToken: cancellation.Token);
        cancellation.Cancel();
        Assert.CatchAsync<OperationCanceledException>(() => output.Completion.InTime());
        Assert.That(channel.Writer.TryWrite(1));
        Assert.That(await channel.Reader.ReadAsync(), Is.EqualTo(1), "Nobody takes from the source any more.");
    }

    [Test]
    public void TheFunctionHearsOfTheErrorOfAnother()
    {
        FastChannel<int> channel = FastChannel.CreateUnbounded<int>();
        channel.Writer.TryWriteBatch([0, 1]);
        FastChannelReader<int> output = channel.Reader.TransformConcurrently(2, async (item, stopping) =>
        {
            if (item == 1) throw new InvalidDataException("Bad.");
            return await new TaskCompletionSource<int>().Task.WaitAsync(stopping);
        });
        Assert.ThrowsAsync<InvalidDataException>(() => output.Completion.InTime());
    }

    [Test]
    public void WrongArgumentsAreRefusedAtTheCall() => Assert.Multiple(() =>
    {
        ChannelReader<int> source = FastChannel.CreateUnbounded<int>().Reader;
        Assert.That(() => source.TransformConcurrently(0, Scatter), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => source.TransformConcurrently(1, Scatter, capacity: -1), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => source.TransformConcurrently<int, int>(1, null!), Throws.ArgumentNullException);
    });

    /// <summary>Built for exactly one reader: workers that took at the same time would lose or double items.</summary>
    private static FastChannelReader<int> Source()
    {
        FastChannel<int> channel = FastChannel.CreateBounded<int>(new BoundedChannelOptions(Numbers.Length) { SingleReader = true, SingleWriter = true });
        channel.Writer.TryWriteBatch(Numbers);
        channel.Writer.Complete();
        return channel.Reader;
    }

    private static async ValueTask<int> Scatter(int item, CancellationToken cancellationToken)
    {
        for (int turns = item % 7; turns > 0; turns--) await Task.Yield();
        return item * 2;
    }
}
