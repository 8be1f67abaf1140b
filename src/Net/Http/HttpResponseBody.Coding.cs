using System.IO.Pipelines;
using FastCore.Net.Http.Coding;
using FastCore.Net.Http.Server;

namespace FastCore.Net.Http;

// A body that is coded while it is written (RFC 9110 §8.4): what is committed goes through the coder, and a flush brings out
// all that the coder holds. On the reactor.
public sealed partial class HttpResponseBody
{
    // So much of a long write is coded before other connections have their turn.
    private const int CodedAtOnce = 128 * 1024;

    private StreamCoder? _coder;

    // A long write is under way that has given others their turn.
    private bool _isCoding;
    private ReadOnlyMemory<byte> _uncoded;

    /// <summary>Has it coded from its first byte on; the length it was given is not the one on the wire.</summary>
    internal void Code(StreamCoder coder)
    {
        _coder = coder;
        _coding = BodyCoding.Chunked;
    }

    /// <summary>Queues what the coder has brought out.</summary>
    internal void QueueCoded(ref byte[]? block, int length) => Queue(_context.Exchange.Connection, ref block, length);

    /// <summary>Gives the coder back.</summary>
    internal void Release(HttpExchange exchange)
    {
        if (_coder == null) return;
        exchange.Shard.Coding!.Return(_coder);
        _coder = null;
    }

    private async ValueTask<FlushResult> WriteCodedAsync(ReadOnlyMemory<byte> source)
    {
        _uncoded = source;
        var isCanceled = false;
        while (true)
        {
            var piece = _uncoded[..Math.Min(_uncoded.Length, CodedAtOnce)];
            _uncoded = _uncoded[piece.Length..];
            _coder!.Write(piece.Span);
            var flush = await FlushHere(default);
            isCanceled |= flush.IsCanceled;
            if (flush.IsCompleted || _uncoded.IsEmpty) return new FlushResult(isCanceled, flush.IsCompleted);
            _isCoding = true;
            await Task.Yield();
            _isCoding = false;
            // Its handler may have gone on, or ended, without awaiting it.
            if (_coder == null || !_context.Exchange.Connection.CanWrite) return new FlushResult(isCanceled, isCompleted: true);
        }
    }

    /// <summary>Codes what a long write has left, before what comes behind it.</summary>
    private void CodeRest()
    {
        if (_uncoded.IsEmpty) return;
        var rest = _uncoded;
        _uncoded = default;
        _coder?.Write(rest.Span);
    }
}
