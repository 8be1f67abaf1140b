using System.Threading.Channels;

namespace FastCore.Perf.Channels.Check;

/// <summary>Reads every shot; a read that was cancelled it makes again. Once there is an outcome, it must stay the same.</summary>
internal sealed class OneShotReader(OneShotStorm storm, int index, int seed) : StormWorker(storm, index, seed, canBlock: false)
{
    private int _round;

    internal override long Moved => _round;

    protected override async ValueTask<bool> Step()
    {
        if (_round == Storm.Share) return false;
        long outcome = await ReadAsync(Aim()).ConfigureAwait(false);
        storm.Read(_round, outcome);
        if (outcome != await ReadAsync(CancellationToken.None).ConfigureAwait(false)) Fail("a second read had another outcome");
        bool hasValue = storm.Shot(_round).TryRead(out long value);
        if (hasValue != (outcome >= 0) || (hasValue && value != outcome)) Fail("TryRead had another outcome");
        await storm.MeetAsync(_round++).ConfigureAwait(false);
        return true;
    }

    private async ValueTask<long> ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await storm.Shot(_round).ReadAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OneShotStorm.OutcomeException error)
        {
            return error.Outcome;
        }
        catch (ChannelClosedException)
        {
            return OneShotStorm.Closed;
        }
    }
}
