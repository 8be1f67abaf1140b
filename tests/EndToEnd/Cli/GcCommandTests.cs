using FastCore.Perf.Collector;
using FastCore.Perf.Results;

namespace FastCore.EndToEnd.Tests.Cli;

/// <summary><c>fastcore bench gc</c>: a short run whose figures mean nothing; and what <c>serve --gc-mode</c> says and refuses.</summary>
internal sealed class GcCommandTests
{
    private static readonly string[] Figures =
    [
        "requests_per_second", "cpu_us_per_request", "p50_us", "p99_us", "p999_us", "max_us", "gen0_collections", "gen1_collections", "gen2_collections",
        "allocated_mib_per_collection", "gc_pause_total_ms", "gc_pause_p99_ms", "gc_pause_max_ms", "hiccup_max_ms",
    ];

    // A machine that is busy otherwise may refuse cells for their spread; that is 4, not a failure.
    [Test]
    public void Each_setting_is_in_force_and_measured_beside_the_first()
    {
        string[] settings = ["concurrent", "sustained-low-latency", "no-gc-region", "conserve-memory-7", "gen0-4m"];
        var run = FastCoreProgram.Run(["bench", "gc", .. settings.SelectMany(static name => (string[])["--setting", name]), "--connections", "8", "--rounds", "1", "--duration", "300ms", "--json", "-"]);
        Assert.That(run.ExitCode, Is.AnyOf(0, 4), run.Error);
        var report = BenchReport.FromJson(run.Output);
        Assert.That(report.Cases.Select(static result => result.Subject), Is.EquivalentTo([.. settings.Select(static name => $"fastcore/{name}"), "fastcore/workstation"]));
        Assert.That(report.Cases.Select(static result => result.Name), Is.All.EqualTo("gc/allocate/c8/p1"));
        Assert.That(report.Cases.Select(static result => result.Refused ?? ""), Has.None.Contain("not in force"));
        foreach (var result in report.Cases.Where(static result => result.Refused == null))
        {
            Assert.That(result.Metrics.Keys, Is.SupersetOf(Figures), result.Subject);
            Assert.That(result.Metrics[Metric.AllocatedPerRequest.Name], Is.InRange(8192, 2 * 8192), $"{result.Subject}: once for each request, and something beside them in a run so short");
        }

        if (report.Cases.Find(static result => result.Subject == "fastcore/gen0-4m") is { Refused: null } small)
            Assert.That(small.Metrics[Metric.AllocatedPerCollection.Name], Is.InRange(2, 8), "The budget is what is allocated from one collection to the next.");
    }

    [Test]
    public void A_server_tells_its_settings_and_its_records_are_right()
    {
        using var server = new RunningServer("--gc-mode", "default");
        using var client = new HttpClient();
        for (var i = 0; i < 100; i++) Assert.That(client.GetStringAsync($"{server.Address}/allocate").Result, Is.EqualTo("8 KiB allocated\n"));
        var reading = CollectorReading.FromJson(client.GetByteArrayAsync($"{server.Address}/gc").Result);
        Assert.That(reading.Configuration, Contains.Key("GCConserveMem"));
        Assert.That(reading.AllocatedBytes, Is.GreaterThan(40 << 20), "The records that are kept.");
        var restarted = CollectorReading.FromJson(client.GetByteArrayAsync($"{server.Address}/gc/restart").Result);
        var after = CollectorReading.FromJson(client.GetByteArrayAsync($"{server.Address}/gc").Result);
        Assert.That(after.Seconds, Is.LessThan(restarted.Seconds));
    }

    [Test]
    public void What_the_collector_ignores_in_silence_is_refused_aloud()
    {
        var run = FastCoreProgram.Run(FastCoreProgram.Executable, ["serve", "--demo", "--port", "0", "--gc-mode", "sustained-low-latency"], new() { ["DOTNET_gcConcurrent"] = "0" });
        Assert.That(run.ExitCode, Is.EqualTo(3), run.Error);
        Assert.That(run.Error, Does.Contain("Set DOTNET_gcConcurrent=1"));
    }

    [Test]
    public void A_setting_that_is_not_in_force_is_told()
    {
        var here = CollectorReading.Of(default) with { IsServer = false, LatencyMode = "Batch", Configuration = new() { ["GCConserveMem"] = "0" } };
        string? Of(string name) => GcSetting.All.Single(setting => setting.Name == name).Problem(here);
        Assert.That(Of("workstation"), Is.Null);
        Assert.That(Of("concurrent"), Is.EqualTo("concurrent is not in force: the latency mode is Batch, not Interactive"));
        Assert.That(Of("server"), Does.Contain("server GC is False, not True"));
        Assert.That(Of("conserve-memory-7"), Does.Contain("GCConserveMem is 0, not 7"));
        Assert.That(Of("gen0-4m"), Does.Contain("GCGen0MaxBudget is not told, not 4194304"));
    }
}
