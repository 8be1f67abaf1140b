namespace FastCore.Perf.Channels.Check;

/// <summary>Writes its items in order, in all the ways there are. It never waits for room, so it dawdles that some readers may keep up.</summary>
internal sealed class BroadcastStormWriter(BroadcastStorm storm, int index, int seed) : StormWorker(storm, index, seed, canBlock: false)
{
    private int _number;

    internal long Written => _number;

    internal override long Moved => _number;

    private long Next => Item.Of(Index, _number);

    protected override async ValueTask<bool> Step()
    {
        if (_number == Storm.Share) return false;
        if (!IsReadersTurn(Next)) Dawdle();
        switch (Random.Next(3))
        {
            case 0 when storm.Channel.Writer.TryWrite(Next):
                break;
            case 1:
                await storm.Channel.Writer.WriteAsync(Next, Aim()).ConfigureAwait(false);
                break;
            default:
                if (!await storm.Channel.Writer.WaitToWriteAsync(Aim()).ConfigureAwait(false)) return false;
                if (!storm.Channel.Writer.TryWrite(Next)) return true;
                break;
        }

        if (++_number == Storm.CloseAt) _ = Task.Run(Storm.Close);
        return true;
    }
}
