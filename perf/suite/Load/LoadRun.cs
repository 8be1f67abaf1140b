using System.Diagnostics;
using FastCore.Net.Transport;
using FastCore.Perf.Processes;

namespace FastCore.Perf.Load;

/// <summary>A load that is running. Measured stretches begin and end on the reactor's thread, so that counts, clock and CPU times belong to one moment.</summary>
internal sealed class LoadRun(Reactor reactor, LoadSession session, Pacer? pacer) : IAsyncDisposable
{
    private ProcessSample _serverBefore;
    private long _loadBefore;
    private long _completedBefore;

    /// <summary>Answers so far, as a hint.</summary>
    public long Completed => session.Completed;

    /// <summary>What went wrong so far, by cause.</summary>
    public Task<Dictionary<string, long>> ErrorsAsync() => OnReactor(() => new Dictionary<string, long>(session.Errors));

    /// <summary>Begins a stretch: what was recorded before does not count.</summary>
    public Task BeginAsync(ProcessMeter server) => OnReactor(() =>
    {
        session.Latency.Reset();
        pacer?.ResetFigures();
        _completedBefore = session.Completed;
        _loadBefore = ThreadClock.Nanoseconds;
        _serverBefore = server.Sample();
        return true;
    });

    /// <summary>Ends the stretch.</summary>
    public Task<LoadResult> EndAsync(ProcessMeter server) => OnReactor(() =>
    {
        var used = server.Sample().Since(in _serverBefore);
        var seconds = used.Timestamp / (double)Stopwatch.Frequency;
        var latency = new LatencyRecorder();
        latency.Add(session.Latency);
        LatencyRecorder? serviceTime = null;
        if (pacer != null)
        {
            serviceTime = new LatencyRecorder();
            serviceTime.Add(pacer.ServiceTime);
        }
        return new LoadResult
        {
            Requests = session.Completed - _completedBefore,
            Seconds = seconds,
            Errors = new Dictionary<string, long>(session.Errors),
            Latency = latency,
            ServiceTime = serviceTime,
            Server = used,
            LoadBusy = (ThreadClock.Nanoseconds - _loadBefore) / 1e9 / seconds,
            Backlog = pacer?.Backlog(LoadSession.Now) ?? 0,
            WorstDelayMicroseconds = (pacer?.WorstDelay ?? 0) * 1e6 / Stopwatch.Frequency,
        };
    });

    /// <summary>Ends the load and returns when no connection is left.</summary>
    public async ValueTask DisposeAsync()
    {
        reactor.Post(() =>
        {
            pacer?.Stop();
            session.Stop();
        });
        await session.Closed.ConfigureAwait(false);
    }

    private Task<T> OnReactor<T>(Func<T> body)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        reactor.Post(() =>
        {
            try
            {
                done.SetResult(body());
            }
            catch (Exception failure)
            {
                // Goes to the one who asked, who knows what it means.
                done.SetException(failure);
            }
        });
        return done.Task;
    }
}
