using FastCore.Perf.Reports;
using FastCore.Perf.Results;

namespace FastCore.EndToEnd.Tests.Cli;

/// <summary><c>fastcore bench gateway</c>: a short run whose figures mean nothing, with both gateways as the build left them.</summary>
internal sealed class GatewayCommandTests
{
    private static string Built(string project, string name)
    {
        var path = RepositoryRoot.Of($"{project}/bin/Release/net10.0/{name}");
        if (!File.Exists(path)) Assert.Ignore($"There is no {path}. Build it with: dotnet build {project} -c Release.");
        return path;
    }

    private static Finished Run(string yarp, params string[] more) => FastCoreProgram.Run(
        FastCoreProgram.Executable,
        ["bench", "gateway", "--transport", "epoll", "--connections", "50", "--rounds", "1", "--duration", "500ms", "--json", "-", .. more],
        new() { ["FASTCORE_GATEWAY"] = Built("examples/gateway", "fastcore-gateway"), ["FASTCORE_YARP_PEER"] = yarp });

    [Test]
    [CancelAfter(Hang.Milliseconds)]
    public void The_gateway_is_measured_beside_yarps()
    {
        var run = Run(Built("perf/peers/yarp-gateway", "yarp-gateway"));
        Assert.That(run.ExitCode, Is.AnyOf(0, 4), run.Error);
        var report = BenchReport.FromJson(run.Output);
        Assert.That(report.Cases.Select(static result => (result.Name, result.Subject)), Is.EqualTo(
            ((string[])["gateway/open/c50/p1", "gateway/token/c50/p1"]).SelectMany(static name => (IEnumerable<(string, string)>)[(name, "fastcore/epoll"), (name, "yarp-aot")])));
        foreach (var result in report.Cases.Where(static result => result.Refused == null))
        {
            Assert.That(result.Metrics[Metric.CpuPerRequest.Name], Is.Positive, result.Subject);
            Assert.That(result.Metrics[Metric.PeakMemory.Name], Is.Positive, result.Subject);
        }
        // A machine that is busy otherwise may refuse a cell; an answer that is wrong must not be the reason.
        Assert.That(report.Cases.Select(static result => result.Refused ?? ""), Has.None.Contains("status").And.None.Contains("connection"));
        Assert.That(ReportSection.Of(report).Select(static section => section.Title), Is.EqualTo((string[])["Gateway"]));
    }

    [Test]
    [CancelAfter(Hang.Milliseconds)]
    public void Without_yarps_nothing_is_concluded()
    {
        var run = Run("/no/such/program");
        Assert.That(run.ExitCode, Is.EqualTo(4), run.Error);
        Assert.That(BenchReport.FromJson(run.Output).Inconclusive, Has.Some.Contains("there is no yarp-gateway to compare with"));
    }

    [Test]
    public void Without_ours_it_says_where_it_is_looked_for()
    {
        var run = FastCoreProgram.Run(FastCoreProgram.Executable, ["bench", "gateway"], new() { ["FASTCORE_GATEWAY"] = "/no/such/program" });
        Assert.That(run.ExitCode, Is.Not.Zero);
        Assert.That(run.Error + run.Output, Does.Contain("publish examples/gateway"));
    }
}
