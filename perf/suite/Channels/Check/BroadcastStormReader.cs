using System.Threading.Channels;
using FastCore.Broadcast;

namespace FastCore.Perf.Channels.Check;

/// <summary>Reads to the end, in all the ways there are, and adds up what it is told that it missed.</summary>
internal sealed class BroadcastStormReader : StormTaker
{
    private readonly BroadcastStorm _storm;

    private readonly BroadcastReader<long> _ours;

    /// <summary>The same, or what stands before it and can do no more than other readers.</summary>
    private readonly ChannelReader<long> _reader;

    private readonly Telling _telling;

    private readonly long[] _next;

    /// <summary>What the calls, exceptions or callbacks said.</summary>
    private long _told;

    internal BroadcastStormReader(BroadcastStorm storm, int index, int seed)
        : base(storm, index, seed, canBlock: false)
    {
        _storm = storm;
        _telling = (Telling)Random.Next((int)Telling.ByCallback + 1);
        _ours = _telling switch
        {
            Telling.ByCallback => storm.Channel.Subscribe(missed => _told += missed),
            Telling.ByException => storm.Channel.Subscribe(BroadcastLag.Throw),
            _ => storm.Channel.Subscribe(),
        };
        _reader = storm.ReaderOf(_ours);
        _next = new long[storm.WriterCount];
    }

    /// <summary>How plain reads tell that they were overtaken.</summary>
    private enum Telling
    {
        Silently,
        ByException,
        ByCallback,
    }

    /// <summary>The first three are those of every reader.</summary>
    private enum Way
    {
        TryRead,
        ReadAsync,
        WaitToReadAsync,
        TryReadTelling,
        TryReadBatch,
        ReceiveAsync,
    }

    internal long Missed => _storm.MissedOf(_ours);

    /// <summary>What is wrong with a reader that has come to its end, or null.</summary>
    internal string? WrongEnd()
    {
        if (_telling != Telling.Silently && _told != Missed) return $"a reader was told of {_told} missed items, and has missed {Missed}";
        if (!_ours.Completion.IsCompleted) return "a reader's Completion is not complete though it has read all";
        if (_ours.Completion.Exception?.InnerException != Storm.Error) return "Completion has another error than the channel was completed with";
        return _ours.TryRead(out _) ? "an item is left though the reader was told that the channel had ended" : null;
    }

    protected override async ValueTask<bool> Step()
    {
        long missed = 0;
        try
        {
            switch (Draw())
            {
                case Way.TryRead when _reader.TryRead(out long item):
                    Take(item);
                    return true;
                case Way.ReadAsync:
                    Take(await _reader.ReadAsync(Aim()).ConfigureAwait(false));
                    return true;
                case Way.TryReadTelling when _ours.TryRead(out long item, out missed):
                    Hear(missed);
                    Take(item);
                    return true;
                case Way.TryReadBatch when _ours.TryReadBatch(Batch, out missed) is var count and > 0:
                    Hear(missed);
                    return Take(count);
                case Way.ReceiveAsync:
                    BroadcastItem<long> received = await _ours.ReceiveAsync(Aim()).ConfigureAwait(false);
                    Hear(received.Missed);
                    Take(received.Item);
                    return true;
                default:
                    return await _reader.WaitToReadAsync(Aim()).ConfigureAwait(false);
            }
        }
        catch (BroadcastLaggedException lagged) when (_telling == Telling.ByException)
        {
            _told += lagged.Missed;
            return true;
        }
    }

    private Way Draw() => Storm.IsHunt ? Way.ReadAsync : (Way)Random.Next(_reader == _ours ? (int)Way.ReceiveAsync + 1 : (int)Way.TryReadTelling);

    /// <summary>What a call said; a callback, where there is one, has said it already.</summary>
    private void Hear(long missed)
    {
        if (_telling != Telling.ByCallback) _told += missed;
    }

    protected override void Take(long item)
    {
        long place = Read++ + Missed;
        if ((ulong)Item.Writer(item) >= (ulong)_next.Length || Item.Number(item) >= Storm.Share)
        {
            Fail($"read {item:X}, which nobody wrote");
            return;
        }

        ref long next = ref _next[Item.Writer(item)];
        long number = Item.Number(item);
        if (number < next) OutOfOrder++;
        else if (_next.Length == 1 && number != place) Fail($"read {number} where {place} items had been read and missed");
        next = number + 1;
        if (!Storm.IsHunt && IsReadersTurn(item)) Dawdle();
    }
}
