using System.Threading.Channels;
using FastCore.Channels;
using FastCore.Perf.Rounds;

namespace FastCore.Perf.Channels;

/// <summary>Four channels with a writer each, and one reader that waits for whichever has an item.</summary>
internal sealed class SelectCase : ChannelCase
{
    internal const int Channels = 4;

    /// <summary>How many reads in a row a select of ours goes on for (<see cref="ChannelSelect"/>).</summary>
    private const int LongestRun = 32;

    private static readonly ChannelKind Kind = ChannelKind.Bounded(64, 1, 1);

    internal override string Name => $"channels/select-{Channels}/{Channels}x1";

    /// <summary>Ours, the stock channels item by item, and the stock ones with runs of as many items as a select of ours goes on for.</summary>
    internal override IReadOnlyList<Contender> Contenders =>
    [
        .. base.Contenders,
        new Contender($"{Contender.Stock}/runs", static () => Begin(ChannelSubject.Stock, LongestRun)),
    ];

    internal override CaseRun Begin(ChannelSubject subject) => Begin(subject, longestRun: 1);

    private static SelectRun Begin(ChannelSubject subject, int longestRun) => new([.. Enumerable.Range(0, Channels).Select(_ => Kind.Create(subject))], longestRun);

    private sealed class SelectRun : CaseRun
    {
        private readonly Channel<long>[] _channels;

        private readonly PoolWorkforce _workforce = new();

        private readonly Tally _tally = new();

        private readonly Func<StartingLine, Task>[] _workers;

        private long _share;

        internal SelectRun(Channel<long>[] channels, int longestRun)
        {
            _channels = channels;
            ISelectReading reading = channels[0] is FastChannel<long>
                ? new SelectReading(channels.Select(static channel => ((FastChannel<long>)channel).Reader))
                : new WhenAnyReading([.. channels.Select(static channel => channel.Reader)], longestRun);
            _workers =
            [
                .. Enumerable.Range(0, channels.Length).Select(writer => (Func<StartingLine, Task>)(line => Write(line, writer))),
                line => reading.Read(line, _tally),
            ];
        }

        internal override RoundResult Run(long operations)
        {
            _share = Math.Max(1, operations / Channels);
            _tally.Clear();
            RoundResult result = Round.Run(_workforce, _workers, _share * Channels, Complete);
            Tally.Verify([_tally], Channels, _share);
            return result;
        }

        public override void Dispose() => Complete(null);

        private async Task Write(StartingLine line, int writer)
        {
            ChannelWriter<long> channel = _channels[writer].Writer;
            await Traffic.Trying.Write(line, channel, writer, _share);
            await channel.WriteAsync(Item.End);
        }

        private void Complete(Exception? failure)
        {
            foreach (Channel<long> channel in _channels) channel.Writer.TryComplete(failure);
        }
    }
}
