using System.Threading.Channels;
using FastCore.Channels;

namespace FastCore.Perf.Channels.Check;

/// <summary>Writes its items in order in all the ways there are; one whose write was cancelled it writes again.</summary>
internal sealed class StormWriter : StormWorker
{
    private readonly ChannelStorm _storm;

    private readonly ChannelWriter<long> _channel;

    /// <summary>The same channel if it can do more than stock ones.</summary>
    private readonly FastChannelWriter<long>? _ours;

    private readonly ChannelSelect? _select;

    private readonly SelectWrite<long>? _selected;

    private readonly long[] _batch = new long[LongestBatch];

    /// <summary>The one way in which this writer writes; null when each call is drawn.</summary>
    private readonly Way? _only;

    private int _number;

    internal StormWriter(ChannelStorm storm, int index, int seed)
        : base(storm, index, seed, storm.Face.WriterOf(index) is FastChannelWriter<long>)
    {
        _storm = storm;
        _channel = storm.Face.WriterOf(index);
        _ours = _channel as FastChannelWriter<long>;
        if (_ours is not null)
        {
            _select = new ChannelSelect();
            _select.Read(storm.Silence.Reader);
            _selected = _select.Write(_ours);
        }

        _only = Random.Next(2) == 0 ? Draw() : null;
    }

    /// <summary>The first three are those of every channel.</summary>
    private enum Way
    {
        TryWrite,
        WriteAsync,
        WaitToWriteAsync,
        TryWriteBatch,
        WriteBatchAsync,
        Claim,
        Select,
        TrySelect,
    }

    internal long Written { get; private set; }

    internal override long Moved => Written;

    private long Next => Item.Of(Index, _number);

    protected override async ValueTask<bool> Step()
    {
        if (_number == Storm.Share) return false;
        GetReady();
        if (_storm.IsBacklogTooLong)
        {
            await Task.Yield();
            return true;
        }

        switch (_only ?? Draw())
        {
            case Way.TryWrite when _channel.TryWrite(Next):
                Accept(1);
                return true;
            case Way.TryWriteBatch when _ours!.TryWriteBatch(Fill(_batch, _number)) is var count and > 0:
                Accept(count);
                return true;
            case Way.WriteBatchAsync:
                Accept(await _ours!.WriteBatchAsync(_batch.AsMemory(0, Fill(_batch, _number).Length), Aim()).ConfigureAwait(false));
                return true;
            case Way.Claim when _ours!.CanClaim && TryClaim():
                return true;
            case Way.TrySelect when TrySelect(out int index):
                return AcceptSelected(index);
            case Way.Select:
                return AcceptSelected(await SelectAsync().ConfigureAwait(false));
            case Way.WriteAsync:
            case var _ when !_storm.WritersMayWait:
                await _channel.WriteAsync(Next, Aim()).ConfigureAwait(false);
                Accept(1);
                return true;
            default:
                if (!await _channel.WaitToWriteAsync(Aim()).ConfigureAwait(false)) return false;
                if (_channel.TryWrite(Next)) Accept(1);
                return true;
        }
    }

    protected override bool BlockingStep()
    {
        if (_number == Storm.Share) return false;
        GetReady();
        if (_storm.IsBacklogTooLong)
        {
            Thread.Yield();
            return true;
        }

        switch (Random.Next(3))
        {
            case 0:
                _ours!.Write(Next, Aim());
                Accept(1);
                return true;
            case 1:
                _selected!.Item = Next;
                return AcceptSelected(_select!.Wait(DrawTime(), Aim()));
            default:
                if (_ours!.TryWrite(Next, DrawTime(), Aim())) Accept(1);
                return true;
        }
    }

    /// <summary>In a hunt, and by turns else, the readers are to be there before the item.</summary>
    private void GetReady()
    {
        _storm.Face.Stir(Index, Random);
        if (Storm.IsHunt) Thread.SpinWait(Random.Next(64));
        else if (!IsReadersTurn(Next)) Dawdle();
    }

    private Way Draw() => (Way)Random.Next(_ours is null ? (int)Way.TryWriteBatch : (int)Way.TrySelect + 1);

    private bool TrySelect(out int index)
    {
        _selected!.Item = Next;
        return _select!.TrySelect(out index);
    }

    private ValueTask<int> SelectAsync()
    {
        _selected!.Item = Next;
        return Random.Next(2) == 0 ? _select!.WaitAsync(Aim()) : _select!.WaitAsync(DrawTime(), Aim());
    }

    /// <returns>False when the channel is complete.</returns>
    private bool AcceptSelected(int index)
    {
        if (index != _selected!.Index) return true;
        if (_selected.HasEnded) return false;
        Accept(1);
        return true;
    }

    private bool TryClaim()
    {
        Span<long> places = _ours!.Claim(LongestBatch);
        if (places.IsEmpty) return false;
        int count = Fill(places, _number).Length;
        if (!_ours.Publish(count)) return false;
        Accept(count);
        return true;
    }

    private void Accept(int count)
    {
        for (; count > 0; count--)
        {
            _storm.Ledger.Accept(Next);
            Written++;
            if (++_number == Storm.CloseAt) _ = Task.Run(Storm.Close);
        }
    }
}
