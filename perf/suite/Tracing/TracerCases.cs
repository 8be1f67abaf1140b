using System.Diagnostics;
using FastCore.Perf.Rounds;

namespace FastCore.Perf.Tracing;

/// <summary>The cases of <c>fastcore bench tracer</c>: what an event costs while tracing is on, and what asking for it costs while it is off.</summary>
internal static class TracerCases
{
    internal static IReadOnlyList<BenchCase> All { get; } =
    [
        new TracerCase("event/on", [
            new Contender(Contender.FastCore, static () => new EventRun(isOn: true)),
            // The floor of all that stamp with the stock clock.
            new Contender(Contender.Stock, static () => new ClockRun()),
        ]),
        new TracerCase("event/off", [
            new Contender(Contender.FastCore, static () => new EventRun(isOn: false)),
            new Contender(Contender.Stock, static () => new ListenersRun()),
        ]),
    ];

    private sealed class TracerCase(string name, IReadOnlyList<Contender> contenders) : BenchCase
    {
        internal override string Name => $"tracer/{name}";

        internal override IReadOnlyList<Contender> Contenders => contenders;

        internal override long FirstOperations => 1_000_000;
    }

    /// <summary>Readings of the stock clock, each a little later than the last.</summary>
    private sealed class ClockRun : LoopRun
    {
        protected override void Loop(long operations)
        {
            long last = Stopwatch.GetTimestamp();
            bool wentBack = false;
            for (long i = 0; i < operations; i++)
            {
                long now = Stopwatch.GetTimestamp();
                wentBack |= now < last;
                last = now;
            }

            if (wentBack) throw new InvalidDataException("The clock went back.");
        }
    }

    /// <summary>The stock question before a span: does anybody listen?</summary>
    private sealed class ListenersRun : LoopRun
    {
        private readonly ActivitySource _source = new("FastCore.Perf.Tracing");

        protected override void Loop(long operations)
        {
            long heard = 0;
            for (long i = 0; i < operations; i++)
            {
                if (_source.HasListeners()) heard++;
            }

            if (heard != 0) throw new InvalidDataException("Somebody listens to a source that nobody knows.");
        }

        public override void Dispose() => _source.Dispose();
    }
}
