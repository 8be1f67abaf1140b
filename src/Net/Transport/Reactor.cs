using System.Net;
using System.Net.Sockets;

namespace FastCore.Net.Transport;

/// <summary>
/// One thread that does all the work of its connections: waits for the kernel once a turn, runs their callbacks, keeps
/// their timers and sends what they wrote. Nothing in it is shared, so nothing is locked; start one per processor.
/// </summary>
/// <remarks>
/// Thread-safety: the members of this class may be called from any thread unless they say otherwise. Work from other
/// threads arrives through <see cref="Post(Action)"/>. On the reactor's thread <c>await</c> resumes on it again.
/// </remarks>
public abstract class Reactor : IDisposable
{
    private protected Reactor() { }

    /// <summary>The engine it runs on.</summary>
    public abstract TransportKind Transport { get; }

    /// <summary>Whether the caller is on the reactor's thread.</summary>
    public abstract bool IsCurrent { get; }

    /// <summary>Milliseconds of a clock that never goes back, read once a turn. On the reactor's thread.</summary>
    public abstract long Milliseconds { get; }

    /// <summary>What it holds and has done. Exact on the reactor's thread, elsewhere a moment old.</summary>
    public abstract ReactorCounters Counters { get; }

    /// <summary>The <c>Date</c> header field's value of this second (RFC 9110 §5.6.7), 29 bytes of ASCII. On the reactor's thread.</summary>
    public abstract ReadOnlySpan<byte> HttpDate { get; }

    /// <summary>When this turn's completions came, on the clock of the trace's events; zero while tracing is off. On the reactor's thread.</summary>
    internal long TurnStarted { get; private protected set; }

    /// <summary>Chooses the engine, starts the thread and returns when it runs.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    /// <exception cref="TransportUnavailableException">The transport that was asked for can't run here; the message says why.</exception>
    public static Reactor Start(ReactorOptions? options = null)
    {
        options ??= new ReactorOptions();
        return TransportSelector.Start([options], options.Transport).Reactors[0];
    }

    /// <summary>Listens on <paramref name="endPoint"/>; each accepted connection is made by <paramref name="factory"/>, on the reactor's thread.</summary>
    /// <param name="endPoint">The address; port 0 takes a free one.</param>
    /// <param name="factory">Makes the object of the next connection, always a new one.</param>
    /// <param name="backlog">Connections the kernel holds until they are accepted; it may hold fewer (<c>net.core.somaxconn</c>).</param>
    /// <param name="sharePort">Lets several reactors listen on one port (<c>SO_REUSEPORT</c>); the kernel spreads connections over them.</param>
    /// <returns>The address it listens on.</returns>
    /// <exception cref="SocketException">The address is in use, not this machine's, or not permitted.</exception>
    /// <exception cref="ObjectDisposedException">The reactor has stopped.</exception>
    public abstract IPEndPoint Listen(IPEndPoint endPoint, Func<Connection> factory, int backlog = 4096, bool sharePort = false);

    /// <summary>Stops accepting. Connections stay. Returns when the ports are free; on the reactor's thread at once, and they are free a turn later.</summary>
    /// <exception cref="ObjectDisposedException">The reactor has stopped.</exception>
    public abstract void StopListening();

    /// <summary>Opens <paramref name="connection"/> to <paramref name="remote"/>; the result comes by its callbacks.</summary>
    /// <param name="remote">An <see cref="IPEndPoint"/>, or a <see cref="UnixDomainSocketEndPoint"/>.</param>
    /// <param name="connection">One that has not been opened.</param>
    /// <exception cref="InvalidOperationException">The connection was opened before.</exception>
    /// <exception cref="ObjectDisposedException">The reactor has stopped.</exception>
    public abstract void Connect(EndPoint remote, Connection connection);

    /// <summary>Runs <paramref name="work"/> on the reactor's thread, after what was posted before. It must not block.</summary>
    /// <exception cref="ObjectDisposedException">The reactor has stopped.</exception>
    public void Post(Action work)
    {
        ArgumentNullException.ThrowIfNull(work);
        if (!TryPost(static state => ((Action)state!)(), work)) throw new ObjectDisposedException(nameof(Reactor), "The reactor has stopped.");
    }

    /// <summary>Runs <paramref name="work"/> on the reactor's thread; false if it has stopped and never will.</summary>
    public abstract bool TryPost(SendOrPostCallback work, object? state);

    /// <summary>Aborts every connection, waits until nothing is in flight, and ends the thread. Does nothing the second time.</summary>
    /// <exception cref="InvalidOperationException">Called on the reactor's own thread, which can't wait for itself.</exception>
    public abstract void Dispose();

    /// <summary>Accepts on a socket that listens already. It stays its owner's, who closes it when the reactor listens no more; others may accept on it too.</summary>
    internal abstract void Listen(Socket socket, Func<Connection> factory);

    /// <summary>Looks at every listening socket anew: a connection whose coming was told to another process, which did not take it, is found.</summary>
    internal abstract void AcceptAgain();

    // What Connection asks of its reactor; on the reactor's thread.
    internal abstract void ArmReceive(Connection connection);
    internal abstract void CancelReceive(Connection connection);
    internal abstract void BeginClose(Connection connection);
    internal abstract void Terminate(Connection connection, CloseReason reason, int error);
    internal abstract void ScheduleTimer(Connection connection);
    internal abstract void AddDirty(Connection connection);

    /// <summary>Whether files can be queued to be sent, as far as the engine goes.</summary>
    internal abstract bool SendsFiles { get; }
    internal abstract SendQueue RentSendQueue();
    internal abstract void ReturnSendQueue(SendQueue queue);
    internal abstract void Fail(Connection connection, Exception failure, string callback);
    internal abstract IPEndPoint? RemoteEndPoint(Connection connection);

    /// <summary>Each live connection, in no order. On the reactor's thread; connections may end meanwhile.</summary>
    internal abstract void ForEachConnection(Action<Connection> action);
}
