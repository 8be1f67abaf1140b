using FastCore.Channels;
using FastCore.Channels.Operators;

namespace FastCore.Tests.Channels.Operators;

/// <summary>Merge, Join and Batch.</summary>
[TestFixture]
internal sealed class MergingTests
{
    [Test]
    public async Task MergeGivesEverySourceInItsOrder([Values(0, 1, 64)] int capacity)
    {
        FastChannel<int>[] sources = [.. Enumerable.Range(0, 3).Select(static _ => FastChannel.CreateBounded<int>(2))];
        Task[] writing = [.. sources.Select((source, index) => Task.Run(async () =>
        {
            for (int item = 0; item < 100; item++) await source.Writer.WriteAsync((index * 1000) + item);
            source.Writer.Complete();
        }))];
        List<int> read = await Drain.ToList(sources.Select(static source => source.Reader).Merge(capacity));
        foreach (int index in Enumerable.Range(0, 3))
        {
            Assert.That(read.Where(item => item / 1000 == index), Is.EqualTo(Enumerable.Range(index * 1000, 100)));
        }

        Assert.That(read, Has.Count.EqualTo(300));
        await Task.WhenAll(writing).InTime();
    }

    [Test]
    public async Task OfNoSourcesNothingComes() =>
        Assert.That(await Drain.ToList(Array.Empty<FastChannelReader<int>>().Merge()), Is.Empty);

    [Test]
    public void TheFirstSourceToFailEndsTheMerge()
    {
        var error = new InvalidDataException("The source broke.");
        FastChannel<int> silent = FastChannel.CreateUnbounded<int>();
        FastChannel<int> broken = FastChannel.CreateUnbounded<int>();
        broken.Writer.TryWrite(1);
        broken.Writer.Complete(error);
        var read = new List<int>();
        FastChannelReader<int> merged = new[] { silent.Reader, broken.Reader }.Merge();
        Assert.That(Assert.ThrowsAsync<InvalidDataException>(() => Drain.ToList(merged, read)), Is.SameAs(error));
        Assert.That(read, Is.EqualTo(new[] { 1 }));
        silent.Writer.TryWrite(2);
        Assert.That(silent.Reader.Count, Is.EqualTo(1), "Nobody takes from it any more.");
    }

    [Test]
    public async Task ACancelledMergeLosesNothing()
    {
        using var cancellation = new CancellationTokenSource();
        FastChannel<int>[] sources = [.. Enumerable.Range(0, 3).Select(static _ => FastChannel.CreateUnbounded<int>())];
        for (int item = 0; item < 300; item++) sources[item % 3].Writer.TryWrite(item);
        FastChannelReader<int> merged = sources.Select(static source => source.Reader).Merge(4, cancellation.Token);
        var read = new List<int>();
        for (int i = 0; i < 20; i++) read.Add(await merged.ReadAsync().AsTask().InTime());
        cancellation.Cancel();
        Assert.CatchAsync<OperationCanceledException>(() => Drain.ToList(merged, read));
        foreach (FastChannel<int> source in sources)
        {
            while (source.Reader.TryRead(out int item)) read.Add(item);
        }

        Assert.That(read, Is.EquivalentTo(Enumerable.Range(0, 300)));
    }

    [Test]
    public async Task JoinGivesTheItemsOfEachList()
    {
        FastChannel<int[]> arrays = FastChannel.CreateUnbounded<int[]>();
        arrays.Writer.TryWriteBatch([[1, 2], [], [3]]);
        arrays.Writer.Complete();
        Assert.That(await Drain.ToList(arrays.Reader.Join()), Is.EqualTo(new[] { 1, 2, 3 }));
        FastChannel<IEnumerable<int>> sequences = FastChannel.CreateUnbounded<IEnumerable<int>>();
        sequences.Writer.TryWriteBatch([Enumerable.Range(1, 2), new List<int> { 3 }]);
        sequences.Writer.Complete();
        Assert.That(await Drain.ToList(sequences.Reader.Join(capacity: 0)), Is.EqualTo(new[] { 1, 2, 3 }));
    }

    [Test]
    public void WhatAListThrowsEndsTheJoin()
    {
        FastChannel<IEnumerable<int>> sequences = FastChannel.CreateUnbounded<IEnumerable<int>>();
        sequences.Writer.TryWriteBatch([[4], new[] { 1, 0 }.Select(static item => 10 / item), [5]]);
        sequences.Writer.Complete();
        var read = new List<int>();
        Assert.ThrowsAsync<DivideByZeroException>(() => Drain.ToList(sequences.Reader.Join(), read));
        Assert.That(read, Is.EqualTo(new[] { 4, 10 }));
        Assert.That(sequences.Reader.Count, Is.EqualTo(1));
    }

    [Test]
    public async Task BatchesAreFullWhereItemsAreThere()
    {
        FastChannel<int> channel = FastChannel.CreateUnbounded<int>();
        channel.Writer.TryWriteBatch([.. Enumerable.Range(0, 10)]);
        channel.Writer.Complete();
        List<int[]> batches = await Drain.ToList(channel.Reader.Batch(4, TimeSpan.FromMinutes(1)));
        Assert.That(batches.Select(static batch => batch.Length), Is.EqualTo(new[] { 4, 4, 2 }));
        Assert.That(batches.SelectMany(static batch => batch), Is.EqualTo(Enumerable.Range(0, 10)));
    }

    [Test]
    public async Task AShortBatchComesWhenItsTimeIsOver()
    {
        FastChannel<int> channel = FastChannel.CreateUnbounded<int>();
        channel.Writer.TryWrite(1);
        FastChannelReader<int[]> batches = channel.Reader.Batch(1000, TimeSpan.FromMilliseconds(1));
        Assert.That(await batches.ReadAsync().AsTask().InTime(), Is.EqualTo(new[] { 1 }));
        channel.Writer.Complete();
        await batches.Completion.InTime();
    }

    [Test]
    public void ACancelledBatchLeavesItsItems()
    {
        using var cancellation = new CancellationTokenSource();
        FastChannel<int> channel = FastChannel.CreateUnbounded<int>();
        channel.Writer.TryWriteBatch([1, 2]);
        FastChannelReader<int[]> batches = channel.Reader.Batch(3, TimeSpan.FromDays(20), cancellationToken: cancellation.Token);
        cancellation.Cancel();
        Assert.CatchAsync<OperationCanceledException>(() => batches.Completion.InTime());
        Assert.That(channel.Reader.Count, Is.EqualTo(2));
    }

    [Test]
    public async Task BatchesCanBeTakenApartAgain()
    {
        FastChannel<int> channel = FastChannel.CreateUnbounded<int>();
        channel.Writer.TryWriteBatch([.. Enumerable.Range(0, 100)]);
        channel.Writer.Complete();
        FastChannelReader<int> output = channel.Reader
            .Batch(7, TimeSpan.Zero)
            .TransformConcurrently(3, static (batch, _) => ValueTask.FromResult(batch.Select(static item => -item).ToArray()))
            .Join();
        Assert.That(await Drain.ToList(output), Is.EqualTo(Enumerable.Range(0, 100).Select(static item => -item)));
    }

    [Test]
    public void WrongArgumentsAreRefusedAtTheCall() => Assert.Multiple(() =>
    {
        FastChannelReader<int> source = FastChannel.CreateUnbounded<int>().Reader;
        Assert.That(() => source.Batch(0, TimeSpan.Zero), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => source.Batch(1, TimeSpan.FromTicks(-1)), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => new[] { source, null! }.Merge(), Throws.ArgumentNullException);
        Assert.That(() => ChannelOperators.Join<int>((FastChannelReader<int[]>)null!), Throws.ArgumentNullException);
    });
}
