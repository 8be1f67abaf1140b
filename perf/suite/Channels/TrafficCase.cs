using System.Threading.Channels;
using FastCore.Perf.Rounds;

namespace FastCore.Perf.Channels;

/// <summary>Writers and readers of one channel.</summary>
/// <param name="kind">The channel.</param>
/// <param name="suffix">What its name says behind the kind's, if anything.</param>
/// <param name="traffic">What they do.</param>
/// <param name="workforce">Where they run.</param>
internal sealed class TrafficCase(ChannelKind kind, string suffix, Func<ChannelSubject, Traffic> traffic, Func<Workforce> workforce) : ChannelCase
{
    internal override string Name => $"channels/{kind.Name}{suffix}";

    internal override CaseRun Begin(ChannelSubject subject) => new TrafficRun(kind, kind.Create(subject), traffic(subject), workforce());

    private sealed class TrafficRun : CaseRun
    {
        private readonly ChannelKind _kind;

        private readonly Channel<long> _channel;

        private readonly Traffic _traffic;

        private readonly Workforce _workforce;

        private readonly Tally[] _tallies;

        private readonly Func<StartingLine, Task>[] _workers;

        private long _share;

        private int _writing;

        internal TrafficRun(ChannelKind kind, Channel<long> channel, Traffic traffic, Workforce workforce)
        {
            (_kind, _channel, _traffic, _workforce) = (kind, channel, traffic, workforce);
            _tallies = [.. Enumerable.Range(0, kind.Readers).Select(static _ => new Tally())];
            _workers =
            [
                .. Enumerable.Range(0, kind.Writers).Select(writer => (Func<StartingLine, Task>)(line => Write(line, writer))),
                .. _tallies.Select(tally => (Func<StartingLine, Task>)(line => _traffic.Read(line, _channel.Reader, tally))),
            ];
        }

        internal override RoundResult Run(long operations)
        {
            _share = Math.Max(1, operations / _kind.Writers);
            _writing = _kind.Writers;
            foreach (Tally tally in _tallies) tally.Clear();
            RoundResult result = Round.Run(_workforce, _workers, _share * _kind.Writers, failure => _channel.Writer.TryComplete(failure));
            Tally.Verify(_tallies, _kind.Writers, _share);
            return result;
        }

        public override void Dispose()
        {
            _channel.Writer.TryComplete();
            _workforce.Dispose();
        }

        private async Task Write(StartingLine line, int writer)
        {
            await _traffic.Write(line, _channel.Writer, writer, _share);
            if (Interlocked.Decrement(ref _writing) > 0) return;
            for (int reader = 0; reader < _kind.Readers; reader++) await _channel.Writer.WriteAsync(Item.End);
        }
    }
}
