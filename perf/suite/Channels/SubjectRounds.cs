using FastCore.Perf.Processes;
using FastCore.Perf.Results;

namespace FastCore.Perf.Channels;

/// <summary>The rounds of one subject in one case. The first wrong round ends them.</summary>
internal sealed class SubjectRounds(ChannelCase measured, ChannelSubject subject) : IDisposable
{
    /// <summary>How many operations the first round has; it tells how many fill the time.</summary>
    private const long FirstOperations = 20_000;

    private readonly List<RoundResult> _rounds = [];

    private readonly List<double> _othersShares = [];

    private CaseRun? _run;

    private long _operations = FirstOperations;

    private string? _wrong;

    internal string Name => subject.Name;

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
    }

    /// <returns>Millions of operations a second; null when it was wrong.</returns>
    internal double? RunRound()
    {
        GC.Collect();
        OtherWork others = OtherWork.Begin();
        if (Try() is not { } result) return null;
        _othersShares.Add(others.Share());
        _rounds.Add(result);
        return MillionsPerSecond(result);
    }

    internal ChannelMeasurement Summarise()
    {
        if (_wrong != null) return new ChannelMeasurement(measured.Name, subject.Name, Wrong: _wrong);
        return new ChannelMeasurement(measured.Name, subject.Name)
        {
            MeanNanoseconds = Median(static round => round.Elapsed.TotalNanoseconds / round.Operations),
            MillionsPerSecond = Median(MillionsPerSecond),
            ContextSwitchesPerThousand = Median(static round => 1000.0 * round.Cost.ContextSwitches / round.Operations),
            AllocatedBytesPerOperation = Median(static round => (double)round.Cost.AllocatedBytes / round.Operations),
            CpuNanosecondsPerOperation = Median(static round => round.Cost.Processor.TotalNanoseconds / round.Operations),
            OthersShare = _othersShares.Average(),
            Rounds = [.. _rounds.Select(MillionsPerSecond)],
        };
    }

    public void Dispose() => _run?.Dispose();

    private static double MillionsPerSecond(RoundResult result) => result.Operations / result.Elapsed.TotalMicroseconds;

    private RoundResult? Try()
    {
        if (_wrong != null) return null;
        try
        {
            _run ??= measured.Begin(subject);
            return _run.Run(_operations);
        }
        catch (Exception wrong) when (wrong is InvalidDataException or ArgumentException)
        {
            // It broke a promise; or it refuses to make such a channel at all.
            _wrong = wrong.Message;
            return null;
        }
    }

    private double Median(Func<RoundResult, double> figure) => Statistics.Median(_rounds.Select(figure));
}
