using System.Threading.Channels;
using FastCore.Channels;

namespace FastCore.Perf.Channels.Check;

/// <summary>Reads in all the ways there are, until the channel has ended.</summary>
internal sealed class StormReader : StormTaker
{
    private readonly ChannelStorm _storm;

    private readonly ChannelReader<long> _channel;

    /// <summary>The same channel if it can do more than stock ones.</summary>
    private readonly FastChannelReader<long>? _ours;

    private readonly ChannelSelect? _select;

    private readonly SelectRead<long>? _selected;

    private readonly long[] _next;

    /// <summary>The one way in which this reader reads; null when each call is drawn.</summary>
    private readonly Way? _only;

    internal StormReader(ChannelStorm storm, int index, int seed)
        : base(storm, index, seed, storm.Channel.Reader is FastChannelReader<long>)
    {
        _storm = storm;
        _channel = storm.Channel.Reader;
        _ours = _channel as FastChannelReader<long>;
        if (_ours is not null)
        {
            _select = new ChannelSelect();
            _select.Read(storm.Silence.Reader);
            _selected = _select.Read(_ours);
        }

        _next = new long[storm.Kind.Writers];
        _only = storm.IsHunt ? Way.ReadAsync : Random.Next(2) == 0 ? Draw() : null;
    }

    /// <summary>The first three are those of every channel.</summary>
    private enum Way
    {
        TryRead,
        ReadAsync,
        WaitToReadAsync,
        TryReadBatch,
        ReadBatchAsync,
        GatherAsync,
        PeekBatch,
        Select,
        TrySelect,
    }

    protected override async ValueTask<bool> Step()
    {
        switch (_only ?? Draw())
        {
            case Way.TryRead when _channel.TryRead(out long item):
                Take(item);
                return true;
            case Way.TryReadBatch when _ours!.TryReadBatch(Batch) is var count and > 0:
                return Take(count);
            case Way.TrySelect when _select!.TrySelect(out int index):
                return TakeSelected(index);
            case Way.Select:
                return TakeSelected(await SelectAsync().ConfigureAwait(false));
            case var _ when !_storm.ReadersMayWait:
            case Way.ReadAsync:
                Take(await _channel.ReadAsync(Aim()).ConfigureAwait(false));
                return true;
            case Way.ReadBatchAsync:
                return Take(await _ours!.ReadBatchAsync(Batch.AsMemory(0, DrawLength()), Aim()).ConfigureAwait(false));
            case Way.GatherAsync:
                return Take(await _ours!.ReadBatchAsync(Batch.AsMemory(0, DrawLength()), DrawTime(), Aim()).ConfigureAwait(false));
            case Way.PeekBatch when _ours!.CanPeekBatch && TryPeek():
                return true;
            default:
                if (!await _channel.WaitToReadAsync(Aim()).ConfigureAwait(false)) return false;
                if (_channel.TryRead(out long found)) Take(found);
                return true;
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
                return TakeSelected(_select!.Wait(DrawTime(), Aim()));
            default:
                if (_ours!.TryRead(out long item, DrawTime(), Aim())) Take(item);
                return true;
        }
    }

    private Way Draw() => (Way)Random.Next(_ours is null ? (int)Way.TryReadBatch : (int)Way.TrySelect + 1);

    private ValueTask<int> SelectAsync() => Random.Next(2) == 0 ? _select!.WaitAsync(Aim()) : _select!.WaitAsync(DrawTime(), Aim());

    /// <returns>False when the channel has ended.</returns>
    private bool TakeSelected(int index)
    {
        if (_selected!.TryTake(out long item))
        {
            Take(item);
            return true;
        }

        if (index != _selected.Index) return true;
        if (!Storm.IsClosing || _selected.Error != Storm.Error) Fail("a select ended with another error, or before the channel did");
        return false;
    }

    private bool TryPeek()
    {
        ReadOnlySpan<long> items = _ours!.PeekBatch(DrawLength());
        Take(items);
        _ours.Release(items.Length);
        return items.Length > 0;
    }

    protected override void Take(long item)
    {
        Read++;
        if (!_storm.Ledger.TryDeliver(item))
        {
            Fail($"read {item:X}, which nobody wrote");
            return;
        }

        ref long next = ref _next[Item.Writer(item)];
        long number = Item.Number(item);
        if (number < next) OutOfOrder++;
        next = number + 1;
        if (!Storm.IsHunt && IsReadersTurn(item)) Dawdle();
    }
}
