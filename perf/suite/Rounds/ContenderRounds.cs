using FastCore.Perf.Load;
using FastCore.Perf.Processes;
using FastCore.Perf.Results;

namespace FastCore.Perf.Rounds;

/// <summary>The rounds of one contender in one case. The first wrong round ends them.</summary>
internal sealed class ContenderRounds(BenchCase measured, Contender contender) : IDisposable
{
    private static readonly (Metric Metric, Func<RoundResult, double> Of)[] Speed =
    [
        (Metric.MeanTime, static round => round.Elapsed.TotalNanoseconds / round.Operations),
        (Metric.MillionsPerSecond, static round => round.Operations / round.Elapsed.TotalMicroseconds),
        (Metric.SwitchesPerThousand, static round => 1000.0 * round.Cost.ContextSwitches / round.Operations),
        (Metric.AllocatedPerOperation, static round => (double)round.Cost.AllocatedBytes / round.Operations),
        (Metric.CpuPerOperation, static round => round.Cost.Processor.TotalNanoseconds / round.Operations),
    ];

    private static readonly (Metric Metric, double Percentile)[] Waits =
        [(Metric.StartP50, 50), (Metric.StartP99, 99), (Metric.StartP999, 99.9)];

    private readonly List<RoundResult> _rounds = [];

    private readonly List<double> _othersShares = [];

    private CaseRun? _run;

    private long _operations = measured.FirstOperations;

    private string? _wrong;

    /// <summary>Runs until the code is compiled in full, and finds how many operations fill a round.</summary>
    internal void WarmUp(TimeSpan duration)
    {
        TimeSpan spent = TimeSpan.Zero;
        while (spent < duration && Try() is { } result)
        {
            spent += result.Elapsed;
            double fill = duration / result.Elapsed;
            _operations = Math.Max(1, (long)(_operations * Math.Clamp(fill, 0.1, 4)));
        }

        _operations *= measured.Stretch;
    }

    /// <returns>What this round alone would say.</returns>
    internal CaseResult RunRound()
    {
        GC.Collect();
        OtherWork others = OtherWork.Begin();
        if (Try() is not { } result) return Refused();
        _othersShares.Add(others.Share());
        _rounds.Add(result);
        return Cell() with { Metrics = Figures([result]) };
    }

    /// <summary>The medians of the rounds; percentiles are those of all rounds together.</summary>
    internal CaseResult Summarise()
    {
        if (_wrong != null) return Refused();
        double others = _othersShares.Average();
        return Cell() with
        {
            Metrics = Figures(_rounds),
            Latency = Merge(_rounds)?.Curve(),
            Notes = others > OtherWork.Much ? [FormattableString.Invariant($"other work had {others:P0} of the processors, which all but CPU ns/op shows")] : null,
            Rounds = measured.HasSpeed ? new() { [Metric.MillionsPerSecond.Name] = [.. _rounds.Select(static round => Math.Round(round.Operations / round.Elapsed.TotalMicroseconds, 4))] } : null,
        };
    }

    public void Dispose() => _run?.Dispose();

    private static LatencyRecorder? Merge(IReadOnlyList<RoundResult> rounds)
    {
        LatencyRecorder? all = null;
        foreach (LatencyRecorder waits in rounds.Select(static round => round.Waits).OfType<LatencyRecorder>())
        {
            all ??= new LatencyRecorder(LatencyRecorder.Finest);
            all.Add(waits);
        }

        return all;
    }

    private CaseResult Cell() => new() { Name = measured.Name, Subject = contender.Name };

    private CaseResult Refused() => Cell() with { Refused = _wrong };

    private Dictionary<string, double> Figures(IReadOnlyList<RoundResult> rounds)
    {
        var figures = new Dictionary<string, double>();
        void Add(Metric metric, Func<RoundResult, double> of) => figures[metric.Name] = Math.Round(Statistics.Median(rounds.Select(of)), 4);
        if (Merge(rounds) is { } waits)
        {
            foreach ((Metric metric, double percentile) in Waits) figures[metric.Name] = waits.At(percentile);
        }

        if (measured.HasSpeed)
        {
            foreach ((Metric metric, Func<RoundResult, double> of) in Speed) Add(metric, of);
        }

        for (int i = 0; i < rounds[0].Counts.Count; i++)
        {
            int at = i;
            Add(rounds[0].Counts[i].Metric, round => round.Counts[at].Value);
        }

        return figures;
    }

    private RoundResult? Try()
    {
        if (_wrong != null) return null;
        try
        {
            _run ??= contender.Begin();
            return _run.Run(_operations);
        }
        catch (Exception wrong) when (wrong is InvalidDataException or ArgumentException)
        {
            // It broke a promise; or it refuses to make such a channel at all.
            _wrong = wrong.Message;
            return null;
        }
    }
}
