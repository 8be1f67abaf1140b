using FastCore.Atomics;

namespace FastCore.Tests.Rings;

/// <summary>
/// Real threads through every queue: nothing lost, nothing doubled, nothing torn, each producer's items in its order. Yields
/// between the accesses come from a seed, which a failure prints.
/// </summary>
[TestFixture]
internal sealed class QueueStress
{
    private const int ItemsPerProducer = 60_000;

    /// <summary>Sixteen bytes: two words that are always equal unless a read saw half of a write.</summary>
    private readonly record struct Twin(long First, long Second);

    [Test]
    public void Spsc([Values(2, 64)] int capacity, [Values] bool batch) => Run(new SpscAdapter<Twin, YieldingAtomics>(capacity), 1, 1, batch);

    [Test]
    public void SpscInPlace([Values(2, 64)] int capacity, [Values] bool batch) => Run(new SpscInPlaceAdapter<Twin, YieldingAtomics>(capacity), 1, 1, batch);

    [Test]
    public void Mpmc([Values(2, 64)] int capacity, [Values(1, 3)] int producers, [Values(1, 3)] int consumers, [Values] bool batch) =>
        Run(new MpmcAdapter<Twin, YieldingAtomics>(capacity), producers, consumers, batch);

    [Test]
    public void Mpsc([Values(1, 3)] int producers) => Run(new MpscAdapter<Twin, YieldingAtomics>(), producers, 1, batch: false);

    /// <summary>Without yields, at the processor's own pace.</summary>
    [Test]
    public void AtFullSpeed([Values("spsc", "mpmc", "mpsc")] string kind) => Run(
        kind switch
        {
            "spsc" => new SpscAdapter<Twin, HardwareAtomics>(256),
            "mpmc" => new MpmcAdapter<Twin, HardwareAtomics>(256),
            _ => (IQueue<Twin>)new MpscAdapter<Twin, HardwareAtomics>(),
        },
        producers: 1,
        consumers: 1,
        batch: false);

    private static void Run(IQueue<Twin> queue, int producers, int consumers, bool batch)
    {
        int seed = Environment.TickCount;
        TestContext.Out.WriteLine($"seed {seed}");
        long left = (long)producers * ItemsPerProducer;
        var failure = new StrongBox<string?>();
        using var start = new Barrier(producers + consumers);
        Thread[] threads =
        [
            .. Enumerable.Range(0, producers).Select(number => new Thread(() =>
            {
                YieldingAtomics.Seed(seed + number);
                start.SignalAndWait();
                Produce(queue, number, batch, failure);
            })),
            .. Enumerable.Range(0, consumers).Select(number => new Thread(() =>
            {
                YieldingAtomics.Seed(seed - 1 - number);
                start.SignalAndWait();
                Consume(queue, producers, batch, ref left, failure);
            })),
        ];
        foreach (Thread thread in threads)
        {
            thread.IsBackground = true;
            thread.Start();
        }

        foreach (Thread thread in threads)
        {
            if (!thread.Join(Hang.Patience)) Assert.Fail($"Hung with {Volatile.Read(ref left)} items left; seed {seed}.");
        }

        Assert.That(failure.Value, Is.Null, $"seed {seed}");
        Assert.That(left, Is.Zero, "As many came out as went in.");
        Assert.That(queue.IsEmpty);
    }

    /// <summary>An item's number counts up for each producer; its producer is the number's remainder.</summary>
    private static void Produce(IQueue<Twin> queue, int producer, bool batch, StrongBox<string?> failure)
    {
        SpinWait spinner = default;
        Span<Twin> items = stackalloc Twin[5];
        for (int done = 0; done < ItemsPerProducer && Volatile.Read(ref failure.Value) is null;)
        {
            int length = batch ? Math.Min(1 + (done % items.Length), ItemsPerProducer - done) : 1;
            for (int i = 0; i < length; i++)
            {
                long number = ((long)(done + i) * 16) + producer;
                items[i] = new Twin(number, number);
            }

            int count = batch ? ((IRing<Twin>)queue).TryEnqueue((ReadOnlySpan<Twin>)items[..length]) : queue.TryEnqueue(items[0]) ? 1 : 0;
            done += count;
            if (count == 0) spinner.SpinOnce(sleep1Threshold: -1);
        }
    }

    /// <summary>Each producer's numbers must rise for each consumer; that none is missing then follows from the count.</summary>
    private static void Consume(IQueue<Twin> queue, int producers, bool batch, ref long left, StrongBox<string?> failure)
    {
        SpinWait spinner = default;
        long[] last = [.. Enumerable.Repeat(-1L, producers)];
        Span<Twin> items = stackalloc Twin[7];
        while (Volatile.Read(ref left) > 0 && Volatile.Read(ref failure.Value) is null)
        {
            int count = batch ? ((IRing<Twin>)queue).TryDequeue(items) : queue.TryDequeue(out items[0]) ? 1 : 0;
            if (count == 0) spinner.SpinOnce(sleep1Threshold: -1);
            foreach (Twin item in items[..count])
            {
                long producer = item.First % 16;
                if (item.First != item.Second) failure.Value = $"Torn: {item}.";
                else if (producer >= producers || item.First <= last[producer]) failure.Value = $"Out of order or doubled: {item} after {(producer < producers ? last[producer] : -1)}.";
                else last[producer] = item.First;
            }

            if (count > 0) Interlocked.Add(ref left, -count);
        }
    }

    private sealed class StrongBox<T>
    {
        internal T? Value;
    }
}
