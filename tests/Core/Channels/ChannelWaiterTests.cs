using System.Threading.Channels;

namespace FastCore.Tests.Channels;

/// <summary>The pooled objects behind the ValueTasks.</summary>
[TestFixtureSource(typeof(ChannelKind), nameof(ChannelKind.Ours))]
internal sealed class ChannelWaiterTests(ChannelKind kind)
{
    /// <summary>The token of a ValueTask has 16 bits, so these are the counts at which a careless pool would repeat one.</summary>
    [TestCase(1)]
    [TestCase(65_535)]
    [TestCase(65_536)]
    [TestCase(65_537)]
    public void ASecondAwaitThrowsHoweverOftenTheWaiterWasReused(int reuses)
    {
        Channel<int> channel = kind.Create<int>();
        ValueTask<int> first = WaitAndRead(channel, 0);
        Assert.That(first.GetAwaiter().GetResult(), Is.Zero);
        for (int i = 1; i < reuses; i++)
        {
            if (WaitAndRead(channel, i).GetAwaiter().GetResult() != i) Assert.Fail("A read yields another's item.");
        }

        ValueTask<int> last = channel.Reader.ReadAsync();
        Assert.That(() => first.GetAwaiter().GetResult(), Throws.InvalidOperationException);
        Assert.That(last.IsCompleted, Is.False);
        channel.Writer.TryWrite(-1);
        Assert.That(last.GetAwaiter().GetResult(), Is.EqualTo(-1));
    }

    [Test]
    public void AResultAskedForTooEarlyThrowsAndChangesNothing()
    {
        Channel<int> channel = kind.Create<int>();
        ValueTask<int> read = channel.Reader.ReadAsync();
        Assert.That(() => read.GetAwaiter().GetResult(), Throws.InvalidOperationException);
        channel.Writer.TryWrite(7);
        Assert.That(read.GetAwaiter().GetResult(), Is.EqualTo(7));
    }

    [Test]
    public void WaitingAgainAndAgainAllocatesNothing()
    {
        Channel<int> channel = kind.Create<int>();
        using var source = new CancellationTokenSource();
        Lap(channel, source.Token, 100);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Lap(channel, source.Token, 1_000);
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(2_000));
    }

    private static void Lap(Channel<int> channel, CancellationToken cancellationToken, int count)
    {
        for (int i = 0; i < count; i++)
        {
            ValueTask<int> read = channel.Reader.ReadAsync(cancellationToken);
            channel.Writer.TryWrite(i);
            if (read.GetAwaiter().GetResult() != i) Assert.Fail("A read yields another's item.");
            ValueTask<bool> wait = channel.Reader.WaitToReadAsync(cancellationToken);
            channel.Writer.TryWrite(i);
            if (!wait.GetAwaiter().GetResult() || !channel.Reader.TryRead(out _)) Assert.Fail("There is an item.");
        }
    }

    private static ValueTask<int> WaitAndRead(Channel<int> channel, int item)
    {
        ValueTask<int> read = channel.Reader.ReadAsync();
        channel.Writer.TryWrite(item);
        return read;
    }
}
