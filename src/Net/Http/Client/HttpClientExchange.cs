using System.Buffers;
using System.Diagnostics;
using FastCore.Net.Http.Client.Parsing;
using FastCore.Net.Http.Parsing;

namespace FastCore.Net.Http.Client;

/// <summary>
/// A request under way and its response, behind <see cref="HttpClientResponse"/>. It is used again.
/// </summary>
/// <remarks>
/// <para><b>Who may touch it.</b> From <see cref="Begin"/> until it is detached, the reactor; the caller then holds its
/// tasks and, once the head has come, the handle. Detached, which is seen by <see cref="IsDetached"/> and is the last thing
/// a reactor does to it but for completing an operation that is pending, it belongs to the caller alone.</para>
/// <para><b>Its end.</b> It goes back when both have let go: the caller by disposing of the response, or by being told of a
/// failure; the reactor by detaching.</para>
/// <para><b>Generation.</b> It changes when the caller lets go, so a handle that is kept throws. It shares a word with the mark of a read
/// under way, and both change by compare-and-exchange: of several that let go at once one does, and a read either begins before that, and
/// the exchange is then not used again, or not at all.</para>
/// </remarks>
internal sealed partial class HttpClientExchange(HttpConnectionPool pool, ClientShard? home = null)
{
    // What is kept of the body's memory from one use to the next.
    private const int KeptBody = 16 * 1024;

    // In the lowest bit of _use: from a read's begin until its result has been asked for.
    private const int ReadMark = 1;

    private readonly HttpConnectionPool _pool = pool;
    private int _use;
    private bool _isDiscarded;
    private byte[] _headBytes = new byte[512];

    // Of the body: [_bodyStart, _bodyEnd) has arrived and has not been read.
    private byte[] _body = [];
    private int _bodyStart;
    private int _bodyEnd;
    private TrailerFields? _trailers;
    private volatile bool _isDetached;
    private Exception? _failure;

    /// <summary>The shard it belongs to; null if it is rented by threads that are no reactor of the pool.</summary>
    public ClientShard? HomeShard { get; } = home;

    public ResponseHead Head { get; } = new();

    public ReadOnlySpan<byte> HeadBytes => _headBytes;

    public int Generation => Volatile.Read(ref _use) & ~ReadMark;

    /// <summary>Where it goes; set while it is under way.</summary>
    public HostPool Host { get; private set; } = null!;

    public HttpClientRequest Request { get; private set; } = null!;

    /// <summary>What carries it, or null.</summary>
    public HttpClientConnection? Connection { get; set; }

    /// <summary>The caller is told when all of it has come.</summary>
    public bool WantsWhole { get; private set; }

    public bool HasHead { get; private set; }

    /// <summary>How often it was sent again.</summary>
    public int Retries { get; set; }

    /// <summary>When it must have ended, on the reactor's clock.</summary>
    public long EndsAt { get; private set; }

    /// <summary>When its response's head must have come, on the reactor's clock; set when the request is sent.</summary>
    public long HeadBy { get; set; }

    /// <summary>How often its connection had received bytes when it was sent.</summary>
    public long SentDuring { get; set; }

    /// <summary>It asks for a head alone.</summary>
    public bool AnswersHead { get; private set; }

    /// <summary>It may be sent behind others, and others behind it. One that is sent again goes alone: what ended its connection may have been about it (RFC 9112 §9.3.2).</summary>
    public bool MayShare => Retries == 0 && Request is { IsIdempotent: true, BodyReader: null, Body.IsEmpty: true, ClosesConnection: false, OffersUpgrade: false };

    // Its neighbours: in the line of those who wait for a connection, or of those whose requests a connection has sent.
    public HttpClientExchange? Next { get; set; }
    public HttpClientExchange? Previous { get; set; }

    // Of one that waits for a connection: since when on the stopwatch, until when on the reactor's clock.
    public bool IsWaiting { get; set; }
    public long WaitsSince { get; set; }
    public long WaitsUntil { get; set; }

    /// <summary>When it began, on the stopwatch.</summary>
    public long Started { get; private set; }

    public bool IsDetached => _isDetached;

    public bool IsWhole => _isDetached && _failure == null;

    public ReadOnlySpan<byte> Buffered => _body.AsSpan(_bodyStart, _bodyEnd - _bodyStart);

    public int BufferedLength => _bodyEnd - _bodyStart;

    public HttpFields Trailers => IsWhole && _trailers != null ? _trailers.Fields : default;

    /// <summary>Keeps a copy of the head that <see cref="Head"/> tells of.</summary>
    public void TakeHead(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > _headBytes.Length) _headBytes = new byte[(int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)bytes.Length)];
        bytes.CopyTo(_headBytes);
        HasHead = true;
    }

    /// <summary>More of the body has come.</summary>
    public void AddBody(ReadOnlySpan<byte> data)
    {
        if (_operation == Operation.Read && BufferedLength == 0 && _count < _into.Length)
        {
            var direct = Math.Min(data.Length, _into.Length - _count);
            data[..direct].CopyTo(_into.Span[_count..]);
            _count += direct;
            data = data[direct..];
        }
        if (data.IsEmpty) return;
        MakeRoom(data.Length);
        data.CopyTo(_body.AsSpan(_bodyEnd));
        _bodyEnd += data.Length;
    }

    /// <summary>Says how much is to come, so that memory for it is found once.</summary>
    public void Expect(int length) => MakeRoom(length);

    private void MakeRoom(int count)
    {
        if (_bodyStart == _bodyEnd) _bodyStart = _bodyEnd = 0;
        if (_body.Length - _bodyEnd >= count) return;
        var needed = BufferedLength + count;
        var target = needed <= _body.Length && _bodyStart >= _body.Length / 2 ? _body : ArrayPool<byte>.Shared.Rent(Math.Max(needed, Math.Min(_body.Length * 2, 1 << 30)));
        Buffer.BlockCopy(_body, _bodyStart, target, 0, BufferedLength);
        if (target != _body) ReturnBody();
        _body = target;
        _bodyEnd -= _bodyStart;
        _bodyStart = 0;
    }

    private void ReturnBody()
    {
        if (_body.Length > 0) ArrayPool<byte>.Shared.Return(_body);
        _body = [];
    }

    private int TakeBuffered(Span<byte> into)
    {
        var count = Math.Min(into.Length, BufferedLength);
        _body.AsSpan(_bodyStart, count).CopyTo(into);
        _bodyStart += count;
        return count;
    }

    /// <summary>The reactor lets go of it: all has come, or why it never will. What it waits for ends.</summary>
    public void Detach(TrailerFields? trailers, Exception? failure)
    {
        if (Settle(trailers, failure)) Advance();
    }

    /// <summary>The same, but that the caller is not told. Returns whether an operation is pending, which <see cref="Advance"/> must then end; if none is, it is not the reactor's any more.</summary>
    public bool Settle(TrailerFields? trailers, Exception? failure)
    {
        Debug.Assert(!_isDetached, "A response ends once.");
        _trailers = trailers;
        _failure = failure;
        Connection = null;
        if (failure != null && !IsAbandoned) Host.Shard.Failures++;
        // An upgraded connection ends by being let go of.
        if (!IsStandIn) EndObservation(IsUpgraded && IsAbandoned ? null : failure);
        // Nothing may follow but the pending operation, which still holds the caller back.
        var isAwaited = _operation != Operation.None;
        _isDetached = true;
        return isAwaited;
    }

    /// <summary>It has not gone out, and will not.</summary>
    public void Fail(Exception failure)
    {
        Request.BodyReader?.Complete(failure);
        Detach(null, failure);
    }

    /// <summary>The caller lets go of it; of several at once, one.</summary>
    public void Release(int generation)
    {
        int use;
        do
        {
            use = Volatile.Read(ref _use);
            if ((use & ~ReadMark) != generation) return;
        }
        while (Interlocked.CompareExchange(ref _use, use + 2, use) != use);
        // A read that is pending is still to be asked for its result, so it can't be used for another.
        _isDiscarded = (use & ReadMark) != 0;
        if (_isDetached && !_isDiscarded && HomeShard is not { Reactor.IsCurrent: false })
        {
            LetGo();
            return;
        }
        var reactor = Host.Shard.Reactor;
        if (reactor.IsCurrent) Abandon();
        else if (!reactor.TryPost(static exchange => ((HttpClientExchange)exchange!).Abandon(), this)) _pool.Forget(this);
    }

    private void Abandon()
    {
        if (Connection is { } connection) connection.Abandon(this);
        if (_isDetached) LetGo();
    }

    // Whoever writes to an upgraded connection may just be about to, so it is not used for another.
    private void LetGo()
    {
        if (_isDiscarded || IsUpgraded) _pool.Forget(this);
        else _pool.Return(this);
    }

    /// <summary>The caller has let go of it during a read, whose result is still to be asked for.</summary>
    public bool IsDiscarded => _isDiscarded;

    /// <summary>Whether the connection, having read on for a while, gives it back.</summary>
    public bool IsAbandoned { get; set; }

    /// <summary>It takes the place of another, whose caller has gone, so that the answer is read: nobody holds it but the connection.</summary>
    public bool IsStandIn { get; private set; }

    /// <summary>Takes the place of another that belongs to the same host.</summary>
    public void StandInFor(HttpClientExchange other)
    {
        Host = other.Host;
        AnswersHead = other.AnswersHead;
        WantsWhole = false;
        HasHead = other.HasHead;
        SentDuring = other.SentDuring;
        IsAbandoned = IsStandIn = true;
        EndsAt = HeadBy = long.MaxValue;
    }

    /// <summary>The connection has read what was left of an abandoned response, or has given it up.</summary>
    public void EndAbandoned(Exception? failure)
    {
        Debug.Assert(IsAbandoned && _operation == Operation.None, "Nobody waits for an abandoned response.");
        Detach(null, failure);
        _pool.Return(this);
    }

    public void Reset()
    {
        Debug.Assert(_isDetached && !IsWaiting && Connection == null, "It is used again when nobody holds it.");
        Host = null!;
        Request = null!;
        HasHead = IsAbandoned = IsStandIn = _isDetached = false;
        ResetUpgrade();
        Retries = 0;
        _trailers = null;
        _failure = null;
        if (_body.Length > KeptBody) ReturnBody();
        if (_headBytes.Length > KeptBody) _headBytes = new byte[512];
        _bodyStart = _bodyEnd = 0;
    }
}
