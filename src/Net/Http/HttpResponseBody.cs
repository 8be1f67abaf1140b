using System.Buffers;
using System.IO.Pipelines;
using System.Threading.Tasks.Sources;
using FastCore.Net.Http.Server;

namespace FastCore.Net.Http;

/// <summary>
/// The body of a response that is sent while it is made (<see cref="HttpContext.StartResponse"/>): in chunks
/// (RFC 9112 §7.1) unless its length was given; for HTTP/1.0 up to the connection's end.
/// </summary>
/// <remarks>
/// <para><b>Use.</b> Write with <see cref="GetSpan"/> and <see cref="Advance"/>, or <see cref="WriteAsync"/>, and await
/// <see cref="FlushAsync"/> from time to time: it waits while the client is slower than you, so that no more than about
/// <see cref="HighWater"/> bytes are held for it. Without a flush, what is written is held until it fills a block.</para>
/// <para><b>End.</b> The body ends with <see cref="Complete"/> or with its handler. If the handler throws first, or writes
/// less than the length it gave, the connection ends without the body's end, so that the client can tell.</para>
/// <para><b>Threads.</b> As <see cref="HttpContext"/>; <see cref="CancelPendingFlush"/> on any. <b>Life.</b> As long as the handler's.</para>
/// </remarks>
public sealed partial class HttpResponseBody : PipeWriter, IValueTaskSource<FlushResult>
{
    /// <summary>A flush waits while more bytes than this are queued for the client.</summary>
    public const int HighWater = 64 * 1024;

    /// <summary>What <see cref="WriteAsync"/> is given, from this many bytes up, is sent from where it lies.</summary>
    public const int ReferenceThreshold = 32 * 1024;

    private const string EndedMessage = "The response's body has been completed.";

    private readonly HttpContext _context;
    private readonly bool _hasLength;

    // How it ends on the wire. The reactor's, as is the coder.
    private BodyCoding _coding;
    private readonly bool _isElsewhere;

    // What is written and not queued: [0, _used) of _block.
    private byte[]? _block;
    private int _used;

    // Of the length that was given; -1 if none was.
    private long _left;
    private ArrayBufferWriter<byte>? _trailers;
    private bool _isCompleted;

    internal HttpResponseBody(HttpContext context, BodyCoding coding, long length, bool isElsewhere)
    {
        _context = context;
        _coding = coding;
        _left = length;
        _hasLength = length >= 0;
        _isElsewhere = isElsewhere;
    }

    /// <inheritdoc/>
    public override bool CanGetUnflushedBytes => true;

    /// <inheritdoc/>
    public override long UnflushedBytes => _used;

    /// <summary>Adds a trailer field, sent behind the body; clients that speak HTTP/1.0 do not get it.</summary>
    /// <param name="name">A token, in ASCII; not a field that says how the message is framed (RFC 9110 §6.5.1).</param>
    /// <param name="value">UTF-8 without control characters.</param>
    /// <exception cref="ArgumentException">Name or value is not legal, or the server writes that field itself.</exception>
    /// <exception cref="InvalidOperationException">The body was given a length, which leaves no room for trailers, or has been completed.</exception>
    public void AddTrailer(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        Usable();
        FieldRules.Verify(name, value);
        if (_hasLength || _coding == BodyCoding.Raw) throw new InvalidOperationException("Only a body in chunks has trailers. Start the response without a length.");
        _trailers ??= new ArrayBufferWriter<byte>();
        _trailers.Write(name);
        _trailers.Write(": "u8);
        _trailers.Write(value);
        _trailers.Write("\r\n"u8);
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">The hint is negative.</exception>
    /// <exception cref="InvalidOperationException">The body has been completed.</exception>
    public override Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _block.AsMemory(_used);
    }

    /// <inheritdoc cref="GetMemory"/>
    public override Span<byte> GetSpan(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _block.AsSpan(_used);
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">More than <see cref="GetMemory"/> gave.</exception>
    /// <exception cref="InvalidOperationException">More than the length that was given, or the body has been completed.</exception>
    public override void Advance(int bytes)
    {
        Usable();
        if ((uint)bytes > (uint)((_block?.Length ?? 0) - _used)) throw new ArgumentOutOfRangeException(nameof(bytes), bytes, "Advance by what was written into the last span.");
        Count(bytes);
        _used += bytes;
    }

    /// <summary>Sends what is written, and waits while the client is behind.</summary>
    /// <param name="cancellationToken">Ends the wait; what is written is sent nevertheless.</param>
    /// <returns><see cref="FlushResult.IsCompleted"/> if the client has gone and nothing is sent any more.</returns>
    /// <exception cref="OperationCanceledException">The wait was cancelled.</exception>
    /// <exception cref="InvalidOperationException">Another flush has not ended, or the body has been completed.</exception>
    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        var exchange = Usable();
        return _isElsewhere ? FlushElsewhere(exchange, default, cancellationToken) : FlushHere(cancellationToken);
    }

    /// <summary>
    /// Writes and flushes. From <see cref="ReferenceThreshold"/> bytes up the bytes are sent from where they lie: they must not
    /// change until the call has ended, and it ends when the kernel has taken them or the connection has ended, not by
    /// cancellation.
    /// </summary>
    /// <inheritdoc cref="FlushAsync"/>
    public override ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default)
    {
        var exchange = Usable();
        cancellationToken.ThrowIfCancellationRequested();
        if (source.Length < ReferenceThreshold)
        {
            source.Span.CopyTo(GetSpan(source.Length));
            Advance(source.Length);
            return FlushAsync(cancellationToken);
        }
        Count(source.Length);
        return _isElsewhere ? FlushElsewhere(exchange, source, default) : WriteHere(source);
    }

    /// <summary>Ends the flush that waits, or the next one, with <see cref="FlushResult.IsCanceled"/>. On any thread.</summary>
    public override void CancelPendingFlush() => PostCancellation(wait: 0, token: default);

    /// <summary>
    /// Ends the body. With an <paramref name="exception"/>, or if less was written than the length that was given, the
    /// connection ends without the body's end.
    /// </summary>
    public override void Complete(Exception? exception = null)
    {
        if (_isCompleted) return;
        var exchange = _context.Live();
        _isCompleted = true;
        if (exception != null) _isCut = true;
        if (!_isElsewhere) End(exchange);
    }

    private HttpExchange Usable()
    {
        var exchange = _context.Live();
        if (_isCompleted) throw new InvalidOperationException(EndedMessage);
        return exchange;
    }

    private void Count(int bytes)
    {
        if (_left < 0) return;
        if (bytes > _left) throw new InvalidOperationException($"The response was started with a length, of which {_left} bytes are left; {bytes} are too many.");
        _left -= bytes;
    }

    private void Reserve(int sizeHint)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(sizeHint);
        var exchange = Usable();
        var wanted = Math.Max(sizeHint, 1);
        if (!_isElsewhere) CodeRest();
        if (_block != null && _block.Length - _used >= wanted) return;
        if (_isElsewhere)
        {
            // Queueing is the reactor's; until the next flush it is gathered here.
            var larger = ArrayPool<byte>.Shared.Rent(checked(Math.Max(_used + wanted, Math.Max(_used * 2, BlockSize))));
            _block.AsSpan(0, _used).CopyTo(larger);
            if (_block != null) ArrayPool<byte>.Shared.Return(_block);
            _block = larger;
            return;
        }
        Commit(exchange.Connection);
        if (_block != null && _block.Length >= wanted) return;
        if (_block != null) exchange.Shard.Buffers.Return(_block);
        _block = exchange.Shard.Buffers.Rent(Math.Max(wanted, BlockSize));
    }
}
