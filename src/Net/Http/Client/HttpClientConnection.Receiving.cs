using FastCore.Net.Http.Client.Parsing;
using FastCore.Net.Http.Parsing;
using FastCore.Net.Transport;

namespace FastCore.Net.Http.Client;

// Responses: heads are parsed where the kernel put them, bodies go to whoever reads them, or wait in the exchange.
internal sealed partial class HttpClientConnection
{
    // Interim responses to one request; a server that sends more sends them for ever.
    private const int MaxInformational = 16;

    // Above this much of a body that nobody has read nothing more is received.
    private const int MaxUnread = 64 * 1024;

    // What is read of a response that nobody wants, to keep the connection.
    private const int MaxDrain = 64 * 1024;
    private const int DrainMilliseconds = 2000;

    // Of a head that has not ended.
    private ByteBacklog _input;
    private int _limitAt;

    private BodyFraming _framing;
    private bool _hasHead;
    private bool _anyByte;
    private bool _isPaused;
    private bool _finishesWhenSent;
    private int _informational;
    private long _bodyLength;

    // Callbacks that have brought bytes; the present one's number, inside it.
    private long _receipts = 1;

    /// <summary>The next response is the exchange's.</summary>
    private void Expect(HttpClientExchange exchange)
    {
        _exchange = exchange;
        _hasHead = _anyByte = _finishesWhenSent = _endsHere = false;
        _informational = 0;
        _bodyLength = 0;
        _framing = default;
        _isSent = true;
    }

    protected internal override void OnReceived(ReadOnlySpan<byte> data)
    {
        if (_exchange == null)
        {
            // Nobody has asked for anything: it is no answer, and what comes next may not be one either.
            if (_attempt == null) _host.NoLongerIdle(this);
            Abort();
            return;
        }
        _receipts++;
        if (_finishesWhenSent)
        {
            // Behind the response: it belongs to nobody.
            _endsHere = true;
            return;
        }
        if (_input.Length == 0)
        {
            var nothing = default(ByteBacklog);
            Take(data, ref nothing);
            return;
        }
        _input.Append(data, _host.Shard.Buffers);
        if (_input.Length < _limitAt && !data.Contains((byte)'\n')) return;
        // It keeps another head at most, never this array.
        var input = _input;
        _input = default;
        Take(input.Bytes, ref input);
    }

    /// <param name="data">What has come.</param>
    /// <param name="lent">Where it lies, if that is to be given back before the last of those concerned is told.</param>
    private void Take(ReadOnlySpan<byte> data, ref ByteBacklog lent)
    {
        while (true)
        {
            _anyByte = true;
            var exchange = _exchange!;
            var isGoing = _hasHead || TakeHead(ref data);
            if (isGoing && _hasHead) isGoing = TakeBody(ref data);
            var isDone = isGoing && _hasHead && _framing.IsDone;
            if (isDone && !data.IsEmpty && !WasAskedForMore) _endsHere = true;
            var goesOn = isDone && !data.IsEmpty && !_endsHere;
            if (!goesOn) lent.Clear(_host.Shard.Buffers);
            if (!isGoing) return;
            if (!isDone)
            {
                if (!_hasHead) return;
                if (!exchange.WantsWhole && !exchange.IsAbandoned && exchange.BufferedLength > MaxUnread) SetPaused(true);
                exchange.Advance();
                return;
            }
            Finish();
            if (!goesOn) return;
            if (_exchange != null && CanWrite) continue;
            // Whoever was told has ended the connection.
            lent.Clear(_host.Shard.Buffers);
            return;
        }
    }

    /// <summary>Bytes behind the present response can be the next one: its request was sent before they came.</summary>
    private bool WasAskedForMore => _behind.First is { } next && next.SentDuring < _receipts;

    /// <summary>Takes heads until the response's own. False if the response was refused.</summary>
    private bool TakeHead(ref ReadOnlySpan<byte> data)
    {
        var exchange = _exchange!;
        var head = exchange.Head;
        while (true)
        {
            switch (ResponseParser.Parse(data, head, _host.Shard.Limits))
            {
                case ParseStatus.NeedMore:
                    _limitAt = head.LimitAt;
                    _input.Append(data, _host.Shard.Buffers);
                    return true;
                case ParseStatus.Rejected:
                    Refuse(HttpRequestError.InvalidResponse, head.Fault!);
                    return false;
            }
            if (!head.IsInformational) break;
            if (head.Status == 101)
            {
                if (TryUpgrade(exchange)) break;
                Refuse(HttpRequestError.InvalidResponse, "It goes over to another protocol, for which nobody has asked.");
                return false;
            }
            if (++_informational > MaxInformational)
            {
                Refuse(HttpRequestError.InvalidResponse, "Too many interim responses came before it.");
                return false;
            }
            data = data[head.Length..];
        }
        exchange.TakeHead(data[..head.Length]);
        data = data[head.Length..];
        _hasHead = true;
        _bodyLength = 0;
        if (!head.IsPersistent || _isUpgraded) _endsHere = true;
        if (_isUpgraded) _framing = BodyFraming.UntilEnd;
        else if (head.HasNoBody(exchange.AnswersHead)) _framing = default;
        else if (head.IsChunked || head.ContentLength >= 0) _framing = BodyFraming.Of(head.IsChunked, head.ContentLength);
        else _framing = BodyFraming.UntilEnd;
        if (_endsHere || _framing.IsRaw) RetireBehind();
        if (_isSent) AwaitEnd();
        if (!exchange.WantsWhole || _framing.Left == 0) return true;
        if (_framing.Left > _host.Shard.MaxBuffered) return TooLarge();
        // More is believed once it comes.
        exchange.Expect((int)Math.Min(_framing.Left, 1 << 20));
        return true;
    }

    private bool TakeBody(ref ReadOnlySpan<byte> data)
    {
        var exchange = _exchange!;
        while (!data.IsEmpty && !_framing.IsDone)
        {
            var rejection = _framing.Read(data, int.MaxValue, _host.Shard.Limits, out var used, out var part);
            if (!rejection.IsNone)
            {
                Refuse(HttpRequestError.InvalidResponse, rejection.Reason);
                return false;
            }
            data = data[used..];
            if (part.IsEmpty) continue;
            _bodyLength += part.Length;
            if (exchange.IsAbandoned)
            {
                if (_bodyLength <= MaxDrain) continue;
                Drop(exchange, Unread());
                return false;
            }
            if (exchange.WantsWhole && _bodyLength > _host.Shard.MaxBuffered) return TooLarge();
            exchange.AddBody(part);
        }
        return true;
    }

    private bool TooLarge()
    {
        Drop(_exchange!, new HttpRequestException(HttpRequestError.ConfigurationLimitExceeded, $"The response of {_host.Host.Address} has more than the {_host.Shard.MaxBuffered} bytes that are held in memory (MaxBufferedBodySize)."));
        return false;
    }

    private static HttpRequestException Unread() => new(HttpRequestError.ResponseEnded, "The response was disposed of before it had been read.");

    /// <summary>The response has ended. The connection goes on to its next request, or ends, and then the caller is told.</summary>
    private void Finish()
    {
        if (!_isSent && CanWrite && _exchange!.Request.BodyReader == null)
        {
            // The body is still read where the caller keeps it.
            _finishesWhenSent = true;
            return;
        }
        var trailers = _framing.Trailers;
        var isKept = _isSent && !_endsHere && CanWrite;
        var hasNext = isKept && _behind.Count > 0;
        var exchange = TakeExchange(goesOn: hasNext);
        _answers++;
        SetPaused(false);
        var isAwaited = Settle(exchange, trailers, null);
        if (hasNext) ExpectNext();
        else if (isKept) _host.Ready(this);
        else if (_isSent) Close();
        else Abort();
        if (!isKept) RetireBehind();
        if (isAwaited) exchange.Advance();
    }

    /// <summary>The caller has taken bytes out of the exchange.</summary>
    public void BodyTaken(HttpClientExchange exchange)
    {
        if (!_isPaused || exchange.BufferedLength > MaxUnread / 2) return;
        SetPaused(false);
        _host.NoteRoom(this);
    }

    /// <summary>Nobody wants the rest of the response: it is read on if it is short, so that the connection can be kept.</summary>
    public void Abandon(HttpClientExchange exchange)
    {
        exchange.IsAbandoned = true;
        if (_isUpgraded)
        {
            TakeExchange();
            Close();
            exchange.Detach(null, Unread());
            return;
        }
        // A body in memory is the caller's again: what has not been sent of it must not be.
        var isBodySent = _isSent || exchange.Request.BodyReader != null;
        if (_hasHead && isBodySent && IsRestShort(exchange) && !exchange.IsDiscarded)
        {
            Drain(exchange);
            return;
        }
        TakeExchange();
        Abort();
        var isAwaited = exchange.Settle(null, Unread());
        RetireBehind();
        if (isAwaited) exchange.Advance();
    }

    // What is to come of a response whose head has not is not known; reading it is given up when it turns out to be long.
    private bool IsRestShort(HttpClientExchange exchange) => !_hasHead || (!_framing.IsRaw && !_endsHere && _framing.Left + exchange.BufferedLength <= MaxDrain);

    private void Drain(HttpClientExchange exchange)
    {
        _bodyLength = 0;
        SetPaused(false);
        AwaitUntil(Math.Min(exchange.EndsAt, Reactor.Milliseconds + DrainMilliseconds));
    }

    private void SetPaused(bool pause)
    {
        if (pause == _isPaused) return;
        _isPaused = pause;
        if (pause) PauseReceive();
        else ResumeReceive();
    }

    private void ReleaseInput() => _input.Clear(_host.Shard.Buffers);
}
