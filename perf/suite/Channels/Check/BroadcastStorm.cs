using System.Threading.Channels;
using FastCore.Broadcast;

namespace FastCore.Perf.Channels.Check;

/// <summary>
/// Writers and readers on one broadcast channel: what a reader got and what it was told it missed add up to what was written,
/// in order, and with one writer at every item.
/// </summary>
internal class BroadcastStorm : Storm
{
    private readonly BroadcastShape _shape;

    private readonly BroadcastStormWriter[] _writers;

    private readonly BroadcastStormReader[] _readers;

    internal BroadcastStorm(BroadcastShape shape, int share, Random random)
        : base(shape.Writers + shape.Readers, share, random)
    {
        _shape = shape;
        // Any capacity, not only the powers of two; small ones, so that readers are overtaken.
        Channel = new BroadcastChannel<long>(random.Next(1, 1 << random.Next(2, 9)));
        _writers = [.. Enumerable.Range(0, shape.Writers).Select(index => new BroadcastStormWriter(this, index, random.Next()))];
        _readers = [.. Enumerable.Range(0, shape.Readers).Select(index => new BroadcastStormReader(this, shape.Writers + index, random.Next()))];
    }

    internal BroadcastChannel<long> Channel { get; }

    internal int WriterCount => _shape.Writers;

    protected override IReadOnlyList<StormWorker> Writers => _writers;

    protected override IReadOnlyList<StormWorker> Readers => _readers;

    private long Sent => _writers.Sum(static writer => writer.Written);

    /// <summary>What the worker of a reader reads.</summary>
    internal virtual ChannelReader<long> ReaderOf(BroadcastReader<long> reader) => reader;

    /// <summary>How many items the reader says that it has missed.</summary>
    internal virtual long MissedOf(BroadcastReader<long> reader) => reader.Missed;

    protected override void Complete() => Channel.Writer.TryComplete(Error);

    protected override ChannelFindings Count()
    {
        // For each reader, what it neither got nor was told of.
        long[] gaps = [.. _readers.Select(reader => Sent - reader.Read - reader.Missed)];
        return _shape.Findings with
        {
            Written = Sent * _readers.Length,
            Read = _readers.Sum(static reader => reader.Read),
            Dropped = _readers.Sum(static reader => reader.Missed),
            Lost = gaps.Where(static gap => gap > 0).Sum(),
            Doubled = -gaps.Where(static gap => gap < 0).Sum(),
            OutOfOrder = _readers.Sum(static reader => reader.OutOfOrder),
        };
    }

    protected override string? WrongEnd() =>
        _readers.Select(reader => reader.WrongEnd()).FirstOrDefault(static wrong => wrong != null)
        ?? (Channel.Writer.TryWrite(0) ? "an item was accepted after the end" : null);
}
