using System.ComponentModel;
using System.Net.Sockets;
using FastCore.Perf.Load;
using FastCore.Perf.Processes;
using FastCore.Perf.Results;

namespace FastCore.Perf.Http;

/// <summary>Cases under load: the subjects in turn within each round, so that what disturbs the machine disturbs all of them.</summary>
internal sealed class LoadRounds(HttpBenchOptions options, Placement placement, IBenchProgress progress)
{
    /// <summary>Measures each case on all subjects, each in a server that runs through all cases.</summary>
    public async Task RunAsync(BenchReport report, IReadOnlyList<HttpCase> cases, IReadOnlyList<ServerSubject> subjects, CancellationToken cancellationToken)
    {
        var servers = new List<RunningServer>();
        try
        {
            foreach (var subject in subjects) servers.Add(RunningServer.Start(subject, placement.Server));
            using ILoadDriver driver = options.Load == LoadKind.Wrk ? new WrkLoad(placement.Load) : new LoadGenerator(placement.Load);
            foreach (var httpCase in cases) await MeasureCaseAsync(report, httpCase, servers.FindAll(server => server.Subject.Answers(httpCase.Path)), driver, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            foreach (var server in servers) server.Dispose();
        }
    }

    private async Task MeasureCaseAsync(BenchReport report, HttpCase httpCase, List<RunningServer> servers, ILoadDriver driver, CancellationToken cancellationToken)
    {
        var cells = servers.ConvertAll(server => new Cell(httpCase, server.Subject) { Failure = server.Failure });
        try
        {
            for (var round = 1; round <= options.Rounds; round++)
            {
                foreach (var (server, cell) in servers.Zip(cells))
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    progress.Step(httpCase.Name, cell.Subject.Name, round, options.Rounds);
                    if (cell.Failure != null) continue;
                    await MeasureRoundAsync(server, cell, httpCase, driver, cancellationToken).ConfigureAwait(false);
                    progress.Figures(cell.Summarise(null, options.Rounds));
                }
            }
        }
        finally
        {
            AddTo(report, cells);
        }
    }

    private async Task MeasureRoundAsync(RunningServer server, Cell cell, HttpCase httpCase, ILoadDriver driver, CancellationToken cancellationToken)
    {
        try
        {
            cell.Add(await server.MeasureAsync(httpCase, driver, options, cancellationToken).ConfigureAwait(false));
        }
        catch (Exception failure) when (failure is SocketException or InvalidDataException or Win32Exception)
        {
            cell.Failure = failure.Message;
        }
    }

    /// <summary>Our row says how it compares with those that are no part of .NET, too.</summary>
    private CaseResult BesideMore(CaseResult result, List<Cell> measured)
    {
        if (result.Refused != null || result.Subject == ServerSubject.Kestrel || MorePeers.Names.Contains(result.Subject)) return result;
        var peers = measured.FindAll(static cell => MorePeers.Names.Contains(cell.Subject.Name)).ConvertAll(cell => cell.Summarise(null, options.Rounds)).FindAll(static peer => peer.Refused == null);
        if (peers.Count == 0) return result;
        double RatioTo(CaseResult peer) => result.Metrics[Metric.CpuPerRequest.Name] / peer.Metrics[Metric.CpuPerRequest.Name];
        return result with { Notes = [.. result.Notes ?? [], .. peers.Select(peer => FormattableString.Invariant($"{RatioTo(peer):0.00} of the CPU per request of {peer.Subject}"))] };
    }

    private void AddTo(BenchReport report, List<Cell> cells)
    {
        var measured = cells.FindAll(static cell => cell.Count > 0 || cell.Failure != null);
        foreach (var cell in measured)
        {
            var reference = measured.Find(other => other != cell && other.Subject.Name == cell.Subject.Reference)?.Summarise(null, options.Rounds);
            var result = BesideMore(cell.Summarise(reference, options.Rounds), measured);
            report.Cases.Add(result);
            progress.Finished(result);
        }
    }
}
