using FastCore.Perf;
using FastCore.Perf.Results;

namespace FastCore.EndToEnd.Tests.Cli;

/// <summary><c>fastcore bench client</c>: short runs whose figures mean nothing.</summary>
internal sealed class ClientCommandTests
{
    [Test]
    public void The_client_is_measured_beside_the_stock_one()
    {
        Assert.That(CaseBenches.Client.Cases, Is.EqualTo((string[])["client/c64", "client/c512"]));
        var run = FastCoreProgram.Run("bench", "client", "--filter", "c64", "--rounds", "1", "--duration", "5ms", "--json", "-");
        Assert.That(run.ExitCode, Is.Zero, run.Error);
        var report = BenchReport.FromJson(run.Output);
        Assert.That(report.Cases.Select(result => (result.Name, result.Subject)), Is.EqualTo(
            ((string[])["fastcore", "fastcore/pipelined", "fastcore/threads", "fastcore/handler", "stock"]).Select(subject => ("client/c64", subject))));
        foreach (var result in report.Cases)
        {
            Assert.That(result.Refused, Is.Null, result.Subject);
            Assert.That(result.Metrics["cpu_ns_per_operation"], Is.Positive, result.Subject);
        }
    }
}
