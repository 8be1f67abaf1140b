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
        FastWriterLease<int> first = channel.Writer.Share();
        FastWriterLease<int> second = first.Share();
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
        FastWriterLease<int> first = channel.Writer.Share();
        using FastWriterLease<int> second = first.Share();
        first.Dispose();
        first.Dispose();
        Assert.That(second.TryWrite(1));
        Assert.That(channel.Reader.Completion.IsCompleted, Is.False);
    }

    [Test]
    public void OneLeaseCompletesForAll()
    {
        FastChannel<int> channel = FastChannel.CreateUnbounded<int>();
        using FastWriterLease<int> first = channel.Writer.Share();
        using FastWriterLease<int> second = first.Share();
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
        FastWriterLease<int> lease = channel.Writer.Share();
        using FastWriterLease<int> other = lease.Share();
        lease.Dispose();
        Assert.Multiple(() =>
        {
            Assert.That(() => lease.TryWrite(1), Throws.TypeOf<ObjectDisposedException>());
            Assert.That(() => lease.WriteAsync(1), Throws.TypeOf<ObjectDisposedException>());
            Assert.That(() => lease.WaitToWriteAsync(), Throws.TypeOf<ObjectDisposedException>());
            Assert.That(() => lease.TryComplete(), Throws.TypeOf<ObjectDisposedException>());
            Assert.That(() => lease.Share(), Throws.TypeOf<ObjectDisposedException>());
            Assert.That(() => WriterLease.Share(lease), Throws.TypeOf<ObjectDisposedException>());
            Assert.That(() => WriterLease.Share((ChannelWriter<int>)lease), Throws.TypeOf<ObjectDisposedException>());
            Assert.That(() => lease.CanClaim, Throws.TypeOf<ObjectDisposedException>());
            Assert.That(() => lease.TryWrite(1, TimeSpan.Zero), Throws.TypeOf<ObjectDisposedException>());
            Assert.That(() => lease.TryWriteBatch([1]), Throws.TypeOf<ObjectDisposedException>());
            Assert.That(() => lease.WriteBatchAsync(new[] { 1 }), Throws.TypeOf<ObjectDisposedException>());
            Assert.That(() => lease.Claim(1).Length, Throws.TypeOf<ObjectDisposedException>());
            Assert.That(() => lease.Publish(0), Throws.TypeOf<ObjectDisposedException>());
            Assert.That(() => new ChannelSelect().Write(lease), Throws.TypeOf<ObjectDisposedException>());
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
        FastWriterLease<int> first = channel.Writer.Share();
        using FastWriterLease<int> second = first.Share();
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
        FastWriterLease<int> lease = channel.Writer.Share();
        Assert.That(lease.TryWrite(1));
        ValueTask write = lease.WriteAsync(2);
        lease.Dispose();
        Assert.ThrowsAsync<ChannelClosedException>(async () => await write);
    }

    [Test]
    public void ALeaseCanDoWhatItsChannelCan()
    {
        FastChannel<int> channel = FastChannel.CreateBounded<int>(new BoundedChannelOptions(4) { SingleReader = true, SingleWriter = true });
        using FastWriterLease<int> lease = channel.Writer.Share();
        Assert.That(lease.TryWriteBatch([1, 2, 3]), Is.EqualTo(3));
        Assert.That(lease.CanClaim);
        lease.Claim(1)[0] = 4;
        Assert.That(lease.Publish(1));
        Assert.That(lease.TryWrite(5, TimeSpan.Zero), Is.False, "It is full.");
        Assert.That(Take(channel, 4), Is.EqualTo(new[] { 1, 2, 3, 4 }));
        lease.Write(6);
        var select = new ChannelSelect();
        select.Write(lease).Item = 7;
        Assert.That(select.TrySelect(out _));
        Assert.That(Take(channel, 2), Is.EqualTo(new[] { 6, 7 }));
    }

    /// <summary>It says how much was written, as it would without the disposal.</summary>
    [Test]
    public void ABatchThatWaitsOutlivesItsLease()
    {
        FastChannel<int> channel = FastChannel.CreateBounded<int>(1);
        FastWriterLease<int> first = channel.Writer.Share();
        using FastWriterLease<int> second = first.Share();
        Task<int> write = first.WriteBatchAsync(new[] { 1, 2, 3 }).AsTask();
        first.Dispose();
        for (int item = 1; item <= 3; item++) Assert.That(channel.Reader.Read(), Is.EqualTo(item));
        Assert.That(write.GetAwaiter().GetResult(), Is.EqualTo(3));
    }

    [Test]
    public void ASelectThatWaitsOutlivesItsLease()
    {
        FastChannel<int> channel = FastChannel.CreateBounded<int>(1);
        FastWriterLease<int> first = channel.Writer.Share();
        using FastWriterLease<int> second = first.Share();
        Assert.That(second.TryWrite(1));
        var select = new ChannelSelect();
        SelectWrite<int> write = select.Write(first);
        write.Item = 2;
        ValueTask<int> selected = select.WaitAsync();
        first.Dispose();
        Assert.That(Take(channel, 1), Is.EqualTo(new[] { 1 }));
        Assert.That(selected.GetAwaiter().GetResult(), Is.EqualTo(write.Index));
        Assert.That(Take(channel, 1), Is.EqualTo(new[] { 2 }));
        Assert.That(() => select.TrySelect(out _), Throws.TypeOf<ObjectDisposedException>());
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
        using (FastWriterLease<int> first = channel.Writer.Share())
        {
            for (int chain = 0; chain < Chains; chain++) Start(first.Share(), Links);
        }

        using var patience = new CancellationTokenSource(Hang.Patience);
        int read = 0;
        await foreach (int _ in channel.Reader.ReadAllAsync(patience.Token)) read++;
        Assert.That(read, Is.EqualTo(Chains * Links));

        static void Start(FastWriterLease<int> lease, int links) => Task.Run(async () =>
        {
            using (lease)
            {
                await lease.WriteAsync(links);
                if (links > 1) Start(lease.Share(), links - 1);
            }
        });
    }

    private static int[] Take(FastChannel<int> channel, int size)
    {
        var items = new int[size];
        return items[..channel.Reader.TryReadBatch(items)];
    }
}
