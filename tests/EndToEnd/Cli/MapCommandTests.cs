using FastCore.Perf;
using FastCore.Perf.Results;

namespace FastCore.EndToEnd.Tests.Cli;

/// <summary><c>fastcore bench map</c>: short runs whose figures mean nothing.</summary>
internal sealed class MapCommandTests
{
    private static readonly string[] Speed = ["mean_ns", "mops", "context_switches_per_kop", "allocated_bytes_per_op", "cpu_ns_per_operation"];

    [TestCase("map/long/zipfian/r50/t2")]
    [TestCase("map/string/uniform/r90/t2")]
    public void A_case_is_measured_beside_four_others(string name)
    {
        Assert.That(CaseBenches.Map.Cases, Does.Contain(name));
        var run = FastCoreProgram.Run("bench", "map", "--filter", name, "--rounds", "1", "--duration", "5ms", "--json", "-");
        Assert.That(run.ExitCode, Is.Zero, run.Error);
        var report = BenchReport.FromJson(run.Output);
        Assert.That(report.Cases.Select(result => result.Subject), Is.EqualTo((string[])["fastcore", "nonblocking", "rwlock", "32-shards", "stock"]));
        foreach (var result in report.Cases)
        {
            Assert.That(result.Refused, Is.Null, result.Subject);
            Assert.That(result.Metrics.Keys, Is.EquivalentTo(Speed), result.Subject);
        }
    }
}
