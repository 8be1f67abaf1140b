using System.Buffers;
using System.Diagnostics;
using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using FastCore.Net.Transport.Native;
using Pipelines.Sockets.Unofficial;

namespace FastCore.Net.Transport.Portable;

/// <summary>
/// A connected socket of the portable engine, or one that connects: a <see cref="SocketConnection"/> from its first
/// receive or send on.
/// </summary>
/// <remarks>
/// <para>Receiving: at most one read of the input pipe is out, or one completion whose bytes are lent; the pipe is
/// advanced when they come back, and only then read again. What the pipe holds beyond that is bounded by its threshold,
/// and what it does not take stays in the kernel, which holds the peer back.</para>
/// <para>Sending: the output pipe's flush completes only when the pipe is empty, so a send that has completed has
/// reached the kernel, and closing right after it loses nothing. A flush completes also when the pipe was emptied by
/// a failure; the count of bytes sent, which is raised before that, tells the two apart. Nothing is written after a
/// failure, because the connection's own loop gives the pipe's memory back then.</para>
/// </remarks>
internal sealed unsafe class PortableSocket : PortableHandle
{
    // Bytes that go into the output pipe at once. It bounds the copy; the reactor sends the rest when they have gone.
    private const int SendChunk = 64 * 1024;

    private static readonly PipeOptions SendOptions = new(
        readerScheduler: PipeScheduler.Inline, writerScheduler: PipeScheduler.Inline,
        pauseWriterThreshold: 1, resumeWriterThreshold: 1, minimumSegmentSize: 16 * 1024, useSynchronizationContext: false);

    private static readonly PipeOptions ReceiveOptions = new(
        readerScheduler: PipeScheduler.Inline, writerScheduler: PipeScheduler.Inline,
        pauseWriterThreshold: 64 * 1024, resumeWriterThreshold: 32 * 1024, useSynchronizationContext: false);

    private readonly Socket _socket;
    private readonly PortableSignalQueue _signals;
    private readonly Action _onRead;
    private readonly Action _onFlushed;
    private SocketConnection? _connection;

    private CancellationTokenSource? _connecting;
    private ConfiguredValueTaskAwaitable.ConfiguredValueTaskAwaiter _connect;
    private ulong _connectTag;

    private ConfiguredValueTaskAwaitable<ReadResult>.ConfiguredValueTaskAwaiter _read;
    private SequencePosition _lentEnd;
    private MemoryHandle _lent;
    private ulong _receiveTag;
    private bool _isReceiving;
    private bool _isReading;
    private bool _receiveIsCancelled;

    private ConfiguredValueTaskAwaitable<FlushResult>.ConfiguredValueTaskAwaiter _flush;
    private ulong _sendTag;
    private int _sendLength;
    private long _written;
    private bool _isSending;

    public PortableSocket(Socket socket, PortableSignalQueue signals)
    {
        _socket = socket;
        _signals = signals;
        _onRead = () => _signals.Send(this, PortableSignalKind.Receive);
        _onFlushed = () => _signals.Send(this, PortableSignalKind.Send);
    }

    public IPEndPoint? RemoteEndPoint
    {
        get
        {
            try
            {
                return _socket.RemoteEndPoint as IPEndPoint;
            }
            catch (SocketException)
            {
                // The peer has gone, and its name with it.
                return null;
            }
        }
    }

    public void Connect(ulong tag, EndPoint remote)
    {
        _connectTag = tag;
        _connecting = new CancellationTokenSource();
        _connect = _socket.ConnectAsync(remote, _connecting.Token).ConfigureAwait(false).GetAwaiter();
        if (_connect.IsCompleted) OnConnected();
        else _connect.UnsafeOnCompleted(OnConnected);

        void OnConnected() => _signals.Send(this, PortableSignalKind.Opened);
    }

    public void Receive(ulong tag)
    {
        Debug.Assert(!_isReceiving, "One receive is armed at most.");
        _receiveTag = tag;
        _isReceiving = true;
        _receiveIsCancelled = false;
        Read();
    }

    public void CancelReceive()
    {
        if (!_isReceiving) return;
        _receiveIsCancelled = true;
        if (_isReading) Connection.Input.CancelPendingRead();
    }

    /// <summary>The bytes of the last completion are not needed any more.</summary>
    public void Recycle(in PortableEngine engine)
    {
        Debug.Assert(_isReceiving && !_isReading, "Lent bytes come back once, before the next read.");
        _lent.Dispose();
        Connection.Input.AdvanceTo(_lentEnd);
        if (_receiveIsCancelled) EndReceive(-Errno.ECANCELED, in engine);
        else Read();
    }

    public int Send(ulong tag, IoVector* ranges, int count)
    {
        Debug.Assert(!_isSending, "One send is in flight at most.");
        var output = Connection.Output;
        _sendTag = tag;
        _sendLength = 0;
        for (var i = 0; i < count && _sendLength < SendChunk; i++)
        {
            var length = (int)Math.Min(ranges[i].Length, (nuint)(SendChunk - _sendLength));
            output.Write(new ReadOnlySpan<byte>(ranges[i].Base, length));
            _sendLength += length;
        }
        _written += _sendLength;
        try
        {
            _flush = output.FlushAsync().ConfigureAwait(false).GetAwaiter();
        }
        catch (Exception failure) when (IsFailure(failure))
        {
            return ToResult(failure);
        }
        if (_flush.IsCompleted) return EndSend();
        _isSending = true;
        _flush.UnsafeOnCompleted(_onFlushed);
        return IEngine.Pending;
    }

    public void ShutdownSend()
    {
        // Completing the output makes its loop shut the socket down; what was sent has left the pipe before.
        if (_connection != null) _connection.Output.Complete();
        else Try(static socket => socket.Shutdown(SocketShutdown.Send));
    }

    public override void OnSignal(PortableSignalKind kind, in PortableEngine engine)
    {
        switch (kind)
        {
            case PortableSignalKind.Opened:
                EndConnect(in engine);
                break;
            case PortableSignalKind.Receive:
                OnRead(in engine);
                break;
            case PortableSignalKind.Send:
                _isSending = false;
                engine.Complete(new Completion { Tag = _sendTag, Buffer = -1, Result = EndSend() });
                break;
        }
    }

    public override void CancelAll()
    {
        _connecting?.Cancel();
        CancelReceive();
        if (_isSending) Connection.Output.CancelPendingFlush();
    }

    public override void Close(bool reset)
    {
        Debug.Assert(!_isReceiving && !_isSending && _connecting == null, "A handle is closed with nothing in flight.");
        if (reset)
        {
            // Before the pipes are completed, which would end the stream in order first.
            Try(static socket => socket.LingerState = new LingerOption(true, 0));
            _socket.Dispose();
        }
        _connection?.Input.Complete();
        _connection?.Output.Complete();
        // Not the connection's own Dispose: it lets go of memory that an operation still in flight may write to.
        _socket.Dispose();
    }

    private SocketConnection Connection => _connection ??=
        SocketConnection.Create(_socket, SendOptions, ReceiveOptions, SocketConnectionOptions.InlineReads | SocketConnectionOptions.InlineWrites);

    private void Read()
    {
        _isReading = true;
        ValueTask<ReadResult> read;
        try
        {
            read = Connection.Input.ReadAsync();
        }
        catch (Exception failure) when (IsFailure(failure))
        {
            // A pipe that has failed says so at once; the failure takes the way of all others.
            read = ValueTask.FromException<ReadResult>(failure);
        }
        _read = read.ConfigureAwait(false).GetAwaiter();
        if (_read.IsCompleted) _onRead();
        else _read.UnsafeOnCompleted(_onRead);
    }

    private void OnRead(in PortableEngine engine)
    {
        _isReading = false;
        ReadResult result;
        try
        {
            result = _read.GetResult();
        }
        catch (Exception failure) when (IsFailure(failure))
        {
            EndReceive(ToResult(failure), in engine);
            return;
        }
        var buffer = result.Buffer;
        if (_receiveIsCancelled)
        {
            // What the pipe holds stays there for the next receive.
            Connection.Input.AdvanceTo(buffer.Start);
            EndReceive(-Errno.ECANCELED, in engine);
        }
        else if (!buffer.IsEmpty)
        {
            Lend(in buffer, in engine);
        }
        else if (result.IsCompleted)
        {
            Connection.Input.AdvanceTo(buffer.End);
            EndReceive(0, in engine);
        }
        else
        {
            // A cancel that came after its read had completed strikes the next one.
            Connection.Input.AdvanceTo(buffer.Start);
            Read();
        }
    }

    private void Lend(in ReadOnlySequence<byte> buffer, in PortableEngine engine)
    {
        var position = buffer.Start;
        ReadOnlyMemory<byte> memory;
        while (buffer.TryGet(ref position, out memory) && memory.IsEmpty) { }
        _lent = memory.Pin();
        _lentEnd = buffer.GetPosition(memory.Length);
        engine.Complete(new Completion { Tag = _receiveTag, Data = (byte*)_lent.Pointer, Result = memory.Length, Buffer = Index, More = true });
    }

    private void EndReceive(int result, in PortableEngine engine)
    {
        _isReceiving = false;
        engine.Complete(new Completion { Tag = _receiveTag, Buffer = -1, Result = result });
    }

    private int EndSend()
    {
        FlushResult result;
        try
        {
            result = _flush.GetResult();
        }
        catch (Exception failure) when (IsFailure(failure))
        {
            return ToResult(failure);
        }
        if (Connection.BytesSent == _written) return _sendLength;
        return result.IsCanceled ? -Errno.ECANCELED : -Errno.EPIPE;
    }

    private void EndConnect(in PortableEngine engine)
    {
        var result = 0;
        try
        {
            _connect.GetResult();
        }
        catch (Exception failure) when (IsFailure(failure))
        {
            result = ToResult(failure);
        }
        _connecting!.Dispose();
        _connecting = null;
        engine.Complete(new Completion { Tag = _connectTag, Buffer = -1, Result = result });
    }

    private void Try(Action<Socket> action)
    {
        try
        {
            action(_socket);
        }
        catch (SocketException)
        {
            // The peer has gone already; the receive tells, or there is nobody left to be told.
        }
    }
}
