using System.Diagnostics;
using FastCore.Perf.Processes;
using FastCore.Perf.Results;

namespace FastCore.Perf.Http;

/// <summary>How long a server takes from the start of its process to the first answer.</summary>
internal sealed class StartTime(HttpBenchOptions options, Placement placement, IBenchProgress progress)
{
    private const string Name = "http/start";

    public async Task RunAsync(BenchReport report, ServerSubject[] subjects, CancellationToken cancellationToken)
    {
        var times = subjects.ToDictionary(subject => subject.Name, _ => new List<double>());
        var failures = new Dictionary<string, string>();
        // Off the caller's thread: starting and asking block.
        await Task.Run(() =>
        {
            for (var round = 1; round <= options.Starts; round++)
            {
                foreach (var subject in subjects)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    progress.Step(Name, subject.Name, round, options.Starts);
                    try
                    {
                        times[subject.Name].Add(StartOnce(subject));
                    }
                    catch (ServerStartException failure)
                    {
                        failures[subject.Name] = failure.Message;
                    }
                }
            }
        }, cancellationToken).ConfigureAwait(false);
        ResultSet.Add(report, progress, ServerSubject.Kestrel, subjects.Select(subject => failures.TryGetValue(subject.Name, out var failure)
            ? new CaseResult { Name = Name, Subject = subject.Name, Refused = failure }
            : new CaseResult
            {
                Name = Name,
                Subject = subject.Name,
                Metrics = { [Metric.StartTime.Name] = Math.Round(Statistics.Median(times[subject.Name]), 3) },
                Rounds = new() { [Metric.StartTime.Name] = [.. times[subject.Name].Select(time => Math.Round(time, 3))] },
            }));
    }

    private double StartOnce(ServerSubject subject)
    {
        var start = Stopwatch.GetTimestamp();
        using var server = ServerProcess.Start(subject, placement.Server);
        using var client = new SimpleClient(server.EndPoint);
        client.Get("/plaintext");
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }
}
