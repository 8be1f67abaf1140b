using FastCore.Perf.Processes;
using FastCore.Perf.Results;
using FastCore.Perf.Rounds;

namespace FastCore.Perf.Scheduling;

/// <summary>What its threads cost when there is nothing to do: their own processor time, from the end of the last item on. An operation is a millisecond.</summary>
internal sealed class IdleRun<TTarget>(TTarget target, string threadNames) : SpawnRun<TTarget>(target) where TTarget : struct, ITarget
{
    private readonly Probe _probe = new();

    internal override RoundResult Run(long operations)
    {
        _probe.Spawn(Target);
        _probe.Await(static () => Thread.SpinWait(10));
        Dictionary<int, long> before = ThreadClock.TimesOf(threadNames);
        RoundResult result = Line.Measure(operations, 1, () =>
        {
            Thread.Sleep(TimeSpan.FromMilliseconds(operations));
            Line.Finish();
        });
        return result with { Counts = [(Metric.IdleCpu, 100 * (ThreadClock.TimeSince(before, threadNames) / result.Elapsed))] };
    }
}
