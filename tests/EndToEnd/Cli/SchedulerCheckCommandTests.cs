using FastCore.Perf.Results;
using FastCore.Perf.Scheduling.Check;

namespace FastCore.EndToEnd.Tests.Cli;

/// <summary><c>fastcore check scheduler</c>: a short run of every storm.</summary>
internal sealed class SchedulerCheckCommandTests
{
    [Test]
    public void Every_storm_counts_its_items()
    {
        var run = FastCoreProgram.Run("check", "scheduler", "--ops", "60000", "--seed", "7", "--json", "-");
        Assert.That(run.ExitCode, Is.Zero, run.Error);
        var report = BenchReport.FromJson(run.Output);
        Assert.That(report.Seed, Is.EqualTo(7));
        Assert.That(report.Cases.Select(result => result.Name), Is.EqualTo(SchedulerCheck.Kinds.Select(kind => $"check/{kind}")));
        foreach (var result in report.Cases)
        {
            Assert.That(result.Metrics["spawned"], Is.GreaterThanOrEqualTo(10_000), result.Name);
            Assert.That(result.Metrics["ran"] + result.Metrics["abandoned"], Is.EqualTo(result.Metrics["spawned"]), result.Name);
            if (result.Name.EndsWith("drain", StringComparison.Ordinal)) Assert.That(result.Metrics["abandoned"] + result.Metrics["refused"], Is.Zero, result.Name);
        }
    }
}
