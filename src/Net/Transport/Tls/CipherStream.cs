using System.Diagnostics;
using System.Threading.Tasks.Sources;

namespace FastCore.Net.Transport.Tls;

/// <summary>
/// A connection as <see cref="TlsLayer"/>'s stream sees it, in two lives. During the handshake reads take what has been laid in before a step and
/// the step ends with the read that finds nothing, while writes are kept until it is back; whoever has the step has the stream. After it reads take what
/// the reactor feeds and writes go into the send queue, on the reactor's thread. One read at a time.
/// </summary>
internal sealed class CipherStream(Connection connection) : AsyncOnlyStream, IValueTaskSource<int>
{
    private ManualResetValueTaskSourceCore<int> _read;
    private Memory<byte> _into;
    private bool _isWaiting;

    // Whose arrays the input lies in.
    private IArrayOwner _arrays = UnpooledArrays.Instance;

    // What has come and waits to be read.
    private ByteBacklog _input;
    private bool _isFinished;

    // What a step of the handshake has written, until it is back.
    private ByteBacklog _written;

    /// <summary>Called when a read of the handshake has found nothing and waits; null when the handshake is over.</summary>
    public Action? Waits { get; set; }

    /// <summary>The reactor is about to send, and need not be told that there is something.</summary>
    public bool IsFlushing { get; set; }

    public override bool CanRead => true;
    public override bool CanWrite => true;

    private bool IsHandshaking => Waits != null;

    /// <summary>Lays in what has come for the next step.</summary>
    public void LayIn(ReadOnlySpan<byte> data, bool isFinished)
    {
        Debug.Assert(IsHandshaking, "After the handshake bytes are fed.");
        _input.Append(data, _arrays);
        _isFinished = isFinished;
    }

    /// <summary>Goes on with the read that ended the last step, inside.</summary>
    public void Continue()
    {
        Debug.Assert(_isWaiting && (_input.Length > 0 || _isFinished), "A step goes on when there is something to be read.");
        CompleteRead(Take(_into.Span));
    }

    /// <summary>Brings what a step has written into the send queue. On the reactor.</summary>
    public void SendWritten()
    {
        if (_written.Length > 0) Send(_written.Bytes);
        _written.Clear(_arrays);
    }

    /// <summary>The handshake is over: from now on everything is the reactor's.</summary>
    public void EndHandshake(IArrayOwner arrays)
    {
        Debug.Assert(IsHandshaking && !_isWaiting, "Nothing reads between the handshake and what comes after it.");
        var rest = _input;
        _input = default;
        _input.Append(rest.Bytes, arrays);
        _arrays = arrays;
        Waits = null;
    }

    /// <summary>More bytes from the peer. Whoever waits for them goes on inside.</summary>
    public void Feed(ReadOnlySpan<byte> data)
    {
        if (_isFinished) return;
        if (!_isWaiting)
        {
            _input.Append(data, _arrays);
            return;
        }
        Debug.Assert(_input.Length == 0, "A read waits only when nothing is there.");
        var count = Math.Min(data.Length, _into.Length);
        data[..count].CopyTo(_into.Span);
        _input.Append(data[count..], _arrays);
        CompleteRead(count);
    }

    /// <summary>The peer sends no more.</summary>
    public void FinishInput()
    {
        if (_isFinished) return;
        _isFinished = true;
        if (_isWaiting) CompleteRead(0);
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Debug.Assert(!_isWaiting, "One read at a time.");
        if (_input.Length > 0) return new ValueTask<int>(Take(buffer.Span));
        if (_isFinished) return new ValueTask<int>(0);
        _read.Reset();
        _into = buffer;
        _isWaiting = true;
        return new ValueTask<int>(this, _read.Version);
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        if (IsHandshaking) _written.Append(buffer, _arrays);
        else Send(buffer);
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Write(buffer.Span);
        return default;
    }

    private void Send(ReadOnlySpan<byte> data)
    {
        // What is written after the end, an alert as a rule, has nowhere to go.
        if (connection._state is not (ConnectionState.Open or ConnectionState.Draining)) return;
        connection.BareOutput().Append(data);
        if (!IsFlushing) connection.MarkDirty();
    }

    private int Take(Span<byte> into)
    {
        var count = Math.Min(into.Length, _input.Length);
        _input.Bytes[..count].CopyTo(into);
        _input.Skip(count, _arrays);
        return count;
    }

    private void CompleteRead(int count)
    {
        _into = default;
        _isWaiting = false;
        _read.SetResult(count);
    }

    /// <summary>The connection has ended: reads find the end, and so does one that waits, even if the end was laid in for a step that never came.</summary>
    protected override void Dispose(bool disposing)
    {
        _input.Clear(_arrays);
        _isFinished = true;
        if (_isWaiting) CompleteRead(0);
        _written.Clear(_arrays);
        base.Dispose(disposing);
    }

    int IValueTaskSource<int>.GetResult(short token) => _read.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<int>.GetStatus(short token) => _read.GetStatus(token);

    void IValueTaskSource<int>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags)
    {
        _read.OnCompleted(continuation, state, token, flags);
        // Only now can the read be completed with nothing left to be done here. After it the stream may be another thread's.
        Waits?.Invoke();
    }
}
