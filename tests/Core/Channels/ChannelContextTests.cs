using System.Runtime.CompilerServices;
using FastCore.Channels;

namespace FastCore.Tests.Channels;

/// <summary>A captured context that runs what it is posted at once, as some do in tests and on their own thread, and code that throws in it.</summary>
[TestFixture]
[CancelAfter(Hang.Milliseconds)]
internal sealed class ChannelContextTests
{
    /// <summary>By then the object behind the first read may be that of the second.</summary>
    [Test]
    public async Task WhoThrowsInAContextIsNotRunAgain(CancellationToken cancellationToken)
    {
        FastChannel<int> channel = FastChannel.CreateBounded<int>(10);
        var seen = new List<int>();
        Task<int>? second = null;
        GoOnInContext(channel.Reader.ReadAsync(cancellationToken), read =>
        {
            seen.Add(read.GetResult());
            second = channel.Reader.ReadAsync(cancellationToken).AsTask();
            throw new InvalidDataException();
        });
        Assert.That(() => channel.Writer.TryWrite(1), Throws.TypeOf<InvalidDataException>(), "As on the stock channels.");
        Assert.That(channel.Writer.TryWrite(2), Is.True);
        Assert.That(await second!, Is.EqualTo(2));
        Assert.That(seen, Is.EqualTo(new[] { 1 }));
    }

    [Test]
    public async Task WhoThrowsInAContextKeepsNobodyAsleep(CancellationToken cancellationToken)
    {
        FastChannel<int> channel = FastChannel.CreateUnbounded<int>();
        GoOnInContext(channel.Reader.ReadAsync(cancellationToken), static _ => throw new InvalidDataException());
        Task<int> second = channel.Reader.ReadAsync(cancellationToken).AsTask();
        GoOnInContext(channel.Reader.ReadAsync(cancellationToken), static _ => throw new InvalidDataException());
        Task<bool> wait = channel.Reader.WaitToReadAsync(cancellationToken).AsTask();
        Assert.That(() => channel.Writer.TryComplete(), Throws.TypeOf<InvalidDataException>());
        await Assert.ThatAsync(() => second, Throws.TypeOf<System.Threading.Channels.ChannelClosedException>());
        Assert.That(await wait, Is.False);
        await channel.Reader.Completion.WaitAsync(cancellationToken);
    }

    /// <summary>One after the other: a frame of the stack for each would end the process.</summary>
    [Test]
    public void OfManyWhoThrowTheFirstIsHeard()
    {
        const int Readers = 5_000;
        FastChannel<int> channel = FastChannel.CreateUnbounded<int>();
        int told = 0;
        for (int number = 0; number < Readers; number++)
        {
            int index = number;
            GoOnInContext(channel.Reader.ReadAsync(), _ =>
            {
                told++;
                throw new InvalidDataException($"{index}");
            });
        }

        Assert.That(() => channel.Writer.TryComplete(), Throws.TypeOf<InvalidDataException>().With.Message.EqualTo("0"));
        Assert.That(told, Is.EqualTo(Readers));
    }

    private static void GoOnInContext(ValueTask<int> read, Action<ValueTaskAwaiter<int>> goOn)
    {
        SynchronizationContext? before = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(new AtOnce());
        try
        {
            ValueTaskAwaiter<int> awaiter = read.GetAwaiter();
            Assert.That(awaiter.IsCompleted, Is.False);
            awaiter.OnCompleted(() => goOn(awaiter));
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(before);
        }
    }

    private sealed class AtOnce : SynchronizationContext
    {
        public override void Post(SendOrPostCallback d, object? state) => d(state);
    }
}
