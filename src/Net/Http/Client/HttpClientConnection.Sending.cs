using System.Buffers.Text;
using System.Diagnostics;
using System.IO.Pipelines;
using FastCore.Net.Transport.Tables;

namespace FastCore.Net.Http.Client;

// Requests: the head straight into the send block, the body from where it lies or as it is read.
internal sealed partial class HttpClientConnection
{
    // A body that is read is read on when less than this waits to be sent.
    private const int HighWater = 64 * 1024;

    // A request body's reader, while it is read.
    private PipeReader? _reader;
    private TaskCompletionSource? _drained;

    // All of the request has been given to the kernel, or copied.
    private bool _isSent;
    private bool _endsHere;

    /// <summary>Sends the exchange's request. The connection is idle or new.</summary>
    public void Start(HttpClientExchange exchange)
    {
        Debug.Assert(_exchange == null && _behind.Count == 0 && CanWrite, "Only a connection with room for it carries a request behind others.");
        if (Lives.AreWatched) _lives.Step(PooledConnectionTable.Start);
        var request = exchange.Request;
        _isShared = exchange.MayShare;
        Carry(exchange);
        Expect(exchange);
        _endsHere = request.ClosesConnection;
        _isSent = request.BodyReader == null && request.Body.Length < CopyThreshold;
        WriteHead(request);
        if (request.BodyReader is { } reader)
        {
            AwaitEnd();
            _ = SendBodyAsync(exchange, reader, request.BodyLength);
            return;
        }
        if (!request.Body.IsEmpty) Write(request.Body);
        if (_isSent) AwaitHead();
        else AwaitEnd();
    }

    private void Carry(HttpClientExchange exchange)
    {
        exchange.Connection = this;
        exchange.SentDuring = _receipts;
        exchange.HeadBy = Reactor.Milliseconds + _host.Shard.HeadersMilliseconds;
        _requests++;
    }

    private void WriteHead(HttpClientRequest request)
    {
        var line = request.Line;
        var host = request.HasHost ? default : _host.Host.HostLine.AsSpan();
        var fields = request.Fields;
        var room = GetSpan(line.Length + host.Length + fields.Length + 48);
        line.CopyTo(room);
        var length = line.Length;
        host.CopyTo(room[length..]);
        length += host.Length;
        fields.CopyTo(room[length..]);
        length += fields.Length;
        if (request.BodyLength < 0)
        {
            "Transfer-Encoding: chunked\r\n"u8.CopyTo(room[length..]);
            length += 28;
        }
        else if (request.SendsLength)
        {
            "Content-Length: "u8.CopyTo(room[length..]);
            Utf8Formatter.TryFormat(request.BodyLength, room[(length + 16)..], out var digits);
            length += 16 + digits;
            "\r\n"u8.CopyTo(room[length..]);
            length += 2;
        }
        "\r\n"u8.CopyTo(room[length..]);
        Advance(length + 2);
    }

    private async Task SendBodyAsync(HttpClientExchange exchange, PipeReader reader, long length)
    {
        _reader = reader;
        Exception? failure = null;
        try
        {
            await CopyBodyAsync(exchange, reader, length);
        }
        catch (Exception thrown)
        {
            failure = thrown;
        }
        if (_reader == reader) _reader = null;
        // Whoever writes it learns that nobody reads any more.
        await reader.CompleteAsync(failure);
        if (failure != null) Drop(exchange, failure);
        else if (_exchange == exchange) BodyIsWritten();
    }

    private async ValueTask CopyBodyAsync(HttpClientExchange exchange, PipeReader reader, long length)
    {
        var left = length;
        while (true)
        {
            var read = await reader.ReadAsync();
            // A pipe that is written to while it is about to be awaited goes on on its own scheduler, wherever it was awaited.
            if (!Reactor.IsCurrent) await new ReactorHop(Reactor);
            if (_exchange != exchange || !CanWrite) return;
            foreach (var part in read.Buffer)
            {
                if (length >= 0 && (left -= part.Length) < 0) throw new InvalidOperationException($"The request's body is longer than the {length} bytes that were announced.");
                WriteBody(part.Span, isChunked: length < 0);
            }
            reader.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted) break;
            while (QueuedBytes > HighWater && _exchange == exchange && CanWrite)
            {
                _drained = new TaskCompletionSource();
                await _drained.Task;
            }
            if (_exchange != exchange || !CanWrite) return;
        }
        if (left > 0) throw new InvalidOperationException($"The request's body ended {left} bytes short of the {length} that were announced.");
        if (length < 0) ChunkWriter.WriteLast(this);
    }

    private void WriteBody(ReadOnlySpan<byte> data, bool isChunked)
    {
        if (data.IsEmpty) return;
        if (isChunked) ChunkWriter.WriteHead(this, data.Length);
        Write(data);
        if (isChunked) ChunkWriter.WriteEnd(this);
    }

    private void BodyIsWritten()
    {
        _isSent = true;
        _exchange!.HeadBy = Reactor.Milliseconds + _host.Shard.HeadersMilliseconds;
        if (_finishesWhenSent) Finish();
        else if (!_hasHead) AwaitHead();
    }

    protected internal override void OnDrained()
    {
        var drained = _drained;
        _drained = null;
        drained?.TrySetResult();
        if (_exchange != null && !_isSent && _reader == null && _exchange.Request.BodyReader == null) BodyIsWritten();
    }
}
