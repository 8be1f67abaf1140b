using FastCore.Perf.Rounds;
using FastCore.Rings;

namespace FastCore.Perf.Channels;

/// <summary>
/// The ring below the channels, one item at a time between two bound threads that spin; beside it the stock bounded channel
/// between the same two threads.
/// </summary>
internal sealed class RingCase : ChannelCase
{
    private const int Capacity = 1024;

    private readonly TrafficCase _stock = new(ChannelKind.Bounded(Capacity, 1, 1), "", static _ => Traffic.Trying, static () => new PinnedPair());

    internal override string Name => "rings/spsc-1024/1x1";

    internal override CaseRun Begin(ChannelSubject subject) => subject == ChannelSubject.FastCore ? new RingRun() : _stock.Begin(subject);

    private sealed class RingRun : CaseRun
    {
        private readonly SpscRing<long> _ring = new(Capacity);

        private readonly PinnedPair _threads = new();

        private readonly Tally _tally = new();

        internal override RoundResult Run(long operations)
        {
            _tally.Clear();
            // Neither side can fail or wait for ever, so there is nothing to end.
            RoundResult result = Round.Run(_threads, [line => Enqueue(line, operations), line => Dequeue(line, operations)], operations, static _ => { });
            Tally.Verify([_tally], 1, operations);
            return result;
        }

        public override void Dispose() => _threads.Dispose();

        private async Task Enqueue(StartingLine line, long count)
        {
            await line;
            SpinWait spinner = default;
            for (long number = 0; number < count; number++)
            {
                while (!_ring.TryEnqueue(Item.Of(0, number))) spinner.SpinOnce(sleep1Threshold: -1);
            }
        }

        private async Task Dequeue(StartingLine line, long count)
        {
            await line;
            SpinWait spinner = default;
            for (long taken = 0; taken < count;)
            {
                if (_ring.TryDequeue(out long item))
                {
                    _tally.Take(item);
                    taken++;
                }
                else
                {
                    spinner.SpinOnce(sleep1Threshold: -1);
                }
            }
        }
    }
}
