using System.Threading.Channels;
using FastCore.Channels;
using FastCore.Channels.Operators;

namespace FastCore.Tests.Channels.Operators;

[TestFixture]
internal sealed class PipeToTests
{
    [Test]
    public async Task AllItemsArriveInOrderAndTheEndBehindThem([Values(0, 1, 16)] int capacity)
    {
        FastChannel<int> source = Numbers(1000);
        FastChannel<int> target = FastChannel.CreateBounded<int>(capacity);
        Task<long> pipe = source.Reader.PipeTo(target.Writer);
        Assert.That(await Drain.ToList(target.Reader), Is.EqualTo(Enumerable.Range(0, 1000)));
        Assert.That(await pipe.InTime(), Is.EqualTo(1000));
    }

    [Test]
    public async Task RendezvousCanBeChained()
    {
        FastChannel<int> source = FastChannel.CreateBounded<int>(0);
        FastChannel<int> middle = FastChannel.CreateBounded<int>(0);
        FastChannel<int> target = FastChannel.CreateBounded<int>(0);
        Task writing = Task.Run(async () =>
        {
            for (int item = 0; item < 100; item++) await source.Writer.WriteAsync(item);
            source.Writer.Complete();
        });
        _ = source.Reader.PipeTo(middle.Writer);
        _ = middle.Reader.PipeTo(target.Writer);
        Assert.That(await Drain.ToList(target.Reader), Is.EqualTo(Enumerable.Range(0, 100)));
        await writing.InTime();
    }

    [Test]
    public async Task TheTargetStaysOpenIfAskedTo()
    {
        FastChannel<int> target = FastChannel.CreateUnbounded<int>();
        await Numbers(2).Reader.PipeTo(target.Writer, complete: false).InTime();
        Assert.That(target.Writer.TryWrite(2));
        Assert.That(target.Reader.Count, Is.EqualTo(3));
    }

    [Test]
    public void AnErrorOfTheSourceEndsTheTargetAndTheTask()
    {
        var error = new InvalidDataException("The source broke.");
        FastChannel<int> source = FastChannel.CreateUnbounded<int>();
        source.Writer.Complete(error);
        FastChannel<int> target = FastChannel.CreateUnbounded<int>();
        Assert.That(Assert.ThrowsAsync<InvalidDataException>(() => source.Reader.PipeTo(target.Writer).InTime()), Is.SameAs(error));
        Assert.That(Assert.ThrowsAsync<InvalidDataException>(() => target.Reader.Completion), Is.SameAs(error));
    }

    [Test]
    public async Task ACancelledPipeLosesNothingAndCanBeTakenUpAgain()
    {
        FastChannel<int> source = Numbers(100);
        FastChannel<int> target = FastChannel.CreateBounded<int>(4);
        using var cancellation = new CancellationTokenSource();
        Task<long> first = source.Reader.PipeTo(target.Writer, complete: true, cancellation.Token);
        var read = new List<int>();
        for (int item = 0; item < 10; item++) read.Add(await target.Reader.ReadAsync().AsTask().InTime());
        cancellation.Cancel();
        Task<long> second = Continue();
        await Drain.ToList(target.Reader, read);
        Assert.That(read, Is.EqualTo(Enumerable.Range(0, 100)));
        Assert.That(await second.InTime(), Is.InRange(1, 90));

        async Task<long> Continue()
        {
            try
            {
                await first;
                Assert.Fail("The token had fired.");
            }
            catch (OperationCanceledException)
            {
            }

            return await source.Reader.PipeTo(target.Writer);
        }
    }

    [Test]
    public void ATokenThatHasFiredMovesNothing()
    {
        FastChannel<int> source = Numbers(3);
        FastChannel<int> target = FastChannel.CreateUnbounded<int>();
        Assert.ThrowsAsync(
            Is.InstanceOf<OperationCanceledException>(),
            () => source.Reader.PipeTo(target.Writer, complete: true, new CancellationToken(canceled: true)).InTime());
        Assert.That((source.Reader.Count, target.Reader.Count), Is.EqualTo((3, 0)));
        Assert.That(target.Writer.TryWrite(1), "The source has not ended, so the target is open.");
    }

    [Test]
    public void ACompletedTargetFailsThePipeAtItsNextItem()
    {
        FastChannel<int> source = Numbers(3);
        FastChannel<int> target = FastChannel.CreateUnbounded<int>();
        target.Writer.Complete();
        Assert.ThrowsAsync<ChannelClosedException>(() => source.Reader.PipeTo(target.Writer).InTime());
        Assert.That(source.Reader.Count, Is.EqualTo(2), "One was in hand.");
    }

    private static FastChannel<int> Numbers(int count)
    {
        FastChannel<int> channel = FastChannel.CreateUnbounded<int>();
        for (int item = 0; item < count; item++) channel.Writer.TryWrite(item);
        channel.Writer.Complete();
        return channel;
    }
}
