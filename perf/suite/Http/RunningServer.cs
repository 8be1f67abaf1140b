using System.Net.Sockets;
using FastCore.Perf.Load;
using FastCore.Perf.Processes;
using FastCore.Perf.Results;

namespace FastCore.Perf.Http;

/// <summary>A subject whose server runs for the whole of the load cases, or the reason why it does not.</summary>
internal sealed class RunningServer : IDisposable
{
    private readonly ServerProcess? _process;
    private readonly ServerStats? _stats;
    private readonly IServerGauge? _gauge;

    private RunningServer(ServerSubject subject, ServerProcess? process, ServerStats? stats, IServerGauge? gauge, string? failure) =>
        (Subject, _process, _stats, _gauge, Failure) = (subject, process, stats, gauge, failure);

    public ServerSubject Subject { get; }

    /// <summary>Why it does not run, or null.</summary>
    public string? Failure { get; }

    /// <exception cref="ServerStartException">It does not start; of one that may refuse to, that is kept in <see cref="Failure"/>.</exception>
    public static RunningServer Start(ServerSubject subject, int cpu)
    {
        try
        {
            var process = ServerProcess.Start(subject, cpu);
            return Ask(subject, process);
        }
        catch (ServerStartException failure) when (subject.MayRefuse)
        {
            return new RunningServer(subject, null, null, null, failure.Message);
        }
    }

    private static RunningServer Ask(ServerSubject subject, ServerProcess process)
    {
        try
        {
            return new RunningServer(subject, process, subject.HasStats ? new ServerStats(process.EndPoint) : null, subject.Gauge?.Invoke(process.EndPoint), null);
        }
        catch (SocketException refused)
        {
            process.Dispose();
            throw new ServerStartException($"{subject.Name} said '{process.Announcement}' and can't be reached there: {refused.Message}", refused);
        }
    }

    /// <summary>One round: loads it and asks it what it allocated.</summary>
    public async Task<Round> MeasureAsync(HttpCase httpCase, ILoadDriver driver, HttpBenchOptions options, CancellationToken cancellationToken)
    {
        var target = new LoadTarget(_process!.EndPoint, httpCase.Path, httpCase.Body)
        {
            Field = httpCase.Field,
            UploadLength = httpCase.UploadLength,
            IsFreshEach = httpCase.IsFreshEach,
            SlowConnections = httpCase.SlowConnections,
        };
        var (start, allocated) = (0L, (long?)null);
        var hasPeak = false;
        IReadOnlyList<(Metric, double)> counts = [];
        var load = await driver.MeasureAsync(
            _process,
            target,
            httpCase.Plan,
            options.WarmUp,
            options.Duration,
            begins: () =>
            {
                hasPeak = _process.Meter.ResetPeak();
                if (_stats != null) start = _stats.Begin();
                _gauge?.Begin();
            },
            ends: () =>
            {
                if (_gauge != null) counts = _gauge.End();
                if (_stats != null) allocated = _stats.AllocatedSince(start);
            },
            cancellationToken).ConfigureAwait(false);
        return new Round(load, allocated, hasPeak ? _process.Meter.PeakResidentKib() : null) { Counts = counts };
    }

    public void Dispose()
    {
        _gauge?.Dispose();
        _stats?.Dispose();
        _process?.Dispose();
    }
}
