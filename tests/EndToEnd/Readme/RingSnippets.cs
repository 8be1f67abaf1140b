using FastCore.Rings;

namespace FastCore.EndToEnd.Tests.Readme;

[TestFixture]
internal sealed class RingSnippets
{
    [Test]
    public void One_producer_one_consumer()
    {
        var received = new List<int>();

        // snippet: spsc-ring
        var ring = new SpscRing<int>(capacity: 1024);

        // The producer's thread: write where the items will lie, then publish them together.
        var slots = ring.Claim(3);
        for (var i = 0; i < slots.Length; i++)
            slots[i] = i;
        ring.Publish(slots.Length);

        // The consumer's thread: read them where they lie, then give the slots back.
        var items = ring.Peek(16);
        foreach (var item in items)
            received.Add(item);
        ring.Release(items.Length);
        // end

        Assert.That(received, Is.EqualTo(new[] { 0, 1, 2 }));
    }

    [Test]
    public void Any_number_on_both_sides()
    {
        // snippet: mpmc-ring
        var ring = new MpmcRing<string>(capacity: 1024);

        if (!ring.TryEnqueue("work"))
            throw new InvalidOperationException("The ring is full.");

        if (ring.TryDequeue(out var item))
            Console.WriteLine(item);
        // end

        Assert.That(item, Is.EqualTo("work"));
    }
}
