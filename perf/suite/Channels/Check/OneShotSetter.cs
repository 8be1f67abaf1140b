namespace FastCore.Perf.Channels.Check;

/// <summary>Tries to set every shot: to a value of its own, now and then to an error, or closes it.</summary>
internal sealed class OneShotSetter(OneShotStorm storm, int index, int seed) : StormWorker(storm, index, seed, canBlock: false)
{
    private int _round;

    internal override long Moved => _round;

    protected override async ValueTask<bool> Step()
    {
        if (_round == Storm.Share) return false;
        // Whether the reader waits already, is about to, or comes late.
        Dawdle();
        long outcome = Random.Next(8) switch
        {
            0 => -1 - Index,
            1 => OneShotStorm.Closed,
            _ => Item.Of(Index, _round),
        };
        if (storm.TrySet(storm.Shot(_round), outcome)) storm.Win(_round, outcome);
        await storm.MeetAsync(_round++).ConfigureAwait(false);
        return true;
    }
}
