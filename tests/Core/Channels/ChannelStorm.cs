using System.Threading.Channels;
using FastCore.Tests.Rings;

namespace FastCore.Tests.Channels;

/// <summary>
/// Writers and readers whose every operation that waits is cancelled at some moment, until enough have been. Each item has
/// a number and is written again until a write of it is accepted; in the end each must have been read exactly once.
/// </summary>
internal sealed class ChannelStorm(Channel<int> channel, int writers, int readers, int enoughCancelled, int seed)
{
    private const int MostItems = 1 << 20;

    /// <summary>Without it, a channel without a bound would never have a reader wait.</summary>
    private const int LargestBacklog = 64;

    private readonly int[] _timesRead = new int[MostItems];

    private int _cancelledReads;

    private int _cancelledWrites;

    private int _written = -1;

    private int _read;

    internal int Cancelled => Volatile.Read(ref _cancelledReads) + Volatile.Read(ref _cancelledWrites);

    internal void Run()
    {
        using var canceller = new Canceller(writers + readers, seed);
        Task[] writing = [.. Enumerable.Range(0, writers).Select(writer => Task.Run(() => Write(canceller, writer)))];
        Task[] reading = [.. Enumerable.Range(0, readers).Select(reader => Task.Run(() => Read(canceller, writers + reader)))];
        Assert.That(EndsWhileSomethingHappens(writing), Is.True, () => $"A writer sleeps on. Seed {seed}.");
        channel.Writer.Complete();
        Assert.That(EndsWhileSomethingHappens(reading), Is.True, () => $"A reader sleeps on. Seed {seed}.");
        Assert.That(channel.Reader.Completion.IsCompletedSuccessfully, Is.True);
        int written = Math.Min(_written + 1, MostItems);
        int lost = _timesRead.Take(written).Count(static times => times == 0);
        int doubled = _timesRead.Count(static times => times > 1);
        Assert.That((lost, doubled), Is.EqualTo((0, 0)), () => $"Lost and doubled items. Seed {seed}.");
        TestContext.Out.WriteLine($"{written} items, {_cancelledReads} reads and {_cancelledWrites} writes cancelled, seed {seed}");
    }

    private bool EndsWhileSomethingHappens(Task[] tasks)
    {
        (int, int, int) before = default;
        while (!Task.WaitAll(tasks, Hang.Patience))
        {
            (int, int, int) now = (Cancelled, Volatile.Read(ref _written), Volatile.Read(ref _read));
            if (now == before) return false;
            before = now;
        }

        return true;
    }

    private async Task Write(Canceller canceller, int writer)
    {
        YieldingAtomics.Seed(seed + writer);
        var random = new Random(seed + writer);
        int item;
        while (Cancelled < enoughCancelled && (item = Interlocked.Increment(ref _written)) < MostItems)
        {
            if (IsStarving(item)) Dawdle(random);
            while (channel.Reader.Count > LargestBacklog) await Task.Yield();
            while (true)
            {
                try
                {
                    if (random.Next(2) == 0)
                    {
                        await channel.Writer.WriteAsync(item, canceller.Aim(writer)).ConfigureAwait(false);
                        break;
                    }

                    if (channel.Writer.TryWrite(item)) break;
                    Assert.That(await channel.Writer.WaitToWriteAsync(canceller.Aim(writer)).ConfigureAwait(false), Is.True);
                }
                catch (OperationCanceledException)
                {
                    Interlocked.Increment(ref _cancelledWrites);
                }
            }
        }
    }

    private async Task Read(Canceller canceller, int target)
    {
        YieldingAtomics.Seed(seed + target);
        var random = new Random(seed + target);
        while (true)
        {
            try
            {
                int item;
                if (random.Next(2) == 0)
                {
                    item = await channel.Reader.ReadAsync(canceller.Aim(target)).ConfigureAwait(false);
                }
                else
                {
                    if (!await channel.Reader.WaitToReadAsync(canceller.Aim(target)).ConfigureAwait(false)) return;
                    if (!channel.Reader.TryRead(out item)) continue;
                }

                Interlocked.Increment(ref _timesRead[item]);
                Interlocked.Increment(ref _read);
                if (!IsStarving(item)) Dawdle(random);
            }
            catch (OperationCanceledException)
            {
                Interlocked.Increment(ref _cancelledReads);
            }
            catch (ChannelClosedException)
            {
                return;
            }
        }
    }

    /// <summary>By turns, readers wait for slow writers and writers for slow readers.</summary>
    private static bool IsStarving(int item) => (item & 128) == 0;

    private static void Dawdle(Random random)
    {
        if (random.Next(4) == 0) Thread.Yield();
        else Thread.SpinWait(random.Next(300));
    }
}
