using FastCore.Perf.Load;
using FastCore.Perf.Processes;
using FastCore.Perf.Results;

namespace FastCore.Perf.Http;

/// <summary>
/// What a connection costs that has asked once and stays open: the growth of the server's resident set, divided. What connections
/// before them have left may be used again, so as many as these were do not count: the figure is at most too high.
/// </summary>
internal sealed class IdleMemory(HttpBenchOptions options, Placement placement, IBenchProgress progress)
{
    // Twice as many as a reactor has receive buffers: those are there once, however many connections there are.
    private const int WarmUpConnections = 1024;

    // What the processes need besides the connections.
    private const int SpareDescriptors = 512;
    private static readonly TimeSpan SettleTime = TimeSpan.FromMilliseconds(300);

    public async Task RunAsync(BenchReport report, ServerSubject[] subjects, CancellationToken cancellationToken)
    {
        var connections = (int)Math.Min(options.IdleConnections, DescriptorLimit.Raise() - SpareDescriptors);
        var results = new List<CaseResult>();
        foreach (var subject in subjects)
        {
            cancellationToken.ThrowIfCancellationRequested();
            progress.Step(NameOf(connections), subject.Name, 1, 1);
            results.Add(await MeasureAsync(subject, connections, cancellationToken).ConfigureAwait(false));
        }
        ResultSet.Add(report, progress, ServerSubject.Kestrel, results);
    }

    private static string NameOf(int connections) => $"http/idle/c{connections}";

    private async Task<CaseResult> MeasureAsync(ServerSubject subject, int connections, CancellationToken cancellationToken)
    {
        var result = new CaseResult { Name = NameOf(connections), Subject = subject.Name };
        ServerProcess server;
        try
        {
            server = ServerProcess.Start(subject, placement.Server);
        }
        catch (ServerStartException failure)
        {
            return result with { Refused = failure.Message };
        }
        using (server)
        {
            using var load = new LoadGenerator(placement.Load);
            var plaintext = HttpCase.Plaintext(new LoadPlan(connections, 1));
            var target = new LoadTarget(server.EndPoint, plaintext.Path, plaintext.Body);
            var warm = Math.Min(WarmUpConnections, connections / 4);
            await using (await load.OpenIdleAsync(target, warm).ConfigureAwait(false))
            {
            }
            await Task.Delay(SettleTime, cancellationToken).ConfigureAwait(false);
            var before = server.Meter.ResidentBytes();
            await using var run = await load.OpenIdleAsync(target, connections).ConfigureAwait(false);
            await Task.Delay(SettleTime, cancellationToken).ConfigureAwait(false);
            var grown = server.Meter.ResidentBytes() - before;
            var errors = await run.ErrorsAsync().ConfigureAwait(false);
            if (errors.Count > 0) return result with { Refused = string.Join("; ", errors.Select(error => $"{error.Key} ({error.Value}×)")) };
            result.Metrics[Metric.MemoryPerConnection.Name] = Math.Round(grown / (double)(connections - warm), 1);
            return connections < options.IdleConnections
                ? result with { Notes = [$"the limit of open descriptors allows {connections} connections only (ulimit -n)"] }
                : result;
        }
    }
}
