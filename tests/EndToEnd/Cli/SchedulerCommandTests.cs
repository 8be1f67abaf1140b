using FastCore.Perf;
using FastCore.Perf.Results;

namespace FastCore.EndToEnd.Tests.Cli;

/// <summary><c>fastcore bench scheduler</c>: a short run whose figures mean nothing.</summary>
internal sealed class SchedulerCommandTests
{
    private static readonly string[] Speed = ["mean_ns", "mops", "context_switches_per_kop", "allocated_bytes_per_op", "cpu_ns_per_operation"];

    private static readonly string[] Waits = ["start_p50_us", "start_p99_us", "start_p999_us"];

    [Test]
    public void Every_case_is_measured_beside_the_pool()
    {
        var run = FastCoreProgram.Run("bench", "scheduler", "--rounds", "1", "--duration", "5ms", "--json", "-");
        Assert.That(run.ExitCode, Is.Zero, run.Error);
        var report = BenchReport.FromJson(run.Output);
        Assert.That(report.Cases.Select(result => result.Name).Distinct(), Is.EqualTo(CaseBenches.Scheduler.Cases));
        foreach (var group in report.Cases.GroupBy(result => result.Name))
        {
            string[] ours = group.Key switch
            {
                "scheduler/unbalanced" => ["fastcore/hybrid", "fastcore/local-only", "fastcore/global-only"],
                "scheduler/ping-pong" => ["fastcore", "fastcore/live-waits", "fastcore/traced"],
                _ => ["fastcore"],
            };
            Assert.That(group.Select(result => result.Subject), Is.EqualTo([.. ours, "stock"]), group.Key);
            Assert.That(group.SkipLast(1).Select(result => result.Ratio?.To), Is.All.EqualTo("stock"), group.Key);
            foreach (var result in group) Assert.That(result.Metrics.Keys, Is.EquivalentTo(Expected(result)), $"{result.Name} {result.Subject}");
        }
    }

    private static string[] Expected(CaseResult result) => result switch
    {
        { Name: "scheduler/idle" } => ["idle_cpu_percent"],
        { Name: "scheduler/hog" } or { Name: "scheduler/wake-up/idle" } or { Name: "scheduler/wake-up/loaded" } => Waits,
        { Name: "scheduler/unbalanced", Subject: "stock" } => [.. Speed, .. Waits, "migrations_per_kop"],
        { Name: "scheduler/unbalanced" } => [.. Speed, .. Waits, "migrations_per_kop", "steals_per_kop"],
        _ => Speed,
    };
}
