using System.Threading.Channels;

namespace FastCore.Perf.Channels.Check;

/// <summary>Writes its items in order in all the ways there are; one whose write was cancelled it writes again.</summary>
internal sealed class StormWriter : StormWorker
{
    private readonly ChannelWriter<long> _channel;

    /// <summary>The one way in which this writer writes; null when each call is drawn.</summary>
    private readonly Way? _only;

    private long _number;

    internal StormWriter(Storm storm, int index, int seed)
        : base(storm, index, seed)
    {
        _channel = storm.Channel.Writer;
        _only = Random.Next(2) == 0 ? Draw() : null;
    }

    private enum Way
    {
        TryWrite,
        WriteAsync,
        WaitToWriteAsync,
    }

    internal long Written { get; private set; }

    protected override async ValueTask<bool> Step()
    {
        if (_number == Storm.Share) return false;
        long item = Item.Of(Index, _number);
        if (!IsReadersTurn(item)) Dawdle();
        if (Storm.IsBacklogTooLong)
        {
            await Task.Yield();
            return true;
        }

        switch (_only ?? Draw())
        {
            case Way.WriteAsync:
                await _channel.WriteAsync(item, Aim()).ConfigureAwait(false);
                Accept(item);
                return true;
            case Way.TryWrite when _channel.TryWrite(item):
                Accept(item);
                return true;
            default:
                if (!await _channel.WaitToWriteAsync(Aim()).ConfigureAwait(false)) return false;
                if (_channel.TryWrite(item)) Accept(item);
                return true;
        }
    }

    private Way Draw() => (Way)Random.Next(Enum.GetValues<Way>().Length);

    private void Accept(long item)
    {
        Storm.Ledger.Accept(item);
        Written++;
        if (++_number == Storm.CloseAt) _ = Task.Run(Storm.Close);
    }
}
