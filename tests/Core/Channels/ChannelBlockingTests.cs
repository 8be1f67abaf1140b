using System.Threading.Channels;
using FastCore.Channels;
using FastCore.Channels.Waiting;

namespace FastCore.Tests.Channels;

/// <summary>Reads and writes that block a plain thread.</summary>
[TestFixtureSource(typeof(ChannelKind), nameof(ChannelKind.Ours))]
internal sealed class ChannelBlockingTests(ChannelKind kind)
{
    [Test]
    public void AReadTakesWhatIsThere()
    {
        FastChannel<int> channel = kind.CreateFast<int>();
        channel.Writer.Write(3);
        Assert.That(channel.Reader.Read(), Is.EqualTo(3));
        Assert.That(channel.Writer.TryWrite(4, TimeSpan.Zero), Is.True);
        Assert.That(channel.Reader.TryRead(out int item, TimeSpan.Zero), Is.True);
        Assert.That(item, Is.EqualTo(4));
    }

    [Test]
    public void AReadGivesUpInTime([Values(0, 1, 10)] int milliseconds)
    {
        FastChannel<int> channel = kind.CreateFast<int>();
        Assert.That(channel.Reader.TryRead(out _, TimeSpan.FromMilliseconds(milliseconds)), Is.False);
        Assert.That(((IWaiterOwner)channel).HasWaiters, Is.False);
        Assert.That(channel.Writer.TryWrite(1), Is.True);
        Assert.That(channel.Reader.TryRead(out int item) ? item : 0, Is.EqualTo(1));
    }

    [Test]
    public void AWriteGivesUpInTime([Values(0, 1, 10)] int milliseconds)
    {
        if (!kind.Waits) Assert.Ignore("Never refuses a write.");
        FastChannel<int> channel = (FastChannel<int>)kind.CreateFull();
        Assert.That(channel.Writer.TryWrite(-1, TimeSpan.FromMilliseconds(milliseconds)), Is.False);
        Assert.That(((IWaiterOwner)channel).HasWaiters, Is.False);
        Assert.That(channel.Reader.Count, Is.EqualTo(kind.Capacity));
        Assert.That(channel.Reader.TryRead(out int item) ? item : -1, Is.Zero);
        Assert.That(channel.Reader.Count, Is.EqualTo(kind.Capacity - 1));
    }

    /// <summary>Threads on both sides, each blocked now and then.</summary>
    [Test]
    public void ThreadsPassItemsOn()
    {
        const int Items = 20_000;
        FastChannel<int> channel = kind.CreateFast<int>();
        long sum = 0;
        var reader = new Thread(() =>
        {
            for (int i = 0; i < Items; i++) sum += channel.Reader.Read();
        });
        reader.Start();
        for (int i = 0; i < Items; i++)
        {
            channel.Writer.Write(i);

            // What drops must not be full.
            if (kind.FullMode != BoundedChannelFullMode.Wait) SpinWait.SpinUntil(() => channel.Reader.Count < 2, Hang.Patience);
        }

        Assert.That(reader.Join(Hang.Patience), Is.True, "A thread sleeps on.");
        Assert.That(sum, Is.EqualTo((long)Items * (Items - 1) / 2));
    }

    [Test]
    public void AwaitedAndBlockedReadsAreServedInOrder()
    {
        if (!kind.TakesManyReads || kind.IsAlone) Assert.Ignore("One read waits at a time.");
        FastChannel<int> channel = kind.CreateFast<int>();
        ValueTask<int> first = channel.Reader.ReadAsync();
        int second = 0;
        var thread = new Thread(() => second = channel.Reader.Read());
        thread.Start();
        Assert.That(SpinWait.SpinUntil(() => thread.ThreadState.HasFlag(ThreadState.WaitSleepJoin), Hang.Patience), Is.True);
        channel.Writer.TryWrite(1);
        channel.Writer.TryWrite(2);
        Assert.That(thread.Join(Hang.Patience), Is.True);
        Assert.That((first.Result, second), Is.EqualTo((1, 2)));
    }

    [Test]
    public void TheEndWakesABlockedThread()
    {
        FastChannel<int> channel = kind.CreateFast<int>();
        Exception? thrown = Blocked(() => channel.Reader.Read(), () => channel.Writer.Complete(new InvalidDataException()));
        Assert.That(thrown, Is.InstanceOf<ChannelClosedException>().With.InnerException.InstanceOf<InvalidDataException>());
        Assert.That(() => channel.Reader.Read(), Throws.InstanceOf<ChannelClosedException>());
        Assert.That(() => channel.Writer.Write(1), Throws.InstanceOf<ChannelClosedException>());
    }

    [Test]
    public void ATokenWakesABlockedThread()
    {
        FastChannel<int> channel = kind.CreateFast<int>();
        using var source = new CancellationTokenSource();
        Assert.That(Blocked(() => channel.Reader.Read(source.Token), source.Cancel), Is.InstanceOf<OperationCanceledException>());
        Assert.That(() => channel.Reader.Read(source.Token), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(() => channel.Writer.Write(1, source.Token), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(((IWaiterOwner)channel).HasWaiters, Is.False);
    }

    [Test]
    public void AnInterruptWakesABlockedThread()
    {
        FastChannel<int> channel = kind.CreateFast<int>();
        Assert.That(Blocked(() => channel.Reader.Read(), interrupts: true), Is.InstanceOf<ThreadInterruptedException>());
        Assert.That(((IWaiterOwner)channel).HasWaiters, Is.False);
        Assert.That(channel.Writer.TryWrite(1), Is.True);
        Assert.That(channel.Reader.TryRead(out int item) ? item : 0, Is.EqualTo(1));
    }

    /// <summary>Times that end, interrupts and items meet at every moment: what a read took it returns.</summary>
    [Test]
    public void NothingIsLostWhenThreadsGiveUp()
    {
        if (kind.FullMode != BoundedChannelFullMode.Wait) Assert.Ignore("Drops items.");
        const int Items = 5_000;
        int seed = TestContext.CurrentContext.Random.Next();
        TestContext.Out.WriteLine($"seed {seed}");
        FastChannel<int> channel = kind.CreateFast<int>();
        int next = 0;
        int outOfTurn = 0;
        var reader = new Thread(() =>
        {
            var random = new Random(seed);
            while (next < Items)
            {
                try
                {
                    if (channel.Reader.TryRead(out int item, TimeSpan.FromTicks(random.Next(300))) && item != next++) outOfTurn++;
                }
                catch (ThreadInterruptedException)
                {
                    // It has taken nothing, or the next item would be missed below.
                }
            }
        });
        reader.Start();
        var jitter = new Random(seed + 1);
        for (int i = 0; i < Items; i++)
        {
            if (jitter.Next(8) == 0) reader.Interrupt();
            Thread.SpinWait(jitter.Next(500));
            channel.Writer.Write(i);
        }

        Assert.That(reader.Join(Hang.Patience), Is.True, "A thread sleeps on.");
        Assert.That((next, outOfTurn), Is.EqualTo((Items, 0)));
    }

    [Test]
    public void ArgumentsAreChecked()
    {
        FastChannel<int> channel = kind.CreateFast<int>();
        Assert.That(() => channel.Reader.TryRead(out _, TimeSpan.FromTicks(-3)), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => channel.Writer.TryWrite(1, TimeSpan.MaxValue), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }

    /// <summary>What a thread throws that blocks until something happens.</summary>
    private static Exception? Blocked(Action block, Action? wake = null, bool interrupts = false)
    {
        Exception? thrown = null;
        var thread = new Thread(() =>
        {
            try
            {
                block();
            }
            catch (Exception error)
            {
                thrown = error;
            }
        });
        thread.Start();
        Assert.That(SpinWait.SpinUntil(() => thread.ThreadState.HasFlag(ThreadState.WaitSleepJoin), Hang.Patience), Is.True, "The thread must block.");
        if (interrupts) thread.Interrupt();
        wake?.Invoke();
        Assert.That(thread.Join(Hang.Patience), Is.True, "A thread sleeps on.");
        return thrown;
    }
}
