using FastCore.Broadcast;

namespace FastCore.Perf.Channels.Check;

/// <summary>Publishes its items in order in all the ways there are; one whose publication was cancelled it publishes again.</summary>
internal sealed class RingStormPublisher : StormWorker
{
    private readonly RingStorm _storm;

    private readonly long[] _batch = new long[LongestBatch];

    private int _number;

    internal RingStormPublisher(RingStorm storm, int index, int seed)
        : base(storm, index, seed, canBlock: true) => _storm = storm;

    private enum Way
    {
        TryPublish,
        PublishAsync,
        WaitToPublishAsync,
        TryPublishBatch,
        Claim,
    }

    internal long Written => _number;

    internal override long Moved => _number;

    private long Next => Item.Of(Index, _number);

    private bool IsDone => _number == Storm.Share || (!_storm.ManyPublish && Storm.IsClosing);

    protected override async ValueTask<bool> Step()
    {
        if (IsDone) return false;
        if (!Storm.IsHunt && !IsReadersTurn(Next)) Dawdle();
        switch ((Way)Random.Next((int)Way.Claim + 1))
        {
            case Way.TryPublish when _storm.Ring.TryPublish(Next):
                Accept(1);
                return true;
            case Way.TryPublishBatch when _storm.Ring.TryPublishBatch(Fill(_batch, _number)) is var count and > 0:
                Accept(count);
                return true;
            case Way.Claim when TryClaim():
                return true;
            case Way.PublishAsync:
                await _storm.Ring.PublishAsync(Next, Aim()).ConfigureAwait(false);
                Accept(1);
                return true;
            default:
                if (!await _storm.Ring.WaitToPublishAsync(Random.Next(1, _storm.Ring.Capacity + 1), Aim()).ConfigureAwait(false)) return false;
                if (_storm.Ring.TryPublish(Next)) Accept(1);
                return true;
        }
    }

    protected override bool BlockingStep()
    {
        if (IsDone) return false;
        if (Random.Next(2) == 0)
        {
            _storm.Ring.Publish(Next, Aim());
            Accept(1);
        }
        else if (_storm.Ring.WaitToPublish(1, DrawTime(), Aim()) && _storm.Ring.TryPublish(Next))
        {
            Accept(1);
        }

        // A wait that ends without room does not tell whether the ring has ended; a publication does.
        return true;
    }

    private bool TryClaim()
    {
        int count = Math.Min(Math.Min(DrawLength(), _storm.Ring.Capacity), Storm.Share - _number);
        if (!_storm.Ring.TryClaim(count, out RingClaim<long> claim)) return false;
        using (claim)
        {
            for (int i = 0; i < count; i++) claim[i] = Item.Of(Index, _number + i);
        }

        Accept(count);
        return true;
    }

    private void Accept(int count)
    {
        for (; count > 0; count--)
        {
            foreach (Ledger ledger in _storm.Ledgers) ledger.Accept(Next);
            if (++_number == Storm.CloseAt && _storm.ManyPublish) _ = Task.Run(Storm.Close);
        }

        // A single publisher is the only one who may complete the ring while it publishes.
        if (!_storm.ManyPublish && Storm.CloseAt != 0 && _number >= Storm.CloseAt) Storm.Close();
    }
}
