namespace FastCore.Perf.Channels.Check;

/// <summary>Sets its values in order, in all the ways there are.</summary>
internal sealed class WatchStormSetter(WatchStorm storm, int index, int seed) : StormWorker(storm, index, seed, canBlock: false)
{
    private int _number;

    internal long Written => _number;

    internal override long Moved => _number;

    protected override ValueTask<bool> Step()
    {
        if (_number == Storm.Share) return new ValueTask<bool>(false);
        long next = Item.Of(Index, _number);
        if (!IsReadersTurn(next)) Dawdle();
        bool sets = true;
        switch (Random.Next(3))
        {
            case 0:
                storm.Watch.Set(next);
                break;
            case 1:
                sets = storm.Watch.TryUpdate(_ => next);
                break;
            default:
                sets = storm.Watch.TrySet(next);
                break;
        }

        if (!sets) return new ValueTask<bool>(EndsTooSoon());
        if (++_number == Storm.CloseAt) _ = Task.Run(Storm.Close);
        return new ValueTask<bool>(true);
    }

    private bool EndsTooSoon()
    {
        if (!Storm.IsClosing) Fail("a set was refused before the end");
        return false;
    }
}
