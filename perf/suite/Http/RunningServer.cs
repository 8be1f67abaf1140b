using System.Net.Sockets;
using FastCore.Perf.Load;
using FastCore.Perf.Processes;

namespace FastCore.Perf.Http;

/// <summary>A subject whose server runs for the whole of the load cases, or the reason why it does not.</summary>
internal sealed class RunningServer : IDisposable
{
    private readonly ServerProcess? _process;
    private readonly ServerStats? _stats;

    private RunningServer(ServerSubject subject, ServerProcess? process, ServerStats? stats, string? failure) =>
        (Subject, _process, _stats, Failure) = (subject, process, stats, failure);

    public ServerSubject Subject { get; }

    /// <summary>Why it does not run, or null.</summary>
    public string? Failure { get; }

    /// <exception cref="ServerStartException">Our own server does not start; another's failure is kept in <see cref="Failure"/>.</exception>
    public static RunningServer Start(ServerSubject subject, int cpu)
    {
        try
        {
            var process = ServerProcess.Start(subject, cpu);
            return new RunningServer(subject, process, Ask(subject, process), null);
        }
        catch (ServerStartException failure) when (subject.Name == ServerSubject.Kestrel)
        {
            return new RunningServer(subject, null, null, failure.Message);
        }
    }

    private static ServerStats Ask(ServerSubject subject, ServerProcess process)
    {
        try
        {
            return new ServerStats(process.EndPoint);
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
        var target = new LoadTarget(_process!.EndPoint, httpCase.Path, httpCase.Body);
        var (start, allocated) = (0L, 0L);
        var hasPeak = false;
        var load = await driver.MeasureAsync(
            _process,
            target,
            httpCase.Plan,
            options.WarmUp,
            options.Duration,
            begins: () =>
            {
                hasPeak = _process.Meter.ResetPeak();
                start = _stats!.Begin();
            },
            ends: () => allocated = _stats!.AllocatedSince(start),
            cancellationToken).ConfigureAwait(false);
        return new Round(load, allocated, hasPeak ? _process.Meter.PeakResidentKib() : null);
    }

    public void Dispose()
    {
        _stats?.Dispose();
        _process?.Dispose();
    }
}
