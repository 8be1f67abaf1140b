using FastCore.Perf;
using FastCore.Perf.Channels.Check;
using FastCore.Perf.Results;

namespace FastCore.EndToEnd.Tests.Cli;

/// <summary><c>fastcore bench channels</c>, <c>bench rings</c> and <c>check channels</c>: short runs whose figures mean nothing.</summary>
internal sealed class ChannelCommandTests
{
    private static readonly string[] Metrics = ["mean_ns", "mops", "context_switches_per_kop", "allocated_bytes_per_op", "cpu_ns_per_operation"];

    [Test]
    public void Every_case_is_measured_on_both_subjects()
    {
        var run = FastCoreProgram.Run("bench", "channels", "--rounds", "1", "--duration", "5ms", "--json", "-");
        var report = BenchReport.FromJson(run.Output);
        Assert.That(run.ExitCode, Is.EqualTo(report.IsInconclusive ? 4 : 0), run.Error);
        Assert.That(report.Cases.Select(result => (result.Name, result.Subject)), Is.EqualTo(CaseBenches.Channels.Cases.SelectMany(static name => SubjectsOf(name).Select(subject => (name, subject)))));
        foreach (var result in report.Cases.Where(result => result.Subject == "fastcore"))
        {
            Assert.That(result.Refused, Is.Null, result.Name);
            Assert.That(result.Metrics.Keys, Is.EquivalentTo(Metrics), result.Name);
            Assert.That(result.Metrics["mean_ns"] * result.Metrics["mops"], Is.EqualTo(1000).Within(1).Percent, result.Name);
            Assert.That(result.Rounds!["mops"], Has.Length.EqualTo(1));
        }
        Assert.That(report.Cases.Where(result => result.Ratio != null).Select(result => result.Ratio!.To), Is.All.EqualTo("stock"));
    }

    [TestCase("ratio.mops>=0.0001", 0)]
    [TestCase("ratio.mops>=1000000", 1)]
    [TestCase("channels/bounded-1024/1x1:mean_ns<0.001", 1)]
    [TestCase("channels/bounded-1024/*@stock:allocated_bytes_per_op<1e9", 0)]
    public void Assertions_speak_of_the_metrics(string assertion, int exitCode)
    {
        var run = FastCoreProgram.Run("bench", "channels", "--filter", "bounded-1024/1x1", "--rounds", "1", "--duration", "5ms", "--assert", assertion);
        Assert.That(run.ExitCode, Is.EqualTo(exitCode), run.Error);
    }

    [Test]
    public void Rings_have_a_bench_of_their_own()
    {
        var run = FastCoreProgram.Run("bench", "rings", "--rounds", "1", "--duration", "5ms", "--json", "-");
        Assert.That(run.ExitCode, Is.Zero, run.Error);
        Assert.That(BenchReport.FromJson(run.Output).Cases.Select(result => result.Name), Is.All.StartsWith("rings/"));
    }

    [Test]
    public void Check_says_what_ours_and_the_stock_channels_lost()
    {
        var run = FastCoreProgram.Run("check", "channels", "--ops", "5000", "--kind", "bounded-64", "--kind", "unbounded/4x4", "--stock", "--seed", "7", "--json", "-");
        Assert.That(run.ExitCode, Is.Zero, run.Error);
        var report = BenchReport.FromJson(run.Output);
        Assert.That(report.Seed, Is.EqualTo(7));
        Assert.That(run.Error, Does.Contain("seed 7"));
        string[] kinds = [.. ChannelCheck.Kinds.Where(kind => kind.StartsWith("bounded-64/", StringComparison.Ordinal)), "unbounded/4x4"];
        Assert.That(report.Cases.Select(result => (result.Name, result.Subject)), Is.EqualTo(kinds.SelectMany(kind => ((string, string)[])[($"check/{kind}", "fastcore"), ($"check/{kind}", "stock")])));
        foreach (var result in report.Cases)
        {
            var metrics = result.Metrics;
            Assert.That(metrics.Keys, Is.EquivalentTo((string[])["written", "read", "dropped", "cancelled", "lost", "doubled", "out_of_order", "hung", "failed"]));
            Assert.That(metrics["written"] - metrics["read"] - metrics["dropped"], Is.EqualTo(metrics["lost"] - metrics["doubled"]), $"{result.Name} {result.Subject}");
        }
    }

    [Test]
    public void Check_can_be_squeezed_to_a_share_of_a_core()
    {
        var run = FastCoreProgram.Run("check", "channels", "--ops", "500", "--kind", "bounded-1/1x4", "--kind", "watch/1x4", "--stock", "--seed", "7", "--squeeze", "20", "--json", "-");
        Assert.That(run.ExitCode, Is.Zero, run.Error);
        Assert.That(run.Error, Does.Contain("20 % of one processor"));
        var report = BenchReport.FromJson(run.Output);
        Assert.That(report.Seed, Is.EqualTo(7));
        Assert.That(report.Cases.Select(result => (result.Name, result.Subject)), Is.EqualTo(new[] { ("check/bounded-1/1x4", "fastcore"), ("check/bounded-1/1x4", "stock"), ("check/watch/1x4", "fastcore") }));
        foreach (var result in report.Cases)
        {
            Assert.That(result.Metrics["written"], Is.Positive, result.Name);
            Assert.That(result.Metrics["core_percent"], Is.Positive, result.Name);
        }
    }

    // A select reads in runs, so it is measured beside stock channels that are read in runs, too.
    private static string[] SubjectsOf(string name) => name.StartsWith("channels/select", StringComparison.Ordinal) ? ["fastcore", "stock", "stock/runs"] : ["fastcore", "stock"];
}
