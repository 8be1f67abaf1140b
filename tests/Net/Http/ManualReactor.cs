using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using FastCore.Net.Tests.Http.Fuzzing;
using FastCore.Net.Transport;
using FastCore.Net.Transport.Native;

namespace FastCore.Net.Tests.Http;

/// <summary>
/// A reactor without a kernel and without a clock of its own, on the test's thread: what arrives, when, in which pieces,
/// and how late it is, is up to the test. Received bytes are overwritten as soon as the callback returns, so that a
/// pointer kept too long is found out.
/// </summary>
internal sealed unsafe class ManualReactor : Reactor
{
    // Kept from one reactor to the next: a thread has one or two.
    [ThreadStatic]
    private static Stack<GuardedMemory>? _rooms;

    private readonly int _threadId = Environment.CurrentManagedThreadId;
    private readonly ConcurrentQueue<(SendOrPostCallback Work, object? State)> _posted = new();
    private readonly SendMemory _memory = new(keep: 0);
    private readonly List<Connection> _dirty = [];
    private readonly List<Connection> _connections = [];
    private readonly ReactorSynchronizationContext _context;
    private long _now;
    private Action? _whenAskedElsewhere;

    public ManualReactor() => _context = new ReactorSynchronizationContext(this);

    public static ReadOnlySpan<byte> FixedDate => "Tue, 24 Nov 2026 00:00:00 GMT"u8;

    public int SendBlocks => _memory.Leased;

    public int Pins => _memory.Pinned;

    /// <summary>Sends so far: system calls, with a kernel.</summary>
    public int Sends { get; private set; }

    public override TransportKind Transport => TransportKind.Portable;

    /// <summary>Run when a thread next asks whether it is the reactor's and is not: what another thread does just then.</summary>
    public Action? WhenAskedElsewhere
    {
        get => Volatile.Read(ref _whenAskedElsewhere);
        set => Volatile.Write(ref _whenAskedElsewhere, value);
    }

    public override bool IsCurrent
    {
        get
        {
            if (Environment.CurrentManagedThreadId == _threadId) return true;
            Interlocked.Exchange(ref _whenAskedElsewhere, null)?.Invoke();
            return false;
        }
    }

    public override long Milliseconds => _now;

    public override ReactorCounters Counters => default;

    public override ReadOnlySpan<byte> HttpDate => FixedDate;

    // --- What the test does ---

    /// <summary>Makes it the reactor of the thread; a test may have several, one at a time.</summary>
    public void Enter() => SynchronizationContext.SetSynchronizationContext(_context);

    public void Open(Connection connection)
    {
        Enter();
        connection._reactor = this;
        connection._handle = 1;
        connection._state = ConnectionState.Open;
        connection._wantsReceive = connection._receiveArmed = true;
        if (!_connections.Contains(connection)) _connections.Add(connection);
        connection.OnOpened();
    }

    public void Receive(Connection connection, ReadOnlySpan<byte> data)
    {
        Enter();
        if (connection._state != ConnectionState.Open) return;
        var memory = RoomFor(data.Length);
        var place = memory.AtTheEnd(data);
        try
        {
            connection.OnReceived(place);
        }
        finally
        {
            place.Fill(0xDD);
            _rooms!.Push(memory);
        }
    }

    /// <summary>Bytes that arrive while others are looked at lie elsewhere.</summary>
    private static GuardedMemory RoomFor(int length)
    {
        _rooms ??= [];
        if (_rooms.TryPop(out var room))
        {
            if (room.Capacity >= length) return room;
            room.Dispose();
        }
        return new GuardedMemory(Math.Max(length, 64 * 1024));
    }

    public void FinishPeer(Connection connection)
    {
        Enter();
        connection._peerFinished = true;
        if (connection._state == ConnectionState.Open) connection.OnPeerFinished();
    }

    /// <summary>Lets time pass, and the deadlines that lie in it.</summary>
    public void Pass(long milliseconds)
    {
        Enter();
        _now += milliseconds;
        foreach (var connection in _connections.ToArray())
        {
            if (connection._deadline > _now || connection._state is not (ConnectionState.Open or ConnectionState.Opening)) continue;
            connection.PassTimer();
            connection.OnDeadline();
        }
    }

    /// <summary>Runs what was posted, and what that posts.</summary>
    public void RunPosted()
    {
        Enter();
        while (_posted.TryDequeue(out var item)) item.Work(item.State);
    }

    /// <summary>Takes what has been written, and tells the connection that it has been.</summary>
    public byte[] Flush()
    {
        var all = new List<byte>();
        FlushEach((_, sent) => all.AddRange(sent));
        return [.. all];
    }

    /// <summary>The same, connection by connection.</summary>
    public void FlushEach(Action<Connection, byte[]> take)
    {
        Enter();
        while (_dirty.Count > 0)
        {
            var connection = _dirty[0];
            _dirty.RemoveAt(0);
            connection._isDirty = false;
            var engine = new CollectingEngine([]);
            while (connection._sendQueue is { Queued: > 0 } queue)
            {
                Sends++;
                queue.Sent(queue.Submit(ref engine, 0, 1));
            }
            ReleaseQueue(connection);
            take(connection, [.. engine.Output]);
            if (connection._state == ConnectionState.Open) connection.OnDrained();
        }
    }

    /// <summary>The connection's last step.</summary>
    public void End(Connection connection, CloseReason reason)
    {
        Enter();
        if (!_connections.Remove(connection)) return;
        connection._state = ConnectionState.Closed;
        _dirty.Remove(connection);
        ReleaseQueue(connection);
        connection.OnClosed(reason);
    }

    private static void ReleaseQueue(Connection connection)
    {
        connection._sendQueue?.Free();
        connection._sendQueue = null;
    }

    // --- What the connection asks for ---

    public override bool TryPost(SendOrPostCallback work, object? state)
    {
        _posted.Enqueue((work, state));
        return true;
    }

    internal override void ArmReceive(Connection connection) => connection._receiveArmed = true;

    internal override void CancelReceive(Connection connection) => connection._receiveArmed = false;

    internal override void BeginClose(Connection connection) => connection._state = ConnectionState.Draining;

    internal override void Terminate(Connection connection, CloseReason reason, int error) => connection._state = ConnectionState.Terminating;

    internal override void ScheduleTimer(Connection connection) { }

    internal override void AddDirty(Connection connection)
    {
        connection._isDirty = true;
        _dirty.Add(connection);
    }

    internal override bool SendsFiles => false;

    internal override SendQueue RentSendQueue() => new(_memory);

    internal override void ReturnSendQueue(SendQueue queue) => queue.Free();

    internal override void Fail(Connection connection, Exception failure, string callback) => throw new InvalidOperationException(callback, failure);

    internal override IPEndPoint? RemoteEndPoint(Connection connection) => null;

    internal override void ForEachConnection(Action<Connection> action) => _connections.ForEach(action);

    /// <summary>Ends the connections that have been told to end.</summary>
    public void EndEnding()
    {
        Enter();
        foreach (var connection in _connections.ToArray())
        {
            if (connection._state is not (ConnectionState.Open or ConnectionState.Opening)) End(connection, CloseReason.Closed);
        }
    }

    public override void StopListening() { }

    public override void Dispose() => _memory.Dispose();

    public override IPEndPoint Listen(IPEndPoint endPoint, Func<Connection> factory, int backlog = 4096, bool sharePort = false) => throw new NotSupportedException();

    internal override void AcceptAgain() => throw new NotSupportedException();

    internal override void Listen(Socket socket, Func<Connection> factory) => throw new NotSupportedException();

    /// <summary>Connections that are to be opened: <see cref="Open"/> or <see cref="End"/> says how it went.</summary>
    public List<(EndPoint Remote, Connection Connection)> Connecting { get; } = [];

    public override void Connect(EndPoint remote, Connection connection)
    {
        connection._reactor = this;
        connection._state = ConnectionState.Opening;
        _connections.Add(connection);
        Connecting.Add((remote, connection));
    }

    /// <summary>Takes everything that is sent at once. A queue asks an engine for nothing else.</summary>
    private readonly struct CollectingEngine(List<byte> output) : IEngine
    {
        public List<byte> Output => output;

        public int Send(ulong tag, int handle, byte* data, int length)
        {
            output.AddRange(new ReadOnlySpan<byte>(data, length));
            return length;
        }

        public int SendVector(ulong tag, int handle, MessageHeader* message)
        {
            var total = 0;
            for (var i = 0; i < (int)message->VectorCount; i++) total += Send(tag, handle, message->Vectors[i].Base, (int)message->Vectors[i].Length);
            return total;
        }

        public bool SendsFiles => false;
        public int SendFile(ulong tag, int handle, MessageHeader* head, int file, long offset, int length) => throw new NotSupportedException();
        public TransportKind Kind => throw new NotSupportedException();
        public long Milliseconds => throw new NotSupportedException();
        public int OpenListener(IPEndPoint endPoint, int backlog, bool sharePort, out IPEndPoint bound) => throw new NotSupportedException();
        public int AdoptListener(Socket socket) => throw new NotSupportedException();
        public int OpenSocket(EndPoint remote) => throw new NotSupportedException();
        public void Accept(ulong tag, int listener) => throw new NotSupportedException();
        public void Connect(ulong tag, int handle, EndPoint remote) => throw new NotSupportedException();
        public void Receive(ulong tag, int handle) => throw new NotSupportedException();
        public void CancelReceive(ulong tag, int handle) => throw new NotSupportedException();
        public void CancelAll(int handle) => throw new NotSupportedException();
        public void ShutdownSend(int handle) => throw new NotSupportedException();
        public void Close(int handle, bool reset) => throw new NotSupportedException();
        public IPEndPoint? RemoteEndPoint(int handle) => throw new NotSupportedException();
        public void Wait(int timeoutMilliseconds) => throw new NotSupportedException();
        public bool TryTake(out Completion completion) => throw new NotSupportedException();
        public void Recycle(in Completion completion) => throw new NotSupportedException();
        public void Wake() => throw new NotSupportedException();
        public void Dispose() { }
    }
}
