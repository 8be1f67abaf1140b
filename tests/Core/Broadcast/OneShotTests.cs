using System.Threading.Channels;
using FastCore.Atomics;
using FastCore.Broadcast;
using FastCore.Continuations;
using FastCore.Tests.Channels;

namespace FastCore.Tests.Broadcast;

[TestFixture]
internal sealed class OneShotTests
{
    [Test]
    public void ManyReadsGetTheOneValue()
    {
        var shot = new OneShot<string>();
        Assert.That(shot.TryRead(out _), Is.False);
        ValueTask<string> waiting = shot.ReadAsync();
        Assert.That(waiting.IsCompleted, Is.False);
        Assert.That(shot.TrySet("one"), Is.True);
        Assert.That(shot.TrySet("two"), Is.False);
        Assert.That(shot.TrySetException(new InvalidOperationException()), Is.False);
        Assert.That(waiting.GetAwaiter().GetResult(), Is.EqualTo("one"));
        Assert.That(shot.ReadAsync().Result, Is.EqualTo("one"));
        Assert.That(shot.ReadAsync(new CancellationToken(canceled: true)).Result, Is.EqualTo("one"));
        Assert.That(shot.TryRead(out string? read) && read == "one" && shot.IsCompleted, Is.True);
    }

    [TestCase(true)]
    [TestCase(false)]
    public void AnErrorReachesEveryRead(bool waits)
    {
        var shot = new OneShot<int>();
        ValueTask<int> waiting = waits ? shot.ReadAsync() : default;
        Assert.That(shot.TrySetException(new FormatException("no number")), Is.True);
        if (waits) Assert.That(async () => await waiting, Throws.TypeOf<FormatException>());
        Assert.That(async () => await shot.ReadAsync(), Throws.TypeOf<FormatException>());
        Assert.That(shot.TryRead(out _), Is.False);
        Assert.That(shot.IsCompleted, Is.True);
    }

    [Test]
    public void ClosedWithoutAValue()
    {
        var shot = new OneShot<int>();
        ValueTask<int> waiting = shot.ReadAsync();
        Assert.That(shot.TryClose(), Is.True);
        Assert.That(shot.TryClose() || shot.TrySet(1), Is.False);
        Assert.That(async () => await waiting, Throws.TypeOf<ChannelClosedException>());
    }

    [Test]
    public void OneReadWaitsAtATime()
    {
        var shot = new OneShot<int>();
        using var source = new CancellationTokenSource();
        ValueTask<int> waiting = shot.ReadAsync(source.Token);
        Assert.That(() => shot.ReadAsync(), Throws.InvalidOperationException);
        Assert.That(() => waiting.GetAwaiter().GetResult(), Throws.InvalidOperationException, "It has not finished.");
        source.Cancel();
        Assert.That(() => shot.ReadAsync(), Throws.InvalidOperationException, "The cancelled read has not been awaited.");
        Assert.That(() => waiting.GetAwaiter().GetResult(), Throws.InstanceOf<OperationCanceledException>().With.Property("CancellationToken").EqualTo(source.Token));
        Assert.That(() => waiting.GetAwaiter().GetResult(), Throws.InvalidOperationException, "It has been awaited.");
        ValueTask<int> second = shot.ReadAsync();
        shot.TrySet(5);
        Assert.That(second.GetAwaiter().GetResult(), Is.EqualTo(5));
    }

    [Test]
    public void WaitingAllocatesNothing()
    {
        var shots = new OneShot<int>[64];
        for (int i = 0; i < shots.Length; i++) shots[i] = new OneShot<int>();
        ReadAndSet(shots.AsSpan(0, 32));
        long before = GC.GetAllocatedBytesForCurrentThread();
        ReadAndSet(shots.AsSpan(32));
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);

        static void ReadAndSet(Span<OneShot<int>> shots)
        {
            foreach (OneShot<int> shot in shots)
            {
                ValueTask<int> read = shot.ReadAsync();
                shot.TrySet(3);
                if (read.GetAwaiter().GetResult() != 3) Assert.Fail("The value is read.");
            }
        }
    }

    [Test]
    public void AHundredThousandCancelledReadsLeaveNothing()
    {
        var shot = new OneShotCore<object, HardwareAtomics>(ContinuationScheduler.ThreadPool);
        using var lasting = new CancellationTokenSource();
        for (int i = 0; i < 100_000; i++)
        {
            using var source = CancellationTokenSource.CreateLinkedTokenSource(lasting.Token);
            ValueTask<object> read = shot.ReadAsync(source.Token);
            source.Cancel();
            if (!read.IsCanceled) Assert.Fail("The read is cancelled.");
            Assert.That(() => read.GetAwaiter().GetResult(), Throws.InstanceOf<OperationCanceledException>());
        }

        Assert.That(shot.HasWaiter, Is.False);
    }

    /// <summary>A token that fires while the value is set, again and again: each read yields the value or is cancelled, never both or neither.</summary>
    [Test]
    public void TokensThatFireDuringTheSetLoseNothing()
    {
        const int Seed = 20_26;
        using var canceller = new Canceller(1, Seed);
        int cancelled = 0;
        for (int round = 0; round < 20_000; round++)
        {
            var shot = new OneShot<int>();
            Task<int> read = ReadUntilThere(shot, canceller, () => cancelled++);
            Thread.SpinWait(round % 601);
            if (round % 4 == 0) Thread.Yield();
            shot.TrySet(round);
            Assert.That(read.Wait(Hang.Patience), Is.True, () => $"The read sleeps on in round {round}, seed {Seed}.");
            Assert.That(read.Result, Is.EqualTo(round));
        }

        TestContext.Out.WriteLine($"{cancelled} cancelled reads, seed {Seed}");

        static async Task<int> ReadUntilThere(OneShot<int> shot, Canceller canceller, Action onCancelled)
        {
            while (true)
            {
                try
                {
                    return await shot.ReadAsync(canceller.Aim(0)).ConfigureAwait(false);
                }
                catch (OperationCanceledException)
                {
                    onCancelled();
                }
            }
        }
    }
}
