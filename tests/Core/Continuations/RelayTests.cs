using FastCore.Channels;
using FastCore.Channels.Waiting;

namespace FastCore.Tests.Continuations;

/// <summary>Continuations that follow each other on one thread harm nobody.</summary>
[TestFixture]
internal sealed class RelayTests
{
    /// <summary>The piece of work that waits behind this one is what this one blocks for; only the monitor can help.</summary>
    [Test]
    public void APieceMayBlockForTheNext()
    {
        FastChannel<int> first = FastChannel.CreateBounded<int>(1);
        FastChannel<int> second = FastChannel.CreateBounded<int>(1);
        using var secondRan = new ManualResetEventSlim();
        bool helped = false;
        Task waiting = ReadThen(second, secondRan.Set);
        Task blocking = ReadThen(first, () =>
        {
            second.Writer.TryWrite(1);
            helped = secondRan.Wait(Hang.Patience);
        });
        first.Writer.TryWrite(1);
        Assert.That(Task.WaitAll([waiting, blocking], Hang.Patience + Hang.Patience), Is.True);
        Assert.That(helped, Is.True, "The next piece must not wait for one that blocks.");
    }

    /// <summary>
    /// Short pieces that wake each other, and are let, follow each other on one thread; what else would be a relay that never
    /// relays.
    /// </summary>
    [Test]
    public void ShortPiecesFollowEachOther()
    {
        const int Passes = 10_000;
        FastChannel<int> there = FastChannel.CreateBounded<int>(0);
        int changes = 0;
        int thread = 0;
        Task writing = Task.Run(async () =>
        {
            for (int i = 0; i < Passes; i++) await there.Writer.WriteAsync(i).ConfigureAwait(false);
        });
        Task reading = Task.Run(async () =>
        {
            for (int i = 0; i < Passes; i++)
            {
                await there.Reader.ReadAsync().ConfigureAwait(false);
                if (Interlocked.Exchange(ref thread, Environment.CurrentManagedThreadId) != Environment.CurrentManagedThreadId) changes++;
            }
        });
        Assert.That(Task.WaitAll([writing, reading], Hang.Patience), Is.True);
        Assert.That(changes, Is.LessThan(Passes / 4), "The reader went on on another thread again and again.");
    }

    /// <summary>More become ready in one piece than a thread keeps.</summary>
    [Test]
    public void APieceMayWakeMany()
    {
        const int Many = 50;
        FastChannel<int> first = FastChannel.CreateBounded<int>(1);
        FastChannel<int>[] others = [.. Enumerable.Range(0, Many).Select(_ => FastChannel.CreateBounded<int>(1))];
        using var ran = new CountdownEvent(Many);
        Task[] waiting = [.. others.Select(other => ReadThen(other, () => ran.Signal()))];
        Task waking = ReadThen(first, () =>
        {
            foreach (FastChannel<int> other in others) other.Writer.TryWrite(1);
        });
        first.Writer.TryWrite(1);
        Assert.That(ran.Wait(Hang.Patience), Is.True);
        Assert.That(Task.WaitAll([waking, .. waiting], Hang.Patience), Is.True);
    }

    /// <summary>Two tasks that wake each other without end leave the pool to others.</summary>
    [Test]
    public void OtherWorkOfThePoolGetsItsTurn()
    {
        FastChannel<int> there = FastChannel.CreateBounded<int>(1);
        FastChannel<int> back = FastChannel.CreateBounded<int>(1);
        using var stop = new CancellationTokenSource();
        int players = Environment.ProcessorCount * 2;
        Task[] playing = [.. Enumerable.Range(0, players).SelectMany(_ => new[] { Pass(there, back), Pass(back, there) })];
        for (int i = 0; i < players; i++) there.Writer.TryWrite(i);
        for (int i = 0; i < 50; i++) Assert.That(Task.Run(static () => true).Wait(Hang.Patience), Is.True, "The pool is kept from other work.");
        stop.Cancel();
        there.Writer.TryComplete();
        back.Writer.TryComplete();
        Assert.That(Task.WaitAll(playing, Hang.Patience), Is.True);

        async Task Pass(FastChannel<int> from, FastChannel<int> to)
        {
            try
            {
                while (!stop.IsCancellationRequested) await to.Writer.WriteAsync(await from.Reader.ReadAsync().ConfigureAwait(false)).ConfigureAwait(false);
            }
            catch (System.Threading.Channels.ChannelClosedException)
            {
                // The end of the game.
            }
        }
    }

    /// <summary>What a piece leaves in the execution context is not seen by the next on its thread.</summary>
    [Test]
    public void APieceDoesNotSeeTheContextOfTheOneBefore()
    {
        var local = new AsyncLocal<string?>();
        FastChannel<int> first = FastChannel.CreateBounded<int>(1);
        FastChannel<int> second = FastChannel.CreateBounded<int>(1);
        using var done = new ManualResetEventSlim();
        string? seen = "nothing yet";
        second.Reader.ReadAsync().ConfigureAwait(false).GetAwaiter().UnsafeOnCompleted(() =>
        {
            seen = local.Value;
            done.Set();
        });
        first.Reader.ReadAsync().ConfigureAwait(false).GetAwaiter().UnsafeOnCompleted(() =>
        {
            local.Value = "left behind";
            second.Writer.TryWrite(1);
        });
        first.Writer.TryWrite(1);
        Assert.That(done.Wait(Hang.Patience), Is.True);
        Assert.That(seen, Is.Null);
    }

    /// <summary>A scheduler that was shut down refuses a continuation; those behind it are told all the same, and it goes on on the pool.</summary>
    [Test]
    public void ASchedulerThatRefusesHarmsNobody()
    {
        FastChannel<int> channel = FastChannel.CreateUnbounded<int>();
        var pair = new ConcurrentExclusiveSchedulerPair();
        Task<bool> refused = Task.Factory.StartNew(async () => await channel.Reader.WaitToReadAsync(), CancellationToken.None, TaskCreationOptions.None, pair.ExclusiveScheduler).Unwrap();
        Assert.That(SpinWait.SpinUntil(() => ((IWaiterOwner)channel).HasWaiters, Hang.Patience), Is.True);
        Task<bool> other = channel.Reader.WaitToReadAsync().AsTask();
        pair.Complete();
        Assert.That(pair.Completion.Wait(Hang.Patience), Is.True);
        channel.Writer.TryWrite(1);
        Assert.That(Task.WaitAll([refused, other], Hang.Patience), Is.True, "Somebody was never told.");
    }

    /// <summary>A flow of the execution context that was asked for is kept.</summary>
    [Test]
    public void AContextThatFlowsIsSeen()
    {
        var local = new AsyncLocal<string?> { Value = "mine" };
        FastChannel<int> channel = FastChannel.CreateBounded<int>(1);
        using var done = new ManualResetEventSlim();
        string? seen = null;
        channel.Reader.ReadAsync().ConfigureAwait(false).GetAwaiter().OnCompleted(() =>
        {
            seen = local.Value;
            done.Set();
        });
        local.Value = "another's";
        channel.Writer.TryWrite(1);
        Assert.That(done.Wait(Hang.Patience), Is.True);
        Assert.That(seen, Is.EqualTo("mine"));
    }

    private static async Task ReadThen(FastChannel<int> channel, Action then)
    {
        await channel.Reader.ReadAsync().ConfigureAwait(false);
        then();
    }
}
