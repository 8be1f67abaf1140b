using FastCore.Perf;
using FastCore.Perf.Memory;
using FastCore.Perf.Results;

namespace FastCore.EndToEnd.Tests.Cli;

/// <summary><c>fastcore bench alloc</c>: a short run whose figures mean nothing.</summary>
internal sealed class AllocCommandTests
{
    [Test]
    public void Every_case_is_measured_beside_the_others()
    {
        var run = FastCoreProgram.Run("bench", "alloc", "--rounds", "1", "--duration", "5ms", "--json", "-");
        Assert.That(run.ExitCode, Is.Zero, run.Error);
        var report = BenchReport.FromJson(run.Output);
        Assert.That(report.Cases.Select(result => result.Name).Distinct(), Is.EqualTo(CaseBenches.Alloc.Cases));
        foreach (var group in report.Cases.GroupBy(result => result.Name))
        {
            Assert.That(group.Select(result => result.Subject), Is.EqualTo(new[] { "fastcore", "array-pool", "gc-array", "stock" }), group.Key);
            Assert.That(group.SkipLast(1).Select(result => result.Ratio?.To), Is.All.EqualTo("stock"), group.Key);
            Assert.That(group.Select(result => result.Metrics.GetValueOrDefault("batch_p50_ns")), Is.All.Positive, group.Key);
            Assert.That(group.First().Metrics, Does.ContainKey("cache_hits_percent"), group.Key);
        }
    }

    [TestCaseSource(nameof(Subjects))]
    public void What_stays_resident_is_told(string subject)
    {
        var run = FastCoreProgram.Run("bench", "alloc", "--resident", subject);
        Assert.That(run.ExitCode, Is.Zero, run.Error);
        Assert.That(run.Output, Does.Match($"^{subject}: [0-9,]+ KiB resident before, [0-9,]+ at the peak, [0-9,]+ when all was freed"));
    }

    private static IEnumerable<string> Subjects() => ResidentMemory.Subjects;
}
