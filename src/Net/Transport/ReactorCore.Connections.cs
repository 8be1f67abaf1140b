using System.Diagnostics;
using System.Net;
using System.Runtime.CompilerServices;
using FastCore.Net.Transport.Native;
using FastCore.Net.Transport.Tables;

namespace FastCore.Net.Transport;

// What completions, timers and the protocol do to a connection. A connection ends in three steps: terminate (cancel
// everything), join (nothing in flight), close (the handle and the slot are freed, OnClosed is called).
internal sealed partial class ReactorCore<TEngine>
{
    private void Dispatch(in Completion completion)
    {
        var owner = _slots.Find(completion.Tag);
        switch (CompletionTag.Kind(completion.Tag))
        {
            case SubmissionKind.Receive when owner is not null:
                OnReceive(Unsafe.As<Connection>(owner), in completion);
                break;
            case SubmissionKind.Send when owner is not null:
                OnSend(Unsafe.As<Connection>(owner), completion.Result);
                break;
            case SubmissionKind.Accept when owner is not null:
                OnAccept(Unsafe.As<Listener>(owner), in completion);
                break;
            case SubmissionKind.Connect when owner is not null:
                OnConnect(Unsafe.As<Connection>(owner), completion.Result);
                break;
            default:
                Debug.Fail("A slot is freed only when none of its submissions is in flight.");
                _stale++;
                break;
        }
    }

    private void Adopt(int handle, Func<Connection> factory)
    {
        if (_connections >= _options.MaxConnections)
        {
            _rejected++;
            _engine.Close(handle, reset: true);
            return;
        }
        Connection connection;
        try
        {
            connection = factory();
            if (connection._state != ConnectionState.New) throw new InvalidOperationException("A listener's factory must make a new connection each time.");
        }
        catch (Exception failure)
        {
            Report(failure, "The factory of a listener threw.");
            _engine.Close(handle, reset: true);
            return;
        }
        _accepted++;
        Register(connection, handle);
        Open(connection);
    }

    private void Register(Connection connection, int handle)
    {
        connection._reactor = this;
        connection._handle = handle;
        (connection._slot, connection._generation) = _slots.Add(connection);
        _connections++;
    }

    private void Open(Connection connection)
    {
        connection.Enter(ConnectionState.Open);
        connection._wantsReceive = true;
        try
        {
            connection.OnOpened();
        }
        catch (Exception failure)
        {
            Fail(connection, failure, nameof(connection.OnOpened));
        }
        if (connection is { _state: ConnectionState.Open, _wantsReceive: true, _receiveArmed: false }) ArmReceive(connection);
    }

    public override void Connect(EndPoint remote, Connection connection)
    {
        ArgumentNullException.ThrowIfNull(remote);
        ArgumentNullException.ThrowIfNull(connection);
        Call(() =>
        {
            ObjectDisposedException.ThrowIf(_stopping, this);
            if (connection._state != ConnectionState.New) throw new InvalidOperationException("A connection can be opened once only.");
            connection._remote = remote;
            var handle = _connections >= _options.MaxConnections ? -Errno.EMFILE : _engine.OpenSocket(remote);
            connection.Enter(ConnectionState.Opening);
            Register(connection, Math.Max(handle, -1));
            if (handle < 0)
            {
                Terminate(connection, CloseReason.ConnectFailed, -handle);
                return true;
            }
            connection._inFlight++;
            _inFlight++;
            _engine.Connect(Tag(SubmissionKind.Connect, connection), handle, remote);
            return true;
        });
    }

    private void OnConnect(Connection connection, int result)
    {
        connection._inFlight--;
        _inFlight--;
        if (connection._state == ConnectionState.Terminating) JoinIfIdle(connection);
        else if (result < 0) Terminate(connection, CloseReason.ConnectFailed, -result);
        else Open(connection);
    }

    internal override void ArmReceive(Connection connection)
    {
        Debug.Assert(!connection._receiveArmed, "One receive is armed at most.");
        if (connection._isStarved) return;
        if (Lives.AreWatched) connection._lives.Step(ReceiveTable.Arm);
        connection._receiveArmed = true;
        connection._isFed = false;
        connection._inFlight++;
        _inFlight++;
        _engine.Receive(Tag(SubmissionKind.Receive, connection), connection._handle);
    }

    internal override void CancelReceive(Connection connection) =>
        _engine.CancelReceive(Tag(SubmissionKind.Receive, connection), connection._handle);

    private unsafe void OnReceive(Connection connection, in Completion completion)
    {
        if (!completion.More)
        {
            connection._receiveArmed = false;
            connection._inFlight--;
            _inFlight--;
        }
        if (Lives.AreWatched) NoteReceive(connection, in completion);
        var result = completion.Result;
        if (result > 0) _received += result;
        switch (connection._state)
        {
            case ConnectionState.Open when result > 0:
                connection._isFed = true;
                try
                {
                    var data = new ReadOnlySpan<byte>(completion.Data, result);
                    if (connection._layer == null) connection.OnReceived(data);
                    else connection._layer.Receive(data);
                }
                catch (Exception failure)
                {
                    Fail(connection, failure, nameof(connection.OnReceived));
                }
                break;
            case ConnectionState.Open or ConnectionState.Draining or ConnectionState.Lingering:
                if (result > 0) Discard(connection, result);
                else if (result == 0) PeerFinished(connection);
                else ReceiveFailed(connection, -result);
                break;
            case ConnectionState.Terminating:
                JoinIfIdle(connection);
                return;
        }
        // A multishot receive may end with or without data, for many reasons; only its flag tells.
        if (!connection._receiveArmed && connection._wantsReceive && connection._state is ConnectionState.Open or ConnectionState.Draining or ConnectionState.Lingering)
            ArmReceive(connection);
    }

    private static void NoteReceive(Connection connection, in Completion completion) =>
        connection._lives.Step(ReceiveTable.Of(in completion, connection._state == ConnectionState.Terminating), Math.Abs((long)completion.Result));

    private void Discard(Connection connection, int count)
    {
        connection._lingerBytesLeft -= count;
        if (connection._lingerBytesLeft < 0) Terminate(connection, CloseReason.Closed, 0);
    }

    private void PeerFinished(Connection connection)
    {
        connection._peerFinished = true;
        connection._wantsReceive = false;
        if (connection._state == ConnectionState.Lingering) Terminate(connection, CloseReason.Closed, 0);
        if (connection._state != ConnectionState.Open) return;
        try
        {
            if (connection._layer == null) connection.OnPeerFinished();
            else connection._layer.PeerFinished();
        }
        catch (Exception failure)
        {
            Fail(connection, failure, nameof(connection.OnPeerFinished));
        }
    }

    private void ReceiveFailed(Connection connection, int error)
    {
        switch (error)
        {
            case Errno.ENOBUFS:
                // Buffers come back when this turn's completions are done; arming before that would fail again at once.
                _exhausted++;
                connection._isStarved = true;
                _starved.Add(connection);
                break;
            case Errno.ECANCELED or Errno.EAGAIN or Errno.EINTR:
                break;
            default:
                connection._wantsReceive = false;
                Terminate(connection, CloseReason.PeerReset, error);
                break;
        }
    }

    private void ArmStarved()
    {
        var starved = _starved.TakeAll();
        foreach (var connection in starved)
        {
            connection._isStarved = false;
            if (Lives.AreWatched) connection._lives.Step(ReceiveTable.Feed);
            if (!connection._receiveArmed && connection._wantsReceive && connection._state is ConnectionState.Open or ConnectionState.Draining or ConnectionState.Lingering)
                ArmReceive(connection);
        }
        starved.Clear();
    }

    // --- Sending ---

    internal override bool SendsFiles => _engine.SendsFiles;

    internal override SendQueue RentSendQueue() => _sendQueues.TryPop(out var queue) ? queue : new SendQueue(_sendMemory);

    private void ReturnSendQueue(Connection connection)
    {
        if (connection._sendQueue is not { } queue) return;
        connection._sendQueue = null;
        ReturnSendQueue(queue);
    }

    internal override void ReturnSendQueue(SendQueue queue)
    {
        queue.Clear();
        if (_sendQueues.Count < 256) _sendQueues.Push(queue);
        else queue.Free();
    }

    internal override void AddDirty(Connection connection)
    {
        connection._isDirty = true;
        if (_lastDirty == null) _firstDirty = connection;
        else _lastDirty._nextDirty = connection;
        _lastDirty = connection;
    }

    private void Flush()
    {
        // Those that get dirty meanwhile, because a send completed at once and the protocol wrote more, wait for the
        // next turn: one that writes for ever must not stop the others.
        var connection = _firstDirty;
        _firstDirty = _lastDirty = null;
        while (connection != null)
        {
            var next = connection._nextDirty;
            connection._nextDirty = null;
            connection._isDirty = false;
            Send(connection);
            connection = next;
        }
    }

    private void Send(Connection connection)
    {
        if (connection._sendInFlight || connection._state is not (ConnectionState.Open or ConnectionState.Draining)) return;
        if (connection._layer != null && !TryEncrypt(connection)) return;
        var queue = connection._sendQueue;
        if (queue is null || queue.Queued == 0)
        {
            ReturnSendQueue(connection);
            if (connection._state == ConnectionState.Draining) Linger(connection);
            else if (connection._sendEnds) EndSend(connection);
            return;
        }
        if (Lives.AreWatched) connection._lives.Step(SendTable.Submit, queue.Queued);
        var result = queue.Submit(ref _engine, Tag(SubmissionKind.Send, connection), connection._handle);
        if (result != IEngine.Pending)
        {
            Sent(connection, result);
            return;
        }
        connection._sendInFlight = true;
        connection._inFlight++;
        _inFlight++;
        if (queue.Started == SendQueue.NotStarted) queue.Started = _now;
        if (queue.Due == SendPace.Never) queue.Due = _pace.Begin(_now, queue.Queued);
        // A linked connection is looked at within the stall limit anyway (ScheduleTimer).
        if (connection._wheelTick < 0) ScheduleTimer(connection);
    }

    private void EndSend(Connection connection)
    {
        if (connection._sendEnded) return;
        connection._sendEnded = true;
        _engine.ShutdownSend(connection._handle);
    }

    /// <summary>Has the layer bring what the protocol wrote into the queue. False if that has ended the connection.</summary>
    private bool TryEncrypt(Connection connection)
    {
        try
        {
            connection._layer!.Flush(isLast: connection._sendEnds || connection._state == ConnectionState.Draining);
            return true;
        }
        catch (Exception failure)
        {
            Fail(connection, failure, nameof(Tls.TlsLayer.Flush));
            return false;
        }
    }

    private void OnSend(Connection connection, int result)
    {
        connection._sendInFlight = false;
        connection._inFlight--;
        _inFlight--;
        if (connection._state != ConnectionState.Terminating)
        {
            Sent(connection, result);
            return;
        }
        if (Lives.AreWatched) connection._lives.Step(SendTable.Cancel);
        JoinIfIdle(connection);
    }

    private void Sent(Connection connection, int result)
    {
        _sent += Math.Max(0, result);
        if (result > 0)
        {
            // Only progress starts the stall limit anew: a send that ends with EAGAIN goes on under the old one.
            var queue = connection._sendQueue!;
            queue.Started = SendQueue.NotStarted;
            queue.Sent(result);
            if (Lives.AreWatched) connection._lives.Step(queue.Queued == 0 ? SendTable.SentAll : SendTable.SentPart, queue.Queued);
            if (queue.Queued == 0 && connection._layer is not { Queued: > 0 })
            {
                Drained(connection);
                return;
            }
            queue.Due = _pace.Advance(queue.Due, _now, result, queue.Queued);
            // The peer is not as fast as this side, so it may be too slow; only such connections are moved in the wheel.
            if (queue.Due != SendPace.Never) _wheel.Schedule(connection, queue.Due);
            if (!connection._isDirty) AddDirty(connection);
        }
        else if (result is -Errno.EAGAIN or -Errno.EINTR)
        {
            if (Lives.AreWatched) connection._lives.Step(SendTable.Again);
            if (!connection._isDirty) AddDirty(connection);
        }
        else if ((result is 0 or -Errno.EIO or -Errno.EBADMSG or -Errno.ESTALE or -Errno.EUCLEAN) && connection._sendQueue!.IsFileNext)
        {
            if (Lives.AreWatched) connection._lives.Step(SendTable.Fail, -result);
            FileEnded(connection, -result);
        }
        else
        {
            if (Lives.AreWatched) connection._lives.Step(SendTable.Fail, -result);
            Terminate(connection, CloseReason.PeerReset, -result);
        }
    }

    /// <summary>The next bytes can't be had, so none after them may be sent: what was sent arrives, and the peer sees that the rest is missing.</summary>
    private void FileEnded(Connection connection, int error)
    {
        connection._sendQueue!.Clear();
        connection.End(CloseReason.FileEnded, error);
        if (connection._state == ConnectionState.Open) BeginClose(connection);
        else if (!connection._isDirty) AddDirty(connection);
    }

    private void Drained(Connection connection)
    {
        ReturnSendQueue(connection);
        if (connection._state == ConnectionState.Draining)
        {
            Linger(connection);
            return;
        }
        try
        {
            connection.OnDrained();
            if (connection is { _sendEnds: true, _sendEnded: false, _isDirty: false, _state: ConnectionState.Open }) AddDirty(connection);
        }
        catch (Exception failure)
        {
            Fail(connection, failure, nameof(connection.OnDrained));
        }
    }

    // --- Timers ---

    internal override void ScheduleTimer(Connection connection)
    {
        var look = connection._deadline;
        // Looking once per stall limit, whether or not a send is in flight, means that no send ever has to move its
        // connection in the wheel.
        if (connection is { _sendInFlight: true, _sendQueue: { } queue }) look = Math.Min(look, Math.Min(queue.Started + _stallMilliseconds, queue.Due));
        else if (look != Connection.NoDeadline) look = Math.Min(look, _now + _stallMilliseconds);
        if (look != Connection.NoDeadline) _wheel.Schedule(connection, look);
    }

    private void LookAt(Connection connection)
    {
        var queue = connection._sendInFlight ? connection._sendQueue : null;
        if (queue != null && _now - queue.Started >= _stallMilliseconds)
        {
            Terminate(connection, CloseReason.SendStalled, 0);
        }
        else if (queue != null && _now >= queue.Due)
        {
            Terminate(connection, CloseReason.SendTooSlow, 0);
        }
        else if (_now >= connection._deadline)
        {
            connection.PassTimer();
            if (connection._state == ConnectionState.Lingering) Terminate(connection, CloseReason.Closed, 0);
            else if (connection._state is ConnectionState.Open or ConnectionState.Opening) DeadlinePassed(connection);
        }
        if (connection._state is not (ConnectionState.Terminating or ConnectionState.Closed)) ScheduleTimer(connection);
    }

    private void DeadlinePassed(Connection connection)
    {
        try
        {
            connection.OnDeadline();
        }
        catch (Exception failure)
        {
            Fail(connection, failure, nameof(connection.OnDeadline));
        }
    }

    // --- The end ---

    internal override void BeginClose(Connection connection)
    {
        Debug.Assert(connection._state == ConnectionState.Open, "Only an open connection is closed in order.");
        connection.End(connection._peerFinished ? CloseReason.PeerFinished : CloseReason.Closed, 0);
        connection.Enter(ConnectionState.Draining);
        connection.SetTimer(Connection.NoDeadline);
        connection._lingerBytesLeft = (int)Math.Min(_options.LingerBytes, int.MaxValue);
        connection._wantsReceive = !connection._peerFinished;
        if (connection._wantsReceive && !connection._receiveArmed) ArmReceive(connection);
        // Flushing finds out what there is to send; with nothing left it goes on to linger.
        if (!connection._sendInFlight && !connection._isDirty) AddDirty(connection);
    }

    private void Linger(Connection connection)
    {
        connection.Enter(ConnectionState.Lingering);
        if (connection._peerFinished || _lingerMilliseconds == 0)
        {
            Terminate(connection, CloseReason.Closed, 0);
            return;
        }
        _engine.ShutdownSend(connection._handle);
        connection.SetTimer(_now + _lingerMilliseconds);
        ScheduleTimer(connection);
    }

    internal override void Terminate(Connection connection, CloseReason reason, int error)
    {
        if (connection._state is ConnectionState.Terminating or ConnectionState.Closed) return;
        connection.End(reason, error);
        connection._resets = reason is not (CloseReason.Closed or CloseReason.PeerReset);
        connection.Enter(ConnectionState.Terminating);
        connection.SetTimer(Connection.NoDeadline);
        _wheel.Remove(connection);
        if (connection._inFlight > 0) _engine.CancelAll(connection._handle);
        JoinIfIdle(connection);
    }

    private void JoinIfIdle(Connection connection)
    {
        Debug.Assert(connection._inFlight >= 0, "A submission completed twice.");
        // Closed at the end of the turn, so that OnClosed never runs inside another callback of the connection.
        if (connection._inFlight == 0) _ended.Add(connection);
    }

    private void CloseEnded()
    {
        for (var i = 0; i < _ended.Count; i++)
        {
            var connection = _ended[i];
            Debug.Assert(connection is { _state: ConnectionState.Terminating, _inFlight: 0 }, "A connection is closed once, with nothing in flight.");
            connection.Enter(ConnectionState.Closed);
            if (connection._handle >= 0) _engine.Close(connection._handle, connection._resets);
            connection._handle = -1;
            _slots.Remove(connection._slot);
            _connections--;
            ReturnSendQueue(connection);
            connection._layer?.Dispose();
            try
            {
                connection.OnClosed(connection.CloseReason);
            }
            catch (Exception failure)
            {
                Report(failure, $"{connection.GetType().Name}.{nameof(connection.OnClosed)} threw.");
            }
        }
        _ended.Clear();
    }

    internal override void Fail(Connection connection, Exception failure, string callback)
    {
        Terminate(connection, CloseReason.CallbackFailed, 0);
        Report(failure, $"{connection.GetType().Name}.{callback} threw; the connection was ended.");
    }

    internal override IPEndPoint? RemoteEndPoint(Connection connection) =>
        (connection._remote ??= _engine.RemoteEndPoint(connection._handle)) as IPEndPoint;

    private static ulong Tag(SubmissionKind kind, Connection connection) =>
        CompletionTag.Of(kind, connection._slot, connection._generation);
}
