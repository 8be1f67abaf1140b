using System.Threading.Channels;
using FastCore.Channels;

namespace FastCore.Tests.Channels.Leases;

[TestFixture]
internal sealed class WriterLeaseTests
{
    [Test]
    public void TheChannelEndsWithTheLastLease()
    {
        FastChannel<int> channel = FastChannel.CreateUnbounded<int>();
        WriterLease<int> first = channel.Writer.Share();
        WriterLease<int> second = first.Share();
        first.Dispose();
        Assert.That(second.TryWrite(1), "The second lease holds it open.");
        second.Dispose();
        Assert.That(channel.Writer.TryWrite(2), Is.False, "It is completed.");
        Assert.That(channel.Reader.TryRead(out int item), "What was written before can be read.");
        Assert.That(item, Is.EqualTo(1));
        Assert.That(channel.Reader.Completion.IsCompletedSuccessfully);
    }

    [Test]
    public void DisposingTwiceCountsOnce()
    {
        FastChannel<int> channel = FastChannel.CreateUnbounded<int>();
        WriterLease<int> first = channel.Writer.Share();
        using WriterLease<int> second = first.Share();
        first.Dispose();
        first.Dispose();
        Assert.That(second.TryWrite(1));
        Assert.That(channel.Reader.Completion.IsCompleted, Is.False);
    }

    [Test]
    public void OneLeaseCompletesForAll()
    {
        FastChannel<int> channel = FastChannel.CreateUnbounded<int>();
        using WriterLease<int> first = channel.Writer.Share();
        using WriterLease<int> second = first.Share();
        var error = new InvalidDataException("The source broke.");
        first.Complete(error);
        Assert.That(second.TryWrite(1), Is.False);
        Assert.That(second.TryComplete(), Is.False, "It was completed before.");
        Assert.That(Assert.ThrowsAsync<ChannelClosedException>(async () => await second.WriteAsync(1))!.InnerException, Is.SameAs(error));
        Assert.That(Assert.ThrowsAsync<InvalidDataException>(() => channel.Reader.Completion), Is.SameAs(error));
    }

    [Test]
    public void ADisposedLeaseThrowsWhateverIsAskedOfIt()
    {
        FastChannel<int> channel = FastChannel.CreateUnbounded<int>();
        WriterLease<int> lease = channel.Writer.Share();
        using WriterLease<int> other = lease.Share();
        lease.Dispose();
        Assert.Multiple(() =>
        {
            Assert.That(() => lease.TryWrite(1), Throws.TypeOf<ObjectDisposedException>());
            Assert.That(() => lease.WriteAsync(1), Throws.TypeOf<ObjectDisposedException>());
            Assert.That(() => lease.WaitToWriteAsync(), Throws.TypeOf<ObjectDisposedException>());
            Assert.That(() => lease.TryComplete(), Throws.TypeOf<ObjectDisposedException>());
            Assert.That(() => lease.Share(), Throws.TypeOf<ObjectDisposedException>());
            Assert.That(() => WriterLease.Share(lease), Throws.TypeOf<ObjectDisposedException>());
            Assert.That(channel.Reader.Count, Is.Zero, "Nothing came through.");
        });
    }

    [Test]
    public void ALeaseSharedAsAPlainWriterIsOneOfTheSame()
    {
        FastChannel<int> channel = FastChannel.CreateUnbounded<int>();
        ChannelWriter<int> first = channel.Writer.Share();
        using (WriterLease<int> second = first.Share()) Assert.That(second.TryWrite(1));
        Assert.That(first.TryWrite(2), "The first one still holds it open.");
    }

    [Test]
    public void AWriteThatWaitsOutlivesItsLease()
    {
        FastChannel<int> channel = FastChannel.CreateBounded<int>(1);
        WriterLease<int> first = channel.Writer.Share();
        using WriterLease<int> second = first.Share();
        Assert.That(first.TryWrite(1));
        ValueTask write = first.WriteAsync(2);
        first.Dispose();
        Assert.That(channel.Reader.TryRead(out _));
        write.GetAwaiter().GetResult();
        Assert.That(channel.Reader.TryRead(out int item));
        Assert.That(item, Is.EqualTo(2));
    }

    [Test]
    public void AWriteThatWaitsEndsWithTheLastLease()
    {
        FastChannel<int> channel = FastChannel.CreateBounded<int>(1);
        WriterLease<int> lease = channel.Writer.Share();
        Assert.That(lease.TryWrite(1));
        ValueTask write = lease.WriteAsync(2);
        lease.Dispose();
        Assert.ThrowsAsync<ChannelClosedException>(async () => await write);
    }

    [Test]
    public void StockChannelsAreSharedToo()
    {
        Channel<int> channel = Channel.CreateUnbounded<int>();
        channel.Writer.Share().Dispose();
        Assert.That(channel.Reader.Completion.IsCompletedSuccessfully);
    }

    /// <summary>Each task writes, shares its lease with a successor, and gives it back: the end comes after all, once.</summary>
    [Test]
    public async Task NothingIsLostWhenLeasesAreHandedOn()
    {
        const int Chains = 8;
        const int Links = 500;
        FastChannel<int> channel = FastChannel.CreateBounded<int>(16);
        using (WriterLease<int> first = channel.Writer.Share())
        {
            for (int chain = 0; chain < Chains; chain++) Start(first.Share(), Links);
        }

        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        int read = 0;
        await foreach (int _ in channel.Reader.ReadAllAsync(patience.Token)) read++;
        Assert.That(read, Is.EqualTo(Chains * Links));

        static void Start(WriterLease<int> lease, int links) => Task.Run(async () =>
        {
            using (lease)
            {
                await lease.WriteAsync(links);
                if (links > 1) Start(lease.Share(), links - 1);
            }
        });
    }
}
