using System.Threading.Channels;
using FastCore.Channels;
using FastCore.Channels.Operators;

namespace FastCore.Tests.Channels.Operators;

/// <summary>The operators that are a view of their source.</summary>
[TestFixture]
internal sealed class PullingOperatorTests
{
    [Test]
    public async Task FilterPassesOnWhatIsAccepted()
    {
        FastChannel<int> channel = Holding(1, 2, 3, 4, 5, 6);
        channel.Writer.Complete();
        ChannelReader<int> even = channel.Reader.Filter(static item => item % 2 == 0);
        Assert.That(even.TryRead(out int first));
        Assert.That(first, Is.EqualTo(2));
        Assert.That(await even.ReadAsync(), Is.EqualTo(4));
        Assert.That(await Drain.ToList(even), Is.EqualTo(new[] { 6 }));
        Assert.That(even.Completion.IsCompletedSuccessfully);
    }

    [Test]
    public void FilterDoesNotCount()
    {
        ChannelReader<int> filtered = Holding(1).Reader.Filter(static _ => true);
        Assert.That((filtered.CanCount, filtered.CanPeek), Is.EqualTo((false, false)));
        Assert.That(() => filtered.Count, Throws.TypeOf<NotSupportedException>());
    }

    [Test]
    public async Task AFilteredReadWaitsPastWhatIsRefused()
    {
        FastChannel<int> channel = FastChannel.CreateUnbounded<int>();
        ValueTask<int> read = channel.Reader.Filter(static item => item > 1).ReadAsync();
        Assert.That(channel.Writer.TryWrite(1));
        Assert.That(channel.Writer.TryWrite(2));
        Assert.That(await read.AsTask().InTime(), Is.EqualTo(2));
    }

    [Test]
    public void ACancelledFilteredReadHasTakenNothingItAccepts()
    {
        FastChannel<int> channel = FastChannel.CreateUnbounded<int>();
        ChannelReader<int> filtered = channel.Reader.Filter(static item => item > 1);
        using var source = new CancellationTokenSource();
        ValueTask<int> read = filtered.ReadAsync(source.Token);
        source.Cancel();
        Assert.ThrowsAsync(Is.InstanceOf<OperationCanceledException>(), async () => await read);
        Assert.That(channel.Writer.TryWrite(2));
        Assert.That(filtered.TryRead(out int item));
        Assert.That(item, Is.EqualTo(2));
    }

    [Test]
    public void WhatAFunctionThrowsTheReadThrows()
    {
        FastChannel<int> channel = Holding(0, 1, 0, 2);
        ChannelReader<int> transformed = channel.Reader.Transform(static item => 10 / item);
        ChannelReader<int> filtered = channel.Reader.Filter(static item => 10 / item > 0);
        Assert.That(() => transformed.TryRead(out _), Throws.TypeOf<DivideByZeroException>());
        Assert.That(transformed.TryRead(out int item), "The channel goes on behind it.");
        Assert.That(item, Is.EqualTo(10));
        Assert.That(() => filtered.TryRead(out _), Throws.TypeOf<DivideByZeroException>());
        Assert.That(filtered.TryRead(out item));
        Assert.That(item, Is.EqualTo(2));
    }

    [Test]
    public async Task TransformPassesOnWhatTheFunctionMakes()
    {
        FastChannel<int> channel = Holding(1, 2, 3);
        channel.Writer.Complete();
        ChannelReader<string> texts = channel.Reader.Transform(static item => $"<{item}>");
        Assert.That((texts.CanCount, texts.Count, texts.CanPeek), Is.EqualTo((true, 3, false)));
        Assert.That(texts.TryRead(out string? first));
        Assert.That(first, Is.EqualTo("<1>"));
        Assert.That(await texts.ReadAsync(), Is.EqualTo("<2>"));
        Assert.That(await Drain.ToList(texts), Is.EqualTo(new[] { "<3>" }));
        Assert.That(texts.TryRead(out _), Is.False);
        Assert.That(texts.Completion.IsCompletedSuccessfully);
    }

    [Test]
    public void AnErrorOfTheSourceComesThroughAsItsOwn()
    {
        var error = new InvalidDataException("The source broke.");
        FastChannel<int> channel = FastChannel.CreateUnbounded<int>();
        channel.Writer.Complete(error);
        foreach (ChannelReader<int> view in new[] { channel.Reader.Filter(static _ => true), channel.Reader.Transform(static item => item) })
        {
            Assert.That(Assert.ThrowsAsync<ChannelClosedException>(async () => await view.ReadAsync())!.InnerException, Is.SameAs(error));
            Assert.That(Assert.ThrowsAsync<InvalidDataException>(async () => await view.WaitToReadAsync()), Is.SameAs(error));
            Assert.That(Assert.ThrowsAsync<InvalidDataException>(() => view.Completion), Is.SameAs(error));
        }
    }

    /// <summary>The stock ReadAllAsync goes on here while there are items; so it would fail.</summary>
    [Test]
    public void ReadUntilCanceledStopsWhileItemsAreThere()
    {
        FastChannel<int> channel = Holding(1, 2, 3);
        using var source = new CancellationTokenSource();
        var read = new List<int>();
        Assert.ThrowsAsync(Is.InstanceOf<OperationCanceledException>(), async () =>
        {
            await foreach (int item in channel.Reader.ReadUntilCanceledAsync(source.Token))
            {
                read.Add(item);
                if (item == 2) source.Cancel();
            }
        });
        Assert.That(read, Is.EqualTo(new[] { 1, 2 }));
        Assert.That(channel.Reader.Count, Is.EqualTo(1), "What it did not give is still there.");
    }

    [Test]
    public async Task ReadUntilCanceledEndsWithTheChannel()
    {
        FastChannel<int> channel = Holding(1, 2);
        channel.Writer.Complete();
        var read = new List<int>();
        await foreach (int item in channel.Reader.ReadUntilCanceledAsync()) read.Add(item);
        Assert.That(read, Is.EqualTo(new[] { 1, 2 }));
    }

    [Test]
    public void NullsAreRefusedAtTheCall() => Assert.Multiple(() =>
    {
        ChannelReader<int> reader = FastChannel.CreateUnbounded<int>().Reader;
        Assert.That(() => reader.Filter(null!), Throws.ArgumentNullException);
        Assert.That(() => reader.Transform<int, int>(null!), Throws.ArgumentNullException);
        Assert.That(() => ChannelOperators.ReadUntilCanceledAsync<int>(null!), Throws.ArgumentNullException);
    });

    private static FastChannel<int> Holding(params ReadOnlySpan<int> items)
    {
        FastChannel<int> channel = FastChannel.CreateUnbounded<int>();
        channel.Writer.TryWriteBatch(items);
        return channel;
    }
}
