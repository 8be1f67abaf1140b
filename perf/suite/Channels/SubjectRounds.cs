using FastCore.Perf.Results;

namespace FastCore.Perf.Channels;

/// <summary>The rounds of one subject in one case.</summary>
internal sealed class SubjectRounds(ChannelCase measured, ChannelSubject subject)
{
    private readonly List<RoundResult> _rounds = [];

    private long _operations = measured.WarmUpOperations;

    internal string Name => subject.Name;

    /// <summary>Runs until the code is compiled in full, and finds how many operations fill a round.</summary>
    internal void WarmUp(TimeSpan duration)
    {
        TimeSpan spent = TimeSpan.Zero;
        while (spent < duration)
        {
            RoundResult result = measured.Run(subject, _operations);
            spent += result.Elapsed;
            double fill = duration / result.Elapsed;
            _operations = (long)(_operations * Math.Clamp(fill, 0.1, 4));
        }
    }

    /// <returns>Operations a second.</returns>
    internal double RunRound()
    {
        GC.Collect();
        RoundResult result = measured.Run(subject, _operations);
        _rounds.Add(result);
        return Speed(result);
    }

    internal ChannelMeasurement Summarise() => new(
        measured.Name,
        subject.Name,
        _rounds.Count,
        Median(Speed),
        Median(static round => round.Cost.Processor.TotalNanoseconds / round.Operations),
        Median(static round => (double)round.Cost.AllocatedBytes / round.Operations),
        Median(static round => (double)round.Cost.ContextSwitches / round.Operations),
        _rounds.Exists(static round => round.Faults is not null) ? SumFaults() : null);

    private static double Speed(RoundResult result) => result.Operations / result.Elapsed.TotalSeconds;

    private double Median(Func<RoundResult, double> figure) => Statistics.Median(_rounds.Select(figure));

    private ChannelFaults SumFaults() => _rounds.Select(static round => round.Faults!).Aggregate(
        static (sum, faults) => new ChannelFaults(
            sum.Lost + faults.Lost, sum.Doubled + faults.Doubled, sum.Hung + faults.Hung, sum.Cancelled + faults.Cancelled));
}
