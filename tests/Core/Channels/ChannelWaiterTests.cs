using System.Runtime.CompilerServices;
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

    /// <summary>With a context to go on in and without one, whether or not the first await flows its execution context.</summary>
    [Test]
    public void ASecondAwaitThrowsAndLeavesTheFirstAlone([Values] bool flows, [Values] bool inContext)
    {
        Channel<int> channel = kind.Create<int>();
        using var goesOn = new ManualResetEventSlim();
        SynchronizationContext? before = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(inContext ? new PoolContext() : null);
        try
        {
            ValueTaskAwaiter<int> read = channel.Reader.ReadAsync().GetAwaiter();
            Await(read, goesOn.Set);
            Assert.That(() => Await(read, static () => Assert.Fail("Refused, and yet run.")), Throws.InvalidOperationException);
            channel.Writer.TryWrite(7);
            Assert.That(goesOn.Wait(Hang.Patience), Is.True);
            Assert.That(read.GetResult(), Is.EqualTo(7));
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(before);
        }

        void Await(ValueTaskAwaiter<int> awaiter, Action action)
        {
            if (flows) awaiter.OnCompleted(action);
            else awaiter.UnsafeOnCompleted(action);
        }
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

    /// <summary>Not the default class, so that an await captures it.</summary>
    private sealed class PoolContext : SynchronizationContext;
}
