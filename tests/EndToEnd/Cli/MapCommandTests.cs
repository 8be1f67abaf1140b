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

    /// <summary>In a pipeline that guards the figures, it would pass for ever.</summary>
    [Test]
    public void A_filter_that_matches_nothing_is_refused_with_the_names_there_are()
    {
        var run = FastCoreProgram.Run("bench", "map", "--filter", "zipfain", "--json", "-");
        Assert.That((run.ExitCode, run.Output), Is.EqualTo((2, "")));
        Assert.That(run.Error, Does.Match(@"\Afastcore: --filter zipfain: [^\n]+\nSee fastcore bench map --help\.\n\z"));
        foreach (var name in CaseBenches.Map.Cases) Assert.That(run.Error, Does.Contain(name));
    }

    /// <summary>Nor can one that guards by a condition.</summary>
    [TestCase("map/long/zipfain/r50/t2:mean_ns<1e9")]
    [TestCase("p99_us<1e9")]
    public void A_condition_on_what_is_not_measured_fails(string condition)
    {
        var run = FastCoreProgram.Run("bench", "map", "--filter", "map/long/zipfian/r50/t2", "--rounds", "1", "--duration", "5ms", "--assert", condition);
        Assert.That(run.ExitCode, Is.EqualTo(1), run.Output);
        Assert.That(run.Error, Does.Contain($"assertion failed: {condition}: nothing that it speaks of was measured"));
    }
}
