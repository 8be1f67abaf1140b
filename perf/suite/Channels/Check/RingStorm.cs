using System.Threading.Channels;
using FastCore.Broadcast;

namespace FastCore.Perf.Channels.Check;

/// <summary>
/// Publishers and consumers on one ring: every consumer must see every item once, all in one order, and those that come after
/// others no item before these are done with it. One more consumer joins and leaves all the time.
/// </summary>
/// <remarks>The first half of the consumers are independent; each of the others comes after all of the first half, and the last one after all.</remarks>
internal class RingStorm : Storm
{
    private readonly BroadcastShape _shape;

    private readonly RingStormPublisher[] _publishers;

    private readonly RingStormConsumer[] _consumers;

    private readonly RingStormVisitor _visitor;

    private readonly RingConsumer<long>[] _sides;

    /// <summary>What was seen at each place by whoever got there first, and one more; 0 for what nobody has seen.</summary>
    private readonly long[] _order;

    /// <summary>How many items each consumer is done with; written by it before it releases them.</summary>
    private readonly long[] _done;

    internal RingStorm(BroadcastShape shape, int share, Random random)
        : base(shape.Writers + shape.Readers + 1, share, random)
    {
        _shape = shape;
        RingPublishers publishers = shape.Writers == 1 ? RingPublishers.One : RingPublishers.Many;
        // Waiting threads that never sleep would take the processors from everybody else.
        Ring = new BroadcastRing<long>(1 << random.Next(1, 8), publishers, random.Next(4) == 0 ? RingWaitStrategy.Yield : RingWaitStrategy.Park);
        _order = new long[shape.Writers * share];
        _done = new long[shape.Readers];
        _sides = new RingConsumer<long>[shape.Readers];
        Ledgers = [.. Enumerable.Range(0, shape.Readers).Select(_ => new Ledger(shape.Writers, share))];
        _consumers = [.. Enumerable.Range(0, shape.Readers).Select(index => Join(index, random.Next()))];
        _publishers = [.. Enumerable.Range(0, shape.Writers).Select(index => new RingStormPublisher(this, index, random.Next()))];
        _visitor = new RingStormVisitor(this, shape.Writers + shape.Readers, random.Next());
    }

    internal BroadcastRing<long> Ring { get; }

    /// <summary>For each consumer, what it owes.</summary>
    internal Ledger[] Ledgers { get; }

    internal int PublisherCount => _shape.Writers;

    /// <summary>Whether a publisher may complete the ring while another publishes.</summary>
    internal bool ManyPublish => _shape.Writers > 1;

    protected override IReadOnlyList<StormWorker> Writers => _publishers;

    protected override IReadOnlyList<StormWorker> Readers => [.. _consumers, _visitor];

    /// <summary>Whether the item has its place in the one order that all consumers see.</summary>
    internal bool IsInOrder(long place, long item) =>
        place < _order.Length && Interlocked.CompareExchange(ref _order[place], item + 1, 0) is var before && (before == 0 || before == item + 1);

    /// <summary>Before a consumer releases an item: it is done with so many.</summary>
    internal void Finish(int consumer, long count) => Volatile.Write(ref _done[consumer], count);

    /// <summary>Whether all that <paramref name="consumer"/> comes after are done with the item at that place.</summary>
    internal bool IsItsTurn(int consumer, long place)
    {
        for (int before = 0; before < Before(consumer); before++)
        {
            if (Volatile.Read(ref _done[before]) <= place) return false;
        }

        return true;
    }

    internal bool HasSuccessors(int consumer) => consumer < _shape.Readers - 1;

    /// <summary>What the visitor comes after, at random.</summary>
    internal RingConsumer<long> Visit(Random random) => random.Next(2) == 0 ? Ring.AddConsumer() : Ring.AddConsumer(_sides[random.Next(_sides.Length)]);

    /// <summary>Lets a consumer join the ring.</summary>
    /// <param name="after">Those it comes after.</param>
    protected virtual RingConsumer<long> AddConsumer(ReadOnlySpan<RingConsumer<long>> after) => Ring.AddConsumer(after);

    /// <summary>What the worker of the last consumer reads: the consumer itself.</summary>
    protected virtual ChannelReader<long> ReaderOf(RingConsumer<long> consumer) => consumer;

    protected override void Complete() => Ring.TryComplete(Error);

    protected override ChannelFindings Count()
    {
        (long Lost, long Doubled)[] closed = [.. Ledgers.Select(static ledger => ledger.Close())];
        return _shape.Findings with
        {
            Written = _publishers.Sum(static publisher => publisher.Written) * _consumers.Length,
            Read = _consumers.Sum(static consumer => consumer.Read),
            Lost = closed.Sum(static ledger => ledger.Lost),
            Doubled = closed.Sum(static ledger => ledger.Doubled),
            OutOfOrder = _consumers.Sum(static consumer => consumer.OutOfOrder),
        };
    }

    protected override string? WrongEnd()
    {
        foreach (RingConsumer<long> side in _sides)
        {
            if (!side.Completion.IsCompleted) return "a consumer's Completion is not complete though it has read all";
            if (side.Completion.Exception?.InnerException != Error) return "Completion has another error than the ring was completed with";
            if (side.TryRead(out _)) return "an item is left though the consumer was told that the ring had ended";
        }

        return Ring.TryPublish(0) ? "an item was accepted after the end" : null;
    }

    private RingStormConsumer Join(int index, int seed)
    {
        _sides[index] = AddConsumer(_sides.AsSpan(0, Before(index)));
        return new RingStormConsumer(this, index, HasSuccessors(index) ? _sides[index] : ReaderOf(_sides[index]), seed);
    }

    /// <summary>The consumers that one comes after are the first so many.</summary>
    private int Before(int consumer)
    {
        if (!HasSuccessors(consumer)) return consumer;
        int independent = _shape.Readers / 2;
        return consumer < independent ? 0 : independent;
    }
}
