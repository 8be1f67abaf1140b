using System.Diagnostics;
using FastCore.Net.Transport;

namespace FastCore.Perf.Load;

/// <summary>
/// One load on one server: its connections, its counts, its histograms. Everything is on the reactor's thread, except
/// where a member says otherwise.
/// </summary>
internal sealed class LoadSession
{
    // More than this many connections being opened at once would overflow the server's backlog.
    private const int MaxOpening = 256;

    private readonly Reactor _reactor;
    private readonly Func<LoadSession, LoadConnection> _makeConnection;
    private readonly List<LoadConnection> _connections = [];
    private readonly Dictionary<string, long> _errors = [];
    private readonly TaskCompletionSource _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _started;
    private int _ready;
    private int _live;
    private long _completed;

    public LoadSession(Reactor reactor, LoadTarget target, int connections, Func<LoadSession, LoadConnection> makeConnection)
    {
        _reactor = reactor;
        _makeConnection = makeConnection;
        Target = target;
        Body = target.Body.ToArray();
        Connections = connections;
        reactor.Post(OpenMore);
    }

    public LoadTarget Target { get; }

    public byte[] Body { get; }

    public int Connections { get; }

    public bool IsStopping { get; private set; }

    /// <summary>Ends when every connection has had its first answer or has failed. Any thread.</summary>
    public Task Opened => _opened.Task;

    /// <summary>Ends when no connection is left. Any thread.</summary>
    public Task Closed => _closed.Task;

    /// <summary>Responses so far. Any thread may read it, as a hint.</summary>
    public long Completed => Volatile.Read(ref _completed);

    public IReadOnlyDictionary<string, long> Errors => _errors;

    /// <summary>From when a request was due (open loop) or sent (closed loop) to its answer.</summary>
    public LatencyRecorder Latency { get; } = new();

    public void Count(int responses) => Volatile.Write(ref _completed, _completed + responses);

    public void Fail(string cause)
    {
        if (!IsStopping) _errors[cause] = _errors.GetValueOrDefault(cause) + 1;
    }

    public void Answered()
    {
        _ready++;
        if (_ready == Connections) _opened.TrySetResult();
        OpenMore();
    }

    public void Ended(bool wasReady)
    {
        _live--;
        if (!wasReady) Answered();
        if (_live == 0 && (IsStopping || _started == Connections))
        {
            _opened.TrySetResult();
            _closed.TrySetResult();
        }
    }

    /// <summary>Opens another connection where one has ended as it should.</summary>
    public void Replace(LoadConnection ended, LoadConnection next)
    {
        next.Place = ended.Place;
        _connections[next.Place] = next;
        _reactor.Connect(Target.EndPoint, next);
    }

    /// <summary>Ends all connections at once; what they still wait for counts as nothing.</summary>
    public void Stop()
    {
        IsStopping = true;
        foreach (var connection in _connections) connection.Abort();
        if (_live == 0) _closed.TrySetResult();
    }

    private void OpenMore()
    {
        while (!IsStopping && _started < Connections && _started - _ready < MaxOpening)
        {
            _started++;
            _live++;
            var connection = _makeConnection(this);
            connection.Place = _connections.Count;
            _connections.Add(connection);
            _reactor.Connect(Target.EndPoint, connection);
        }
    }

    public static long Now => Stopwatch.GetTimestamp();
}
