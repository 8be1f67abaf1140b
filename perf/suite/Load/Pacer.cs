using System.Diagnostics;
using FastCore.Net.Transport;

namespace FastCore.Perf.Load;

/// <summary>
/// The clock of an open loop: request number n is due at start + n / rate, whether or not the server keeps up. A request
/// that finds no free connection waits, and its waiting counts: that is the correction for coordinated omission.
/// </summary>
/// <remarks>
/// It never sleeps: the reactor's own timers tick in milliseconds, which is too coarse to send by, so the pacer posts
/// itself again in each turn and the load's processor is always busy.
/// </remarks>
internal sealed class Pacer(Reactor reactor, double requestsPerSecond)
{
    private readonly double _interval = Stopwatch.Frequency / requestsPerSecond;

    // Connections that can take a request, each once, the one that waited longest first.
    private readonly Queue<OpenLoopConnection> _free = new();
    private long _start = long.MaxValue;
    private long _next;
    private bool _stopped;

    /// <summary>From the sending of a request to its answer.</summary>
    public LatencyRecorder ServiceTime { get; } = new();

    /// <summary>The latest sending of a request that a connection was free for, in ticks: the generator's own error.</summary>
    public long WorstDelay { get; private set; }

    /// <summary>Requests that are due and not sent.</summary>
    public long Backlog(long now) => now < _start ? 0 : Math.Max(0, (long)((now - _start) / _interval) + 1 - _next);

    /// <summary>Begins the schedule.</summary>
    public void Start(long now)
    {
        _start = now;
        Turn(null);
    }

    public void ResetFigures()
    {
        ServiceTime.Reset();
        WorstDelay = 0;
    }

    public void Stop() => _stopped = true;

    /// <summary>The connection can take a request, one at least.</summary>
    public void Offer(OpenLoopConnection connection, long now)
    {
        var othersWereFree = _free.Count > 0;
        Enqueue(connection);
        SendDue(now, wereFree: othersWereFree);
    }

    private void Turn(object? state)
    {
        if (_stopped) return;
        SendDue(LoadSession.Now, wereFree: true);
        reactor.TryPost(Turn, null);
    }

    private void SendDue(long now, bool wereFree)
    {
        while (now >= _start && _start + (long)(_next * _interval) is var due && due <= now && _free.TryDequeue(out var connection))
        {
            connection.IsQueued = false;
            if (!connection.CanSend) continue;
            _next++;
            connection.Send(due, now);
            if (wereFree) WorstDelay = Math.Max(WorstDelay, now - due);
            if (connection.CanSend) Enqueue(connection);
        }
    }

    private void Enqueue(OpenLoopConnection connection)
    {
        if (connection.IsQueued) return;
        connection.IsQueued = true;
        _free.Enqueue(connection);
    }
}
