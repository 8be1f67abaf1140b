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

    // Bytes [_start, _end) have come and wait to be read.
    private byte[]? _input;
    private int _start;
    private int _end;
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
            Keep(data);
            return;
        }
        Debug.Assert(_input == null, "A read waits only when nothing is there.");
        var count = Math.Min(data.Length, _into.Length);
        data[..count].CopyTo(_into.Span);
        if (count < data.Length) Keep(data[count..]);
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
        if (_input != null) return new ValueTask<int>(Take(buffer.Span));
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

    private void Keep(ReadOnlySpan<byte> data)
    {
        if (_input == null)
        {
            _input = arrays.Rent(data.Length);
        }
        else if (_end + data.Length > _input.Length)
        {
            var length = _end - _start;
            var target = length + data.Length > _input.Length ? arrays.Rent(length + data.Length) : _input;
            _input.AsSpan(_start, length).CopyTo(target);
            if (target != _input) arrays.Return(_input);
            (_input, _start, _end) = (target, 0, length);
        }
        data.CopyTo(_input.AsSpan(_end));
        _end += data.Length;
    }

    private int Take(Span<byte> into)
    {
        var count = Math.Min(into.Length, _end - _start);
        _input.AsSpan(_start, count).CopyTo(into);
        _start += count;
        if (_start == _end) Release();
        return count;
    }

    private void Release()
    {
        if (_input != null) arrays.Return(_input);
        _input = null;
        _start = _end = 0;
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
        Release();
        FinishInput();
        base.Dispose(disposing);
    }

    int IValueTaskSource<int>.GetResult(short token) => _read.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<int>.GetStatus(short token) => _read.GetStatus(token);

    void IValueTaskSource<int>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _read.OnCompleted(continuation, state, token, flags);
}
