using System.Threading.Channels;
using FastCore.Perf.Rounds;

namespace FastCore.Perf.Scheduling;

/// <summary>Two tasks send an item there and back through two channels; an operation is the whole way.</summary>
internal sealed class PingPongRun(Workforce workforce, Func<Channel<long>> create) : CaseRun
{
    private readonly Channel<long> _there = create();

    private readonly Channel<long> _back = create();

    internal override RoundResult Run(long operations) =>
        Round.Run(workforce, [line => Ping(line, operations), line => Pong(line, operations)], operations, failure =>
        {
            _there.Writer.TryComplete(failure);
            _back.Writer.TryComplete(failure);
        });

    public override void Dispose() => workforce.Dispose();

    private async Task Ping(StartingLine line, long count)
    {
        await line;
        for (long number = 0; number < count; number++)
        {
            await _there.Writer.WriteAsync(number);
            if (await _back.Reader.ReadAsync() is var answer && answer != number) throw new InvalidDataException($"{answer} came back for {number}.");
        }
    }

    private async Task Pong(StartingLine line, long count)
    {
        await line;
        for (long number = 0; number < count; number++) await _back.Writer.WriteAsync(await _there.Reader.ReadAsync());
    }
}
