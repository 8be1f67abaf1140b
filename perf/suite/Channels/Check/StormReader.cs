using System.Threading.Channels;

namespace FastCore.Perf.Channels.Check;

/// <summary>Reads in all the ways there are, until the channel has ended.</summary>
internal sealed class StormReader : StormWorker
{
    private readonly ChannelReader<long> _channel;

    private readonly long[] _next;

    /// <summary>The one way in which this reader reads; null when each call is drawn.</summary>
    private readonly Way? _only;

    internal StormReader(Storm storm, int index, int seed)
        : base(storm, index, seed)
    {
        _channel = storm.Channel.Reader;
        _next = new long[storm.Kind.Writers];
        _only = storm.IsHunt ? Way.ReadAsync : Random.Next(2) == 0 ? Draw() : null;
    }

    private enum Way
    {
        TryRead,
        ReadAsync,
        WaitToReadAsync,
    }

    internal long Read { get; private set; }

    internal long OutOfOrder { get; private set; }

    protected override async ValueTask<bool> Step()
    {
        switch (_only ?? Draw())
        {
            case Way.ReadAsync:
                Take(await _channel.ReadAsync(Aim()).ConfigureAwait(false));
                return true;
            case Way.TryRead when _channel.TryRead(out long item):
                Take(item);
                return true;
            default:
                if (!await _channel.WaitToReadAsync(Aim()).ConfigureAwait(false)) return false;
                if (_channel.TryRead(out long found)) Take(found);
                return true;
        }
    }

    private Way Draw() => (Way)Random.Next(Enum.GetValues<Way>().Length);

    private void Take(long item)
    {
        Read++;
        if (!Storm.Ledger.TryDeliver(item))
        {
            Fail($"read {item:X}, which nobody wrote");
            return;
        }

        ref long next = ref _next[Item.Writer(item)];
        long number = Item.Number(item);
        if (number < next) OutOfOrder++;
        next = number + 1;
        if (IsReadersTurn(item)) Dawdle();
    }
}
