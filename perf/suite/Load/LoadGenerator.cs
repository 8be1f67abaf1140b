using FastCore.Net.Transport;
using FastCore.Perf.Processes;

namespace FastCore.Perf.Load;

/// <summary>
/// Makes HTTP load on one reactor of our own transport, so that a bare machine needs nothing installed. Answers are
/// checked, latencies kept in HdrHistograms; nothing is allocated per request.
/// </summary>
internal sealed class LoadGenerator(int? cpu) : ILoadDriver
{
    private readonly Reactor _reactor = Reactor.Start(new ReactorOptions { Cpu = cpu, Name = "load", LingerTimeout = TimeSpan.Zero });

    /// <summary>Opens the connections and begins the load; returns when each has had its first answer or has failed.</summary>
    public async Task<LoadRun> StartAsync(LoadTarget target, LoadPlan plan)
    {
        Pacer? pacer = null;
        Func<LoadSession, LoadConnection> makeConnection;
        if (plan.Rate is { } rate)
        {
            var request = target.Requests(1);
            pacer = new Pacer(_reactor, rate);
            makeConnection = session => new OpenLoopConnection(session, pacer, request, plan.Pipeline);
        }
        else if (target.IsFreshEach)
        {
            var request = target.Requests(1);
            makeConnection = session => new FreshConnection(session, request, isFirst: true);
        }
        else
        {
            var batch = target.Requests(plan.Pipeline);
            makeConnection = session => new ClosedLoopConnection(session, batch, plan.Pipeline);
        }
        var session = new LoadSession(_reactor, target, plan.Connections, makeConnection);
        await session.Opened.ConfigureAwait(false);
        if (pacer != null) _reactor.Post(() => pacer.Start(LoadSession.Now));
        return new LoadRun(_reactor, session, pacer);
    }

    /// <summary>Opens connections that ask once and stay open; returns when each has been answered or has failed.</summary>
    public async Task<LoadRun> OpenIdleAsync(LoadTarget target, int connections)
    {
        var request = target.Requests(1);
        var session = new LoadSession(_reactor, target, connections, session => new IdleConnection(session, request));
        await session.Opened.ConfigureAwait(false);
        return new LoadRun(_reactor, session, null);
    }

    /// <summary>Opens connections that begin a request and never get to its end; returns when all have begun or have failed.</summary>
    public async Task<LoadRun> OpenSlowAsync(LoadTarget target, int connections)
    {
        var session = new LoadSession(_reactor, target, connections, static session => new SlowConnection(session));
        await session.Opened.ConfigureAwait(false);
        return new LoadRun(_reactor, session, null);
    }

    public async Task<LoadResult> MeasureAsync(ServerProcess server, LoadTarget target, LoadPlan plan, TimeSpan warmUp, TimeSpan duration, Action begins, Action ends, CancellationToken cancellationToken)
    {
        await using var slow = target.SlowConnections > 0 ? await OpenSlowAsync(target, target.SlowConnections).ConfigureAwait(false) : null;
        await using var run = await StartAsync(target, plan).ConfigureAwait(false);
        await Task.Delay(warmUp, cancellationToken).ConfigureAwait(false);
        begins();
        await run.BeginAsync(server.Meter).ConfigureAwait(false);
        var (serverCpu, loadCpu) = (ProcessorTime.Begin(server.Cpu), cpu is { } own ? ProcessorTime.Begin(own) : (ProcessorTime?)null);
        await Task.Delay(duration, cancellationToken).ConfigureAwait(false);
        var result = await run.EndAsync(server.Meter).ConfigureAwait(false);
        result = result with { ServerStarved = serverCpu.TakenByOthers(result.ServerBusy), LoadStarved = loadCpu?.TakenByOthers(result.LoadBusy) ?? 0 };
        ends();
        if (slow == null) return result;
        var lost = await slow.ErrorsAsync().ConfigureAwait(false);
        return result with { Errors = result.Errors.Concat(lost.Select(static error => KeyValuePair.Create($"slow: {error.Key}", error.Value))).ToDictionary() };
    }

    public void Dispose() => _reactor.Dispose();
}
