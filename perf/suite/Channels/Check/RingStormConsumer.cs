using System.Threading.Channels;
using FastCore.Broadcast;

namespace FastCore.Perf.Channels.Check;

/// <summary>
/// Reads to the ring's end: in place if others come after it, since only so it can say that it is done with an item before
/// they may see it; else in all the ways there are.
/// </summary>
internal sealed class RingStormConsumer : StormTaker
{
    private readonly RingStorm _storm;

    private readonly int _consumer;

    private readonly ChannelReader<long> _reader;

    /// <summary>The same if it can do more than other readers.</summary>
    private readonly RingConsumer<long>? _ours;

    internal RingStormConsumer(RingStorm storm, int consumer, ChannelReader<long> reader, int seed)
        : base(storm, storm.PublisherCount + consumer, seed, canBlock: reader is RingConsumer<long> && !storm.HasSuccessors(consumer))
    {
        (_storm, _consumer, _reader) = (storm, consumer, reader);
        _ours = reader as RingConsumer<long>;
    }

    /// <summary>The first three are those of every reader.</summary>
    private enum Way
    {
        TryRead,
        ReadAsync,
        WaitToReadAsync,
        TryReadBatch,
        ReadBatchAsync,
        Peek,
    }

    protected override async ValueTask<bool> Step()
    {
        switch (Draw())
        {
            case Way.TryRead when _reader.TryRead(out long item):
                Take(item);
                return true;
            case Way.ReadAsync:
                Take(await _reader.ReadAsync(Aim()).ConfigureAwait(false));
                return true;
            case Way.TryReadBatch when _ours!.TryReadBatch(Batch) is var count and > 0:
                return Take(count);
            case Way.ReadBatchAsync:
                return Take(await _ours!.ReadBatchAsync(Batch.AsMemory(0, DrawLength()), Aim()).ConfigureAwait(false));
            case Way.Peek when TryPeek():
                return true;
            default:
                return await _reader.WaitToReadAsync(Aim()).ConfigureAwait(false);
        }
    }

    protected override bool BlockingStep()
    {
        switch (Random.Next(3))
        {
            case 0:
                Take(_ours!.Read(Aim()));
                return true;
            case 1:
                return Take(_ours!.ReadBatch(Batch.AsSpan(0, DrawLength()), Aim()));
            default:
                if (_ours!.WaitToRead(DrawTime(), Aim()) && _ours.TryRead(out long item)) Take(item);
                return true;
        }
    }

    private Way Draw()
    {
        if (_storm.HasSuccessors(_consumer)) return Way.Peek;
        if (Storm.IsHunt) return Way.ReadAsync;
        return (Way)Random.Next(_ours is null ? (int)Way.TryReadBatch : (int)Way.Peek + 1);
    }

    private bool TryPeek()
    {
        ReadOnlySpan<long> items = _ours!.Peek(DrawLength());
        if (items.IsEmpty) return false;
        Take(items);
        _storm.Finish(_consumer, Read);
        _ours.Release(items.Length);
        return true;
    }

    protected override void Take(long item)
    {
        long place = Read++;
        if (!_storm.Ledgers[_consumer].TryDeliver(item))
        {
            Fail($"read {item:X}, which nobody published");
            return;
        }

        if (!_storm.IsItsTurn(_consumer, place)) Fail("a consumer saw an item before those it comes after were done with it");
        if (!_storm.IsInOrder(place, item)) OutOfOrder++;
        if (!Storm.IsHunt && IsReadersTurn(item)) Dawdle();
    }
}
