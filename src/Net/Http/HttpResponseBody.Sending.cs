using System.Buffers;
using System.Diagnostics;
using System.IO.Pipelines;
using System.Threading.Tasks.Sources;
using FastCore.Net.Http.Server;
using FastCore.Net.Transport;

namespace FastCore.Net.Http;

// The reactor's half: everything here happens on the reactor's thread, but for FlushElsewhere and PostCancellation, which
// bring work there. A handler on the scheduler gathers what it writes in an array from the shared pool and hands it over
// with its flush; a handler on the reactor writes into arrays that are given away to be sent.
public sealed partial class HttpResponseBody
{
    private const int BlockSize = 16 * 1024;

    private ManualResetValueTaskSourceCore<FlushResult> _flush;
    private CancellationTokenRegistration _registration;

    // Counts the waits, so that a cancellation which comes late does not end the next one. Zero: none has begun.
    private int _wait;
    private bool _isWaiting;
    private bool _isCanceled;

    // The client is to be shown that the body has not ended in order.
    private bool _isCut;
    private bool _hasEnded;

    /// <summary>Queues what is written.</summary>
    private void Commit(Connection connection)
    {
        if (_used == 0) return;
        var length = _used;
        _used = 0;
        if (_coding == BodyCoding.None || !connection.CanWrite) return;
        if (_coder != null) _coder.Write(_block.AsSpan(0, length));
        else Queue(connection, ref _block, length);
    }

    // A short block is copied and stays; a long one is given away.
    private void Queue(Connection connection, ref byte[]? block, int length)
    {
        _context.Exchange.ResponseLength += length;
        if (length < Connection.CopyThreshold)
        {
            WriteCopied(connection, block.AsSpan(0, length));
            return;
        }
        WriteChunkHead(connection, length);
        connection.Write(block!, length, _context.Exchange.Shard.Buffers);
        block = null;
        WriteChunkEnd(connection);
    }

    private void WriteCopied(Connection connection, ReadOnlySpan<byte> data)
    {
        WriteChunkHead(connection, data.Length);
        connection.Write(data);
        WriteChunkEnd(connection);
    }

    private void WriteChunkHead(Connection connection, int length)
    {
        if (_coding == BodyCoding.Chunked) ChunkWriter.WriteHead(connection, length);
    }

    private void WriteChunkEnd(Connection connection)
    {
        if (_coding == BodyCoding.Chunked) ChunkWriter.WriteEnd(connection);
    }

    /// <summary>Queues <paramref name="source"/> where it lies and waits until it has been sent.</summary>
    private ValueTask<FlushResult> WriteHere(ReadOnlyMemory<byte> source)
    {
        var connection = _context.Exchange.Connection;
        ThrowIfWaiting();
        Commit(connection);
        if (_coding == BodyCoding.None) return new ValueTask<FlushResult>(default(FlushResult));
        if (!connection.CanWrite) return Gone;
        if (_coder != null) return WriteCodedAsync(source);
        _context.Exchange.ResponseLength += source.Length;
        WriteChunkHead(connection, source.Length);
        connection.Write(source);
        WriteChunkEnd(connection);
        return Wait(default);
    }

    /// <summary>
    /// Writes a part of an open file of which the caller keeps its own hold, and waits until the kernel has it. On the reactor, of a
    /// response with a length, over a connection that <see cref="Connection.SendsFiles"/>.
    /// </summary>
    internal ValueTask<FlushResult> WriteFileAsync(OpenFile file, long offset, int length)
    {
        var connection = Usable().Connection;
        Debug.Assert(_coding is BodyCoding.Length && _coder == null && !_isElsewhere, "A part of a file is sent as it lies.");
        Count(length);
        ThrowIfWaiting();
        Commit(connection);
        if (!connection.CanWrite) return Gone;
        _context.Exchange.ResponseLength += length;
        var isHeld = file.TryHold();
        Debug.Assert(isHeld, "The caller holds it.");
        connection.Write(file, offset, length);
        return Wait(default);
    }

    private ValueTask<FlushResult> FlushHere(CancellationToken cancellationToken)
    {
        var connection = _context.Exchange.Connection;
        ThrowIfWaiting();
        Commit(connection);
        if (connection.CanWrite) _coder?.Flush();
        if (_isCanceled)
        {
            _isCanceled = false;
            return new ValueTask<FlushResult>(new FlushResult(isCanceled: true, isCompleted: false));
        }
        if (!connection.CanWrite) return Gone;
        if (connection.QueuedBytes <= HighWater) return new ValueTask<FlushResult>(default(FlushResult));
        return cancellationToken.IsCancellationRequested ? ValueTask.FromCanceled<FlushResult>(cancellationToken) : Wait(cancellationToken);
    }

    private static ValueTask<FlushResult> Gone => new(new FlushResult(isCanceled: false, isCompleted: true));

    private ValueTask<FlushResult> Wait(CancellationToken cancellationToken)
    {
        _flush.Reset();
        _isWaiting = true;
        var wait = ++_wait;
        if (cancellationToken.CanBeCanceled) _registration = cancellationToken.UnsafeRegister((_, token) => PostCancellation(wait, token), null);
        return new ValueTask<FlushResult>(this, _flush.Version);
    }

    private void ThrowIfWaiting()
    {
        if (_isWaiting || _isCoding) throw new InvalidOperationException("A flush waits for the client. Await it before the next.");
    }

    /// <summary>Sends bytes of the protocol that has taken over.</summary>
    internal ValueTask<FlushResult> WriteRaw(ReadOnlyMemory<byte> source, CancellationToken cancellationToken)
    {
        if (source.Length >= ReferenceThreshold) return WriteHere(source);
        _context.Exchange.ResponseLength += source.Length;
        _context.Exchange.Connection.Write(source.Span);
        return FlushHere(cancellationToken);
    }

    /// <summary>Everything queued has been taken by the kernel.</summary>
    internal void Drained() => EndWait(default);

    /// <summary>The connection has ended and nothing of it is in flight any more, or the handler has ended.</summary>
    internal void Aborted() => EndWait(new FlushResult(isCanceled: false, isCompleted: true));

    private void EndWait(FlushResult result)
    {
        if (!_isWaiting) return;
        _isWaiting = false;
        _registration.Dispose();
        _registration = default;
        // Runs the handler's next stretch, or posts it to where the await captured its context.
        _flush.SetResult(result);
    }

    private void PostCancellation(int wait, CancellationToken token)
    {
        var exchange = _context.Exchange;
        exchange.Shard.Reactor.TryPost(_ => Cancel(wait, token), null);
    }

    private void Cancel(int wait, CancellationToken token)
    {
        if (wait == 0)
        {
            if (_isWaiting) EndWait(new FlushResult(isCanceled: true, isCompleted: false));
            else _isCanceled = true;
        }
        else if (_isWaiting && wait == _wait)
        {
            _isWaiting = false;
            _registration = default;
            _flush.SetException(new OperationCanceledException(token));
        }
    }

    /// <summary>Has the reactor send what a handler on the scheduler has gathered, and <paramref name="referenced"/> behind it.</summary>
    private ValueTask<FlushResult> FlushElsewhere(HttpExchange exchange, ReadOnlyMemory<byte> referenced, CancellationToken cancellationToken)
    {
        var flush = new ElsewhereFlush(this, exchange, _block, _used, referenced, cancellationToken);
        _block = null;
        _used = 0;
        if (!exchange.Shard.Reactor.TryPost(static flush => _ = ((ElsewhereFlush)flush!).RunAsync(), flush)) return Gone;
        return new ValueTask<FlushResult>(flush.Task);
    }

    private sealed class ElsewhereFlush(
        HttpResponseBody body, HttpExchange exchange, byte[]? block, int used, ReadOnlyMemory<byte> referenced, CancellationToken cancellationToken)
        : TaskCompletionSource<FlushResult>(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        public async Task RunAsync()
        {
            try
            {
                exchange.StartOffloadedStream();
                body.Take(exchange.Connection, block, used);
                SetResult(await (referenced.IsEmpty ? body.FlushHere(cancellationToken) : body.WriteHere(referenced)));
            }
            catch (OperationCanceledException canceled)
            {
                SetCanceled(canceled.CancellationToken);
            }
            catch (Exception failure)
            {
                SetException(failure);
            }
        }
    }

    /// <summary>Queues a copy of what a handler on the scheduler has gathered.</summary>
    private void Take(Connection connection, byte[]? block, int used)
    {
        if (block == null) return;
        if (used > 0 && _coding != BodyCoding.None && connection.CanWrite)
        {
            if (_coder == null)
            {
                _context.Exchange.ResponseLength += used;
                WriteCopied(connection, block.AsSpan(0, used));
            }
            else
            {
                _coder.Write(block.AsSpan(0, used));
            }
        }
        ArrayPool<byte>.Shared.Return(block);
    }

    /// <summary>The handler has ended. Ends the body, if that has not been done.</summary>
    internal void HandlerEnded(HttpExchange exchange, bool failed)
    {
        _isCut |= failed && !_isCompleted;
        _isCompleted = true;
        End(exchange);
    }

    private void End(HttpExchange exchange)
    {
        if (_hasEnded) return;
        _hasEnded = true;
        var connection = exchange.Connection;
        if (connection.CanWrite) CodeRest();
        if (_isElsewhere) Take(connection, _block, _used);
        else Commit(connection);
        if (_block != null && !_isElsewhere) exchange.Shard.Buffers.Return(_block);
        _block = null;
        _used = 0;
        if (!connection.CanWrite)
        {
            Release(exchange);
            return;
        }
        if (_coding != BodyCoding.None && _left > 0 && !_isCut)
        {
            _isCut = true;
            exchange.Shard.Report(new InvalidOperationException($"The response ended {_left} bytes short of the length it was started with."), $"The handler of {exchange.PathText} ended.");
        }
        if (!_isCut) _coder?.Finish();
        Release(exchange);
        if (_isCut) Cut(connection);
        else if (_coding == BodyCoding.Chunked) ChunkWriter.WriteLast(connection, _trailers == null ? default : _trailers.WrittenSpan);
    }

    // What is queued arrives; then the client finds that the end is missing. Where the connection's end is the body's, only a reset tells.
    private void Cut(Connection connection)
    {
        if (_coding == BodyCoding.UntilClose) connection.Abort();
        else connection.Close();
    }

    FlushResult IValueTaskSource<FlushResult>.GetResult(short token) => _flush.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<FlushResult>.GetStatus(short token) => _flush.GetStatus(token);

    void IValueTaskSource<FlushResult>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _flush.OnCompleted(continuation, state, token, flags);
}
