using FastCore.Perf.Results;
using FastCore.Perf.Rounds;

namespace FastCore.Perf;

/// <summary>Runs a bench of cases and enters what it measures into a report.</summary>
public static class CaseReport
{
    /// <summary>Runs the bench on the calling thread.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled; what is finished is in the report.</exception>
    public static void Run(CaseBench bench, CaseBenchOptions options, BenchReport report, IBenchProgress progress, CancellationToken cancellationToken)
    {
        progress.Begin(bench.Area, bench.CountRounds(options));
        void Tell(CaseProgress step)
        {
            progress.Step(step.Figures.Name, step.Figures.Subject, step.Round, step.Rounds);
            if (step.Figures.Refused == null) progress.Figures(step.Figures);
        }
        foreach (var results in bench.Run(options, Tell, cancellationToken)) ResultSet.Add(report, progress, Contender.Stock, results);
        cancellationToken.ThrowIfCancellationRequested();
    }
}
