using System.Diagnostics;
using System.Threading.Tasks.Sources;

namespace FastCore.Net.Transport.Tls;

/// <summary>
/// A connection as <see cref="TlsLayer"/>'s stream sees it: reads take what the reactor feeds, writes go into the send queue.
/// One read at a time; on the reactor's thread.
/// </summary>
internal sealed class CipherStream(Connection connection, IArrayOwner arrays) : AsyncOnlyStream, IValueTaskSource<int>
{
    private ManualResetValueTaskSourceCore<int> _read;
    private Memory<byte> _into;
    private bool _isWaiting;

    // What has come and waits to be read.
    private ByteBacklog _input;
    private bool _isFinished;

    /// <summary>The reactor is about to send, and need not be told that there is something.</summary>
    public bool IsFlushing { get; set; }

    public override bool CanRead => true;
    public override bool CanWrite => true;

    /// <summary>More bytes from the peer. Whoever waits for them goes on inside.</summary>
    public void Feed(ReadOnlySpan<byte> data)
    {
        if (_isFinished) return;
        if (!_isWaiting)
        {
            _input.Append(data, arrays);
            return;
        }
        Debug.Assert(_input.Length == 0, "A read waits only when nothing is there.");
        var count = Math.Min(data.Length, _into.Length);
        data[..count].CopyTo(_into.Span);
        _input.Append(data[count..], arrays);
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
        // What is written after the end, an alert as a rule, has nowhere to go.
        if (connection._state is not (ConnectionState.Open or ConnectionState.Draining)) return;
        connection.BareOutput().Append(buffer);
        if (!IsFlushing) connection.MarkDirty();
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Write(buffer.Span);
        return default;
    }

    private int Take(Span<byte> into)
    {
        var count = Math.Min(into.Length, _input.Length);
        _input.Bytes[..count].CopyTo(into);
        _input.Skip(count, arrays);
        return count;
    }

    private void CompleteRead(int count)
    {
        _into = default;
        _isWaiting = false;
        _read.SetResult(count);
    }

    /// <summary>The connection has ended: reads find the end.</summary>
    protected override void Dispose(bool disposing)
    {
        _input.Clear(arrays);
        FinishInput();
        base.Dispose(disposing);
    }

    int IValueTaskSource<int>.GetResult(short token) => _read.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<int>.GetStatus(short token) => _read.GetStatus(token);

    void IValueTaskSource<int>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _read.OnCompleted(continuation, state, token, flags);
}
