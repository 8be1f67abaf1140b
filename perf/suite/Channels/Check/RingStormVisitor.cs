using FastCore.Broadcast;

namespace FastCore.Perf.Channels.Check;

/// <summary>Joins the ring, reads for a while and leaves, again and again: what it sees of a publisher must have no gaps.</summary>
internal sealed class RingStormVisitor(RingStorm storm, int index, int seed) : StormWorker(storm, index, seed, canBlock: false)
{
    private const int LongestVisit = 64;

    /// <summary>It goes on as long as the storm does, and says nothing about whether that gets on.</summary>
    internal override long Moved => 0;

    protected override async ValueTask<bool> Step()
    {
        using RingConsumer<long> consumer = storm.Visit(Random);
        var next = new long?[storm.PublisherCount];
        for (int reads = Random.Next(1, LongestVisit); reads > 0; reads--)
        {
            if (consumer.TryRead(out long item)) Check(next, item);
            else if (!await consumer.WaitToReadAsync(Aim()).ConfigureAwait(false)) return false;
        }

        return true;
    }

    private void Check(long?[] next, long item)
    {
        ref long? expected = ref next[Item.Writer(item)];
        if (expected is { } number && number != Item.Number(item)) Fail($"a consumer that had joined read {Item.Number(item)} after {number - 1} of the same publisher");
        expected = Item.Number(item) + 1;
    }
}
