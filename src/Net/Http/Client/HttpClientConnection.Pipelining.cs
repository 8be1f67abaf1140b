using System.Diagnostics;
using FastCore.Net.Transport;
using FastCore.Net.Transport.Tables;

namespace FastCore.Net.Http.Client;

// Requests behind the one whose response is awaited (RFC 9112 §9.3.2): idempotent ones without a body, whose heads have been copied
// into the send block. Invariant: a connection with somebody behind carries nothing but such requests. A response is taken
// for a request's only if the request was written before the receive that brought its bytes was reported: what a server sends in advance is
// nobody's, unless it comes in a later receive of the turn in which the request is written, before which nothing has left.
//
// Whoever goes leaves a stand-in, into which his answer is read: up to MaxDrain bytes, and for DrainMilliseconds once it is its turn. Beyond
// that the connection ends, and those behind are sent again elsewhere, alone.
internal sealed partial class HttpClientConnection
{
    private ExchangeQueue _behind;
    private int _standInsBehind;
    private bool _isShared;

    /// <summary>
    /// Another request that may share a connection can be sent on it. Only once a response has shown that the server keeps the connection,
    /// while none is read for nobody, and while whoever reads the present one keeps up.
    /// </summary>
    public bool HasRoom =>
        _isShared && _answers > 0 && _behind.Count + 1 < _host.Shard.Options.MaxPipelinedRequests
        && _exchange is { IsAbandoned: false } && _standInsBehind == 0 && !_isPaused && !_endsHere && !_framing.IsRaw && CanWrite && MillisecondsToKeep > 0;

    /// <summary>When the first of those behind will have taken too long: they were begun and sent in their order, so no other will before.</summary>
    private long DueBehind => FirstBehind is { } first ? Math.Min(first.HeadBy, first.EndsAt) : long.MaxValue;

    private HttpClientExchange? FirstBehind
    {
        get
        {
            var first = _behind.First;
            while (first is { IsStandIn: true }) first = first.Next;
            return first;
        }
    }

    /// <summary>Sends the exchange's request behind the others.</summary>
    public void Share(HttpClientExchange exchange)
    {
        Debug.Assert(HasRoom && exchange.MayShare, "Only what may be sent again shares a connection.");
        if (Lives.AreWatched) _lives.Step(PooledConnectionTable.Share);
        Carry(exchange);
        _behind.AddLast(exchange);
        WriteHead(exchange.Request);
        // The one in front may have had its head, and all the time it wants.
        if (_behind.Count == 1) AwaitUntil(_dueAt);
    }

    /// <summary>A response has ended; the next one is of whoever is next.</summary>
    private void ExpectNext()
    {
        var next = _behind.TakeFirst()!;
        Expect(next);
        if (next.IsStandIn)
        {
            _standInsBehind--;
            Drain(next);
        }
        else
        {
            AwaitHead();
        }
        _host.NoteRoom(this);
    }

    /// <summary>Ends the exchange with <paramref name="failure"/>, because its caller has gone or its time has passed. With nobody behind it, or too much to be read, that ends the connection.</summary>
    public void GiveUp(HttpClientExchange exchange, Exception failure)
    {
        if (exchange == _exchange)
        {
            if (_behind.Count == 0 || exchange.IsAbandoned || !IsRestShort(exchange))
            {
                Drop(exchange, failure);
                return;
            }
            _exchange = StandInFor(exchange);
            Drain(_exchange);
        }
        else
        {
            _behind.Replace(exchange, StandInFor(exchange));
            _standInsBehind++;
        }
        exchange.Detach(null, failure);
    }

    private HttpClientExchange StandInFor(HttpClientExchange exchange)
    {
        var standIn = _host.Shard.Rent();
        standIn.StandInFor(exchange);
        standIn.Connection = this;
        return standIn;
    }

    /// <summary>The connection will not answer those behind: they go elsewhere.</summary>
    private void RetireBehind()
    {
        if (_behind.Count == 0) return;
        ExchangeQueue again = default, lost = default;
        SortBehind(null, ref again, ref lost);
        _host.Retry(ref again);
        Fail(ref lost, _host.Shard.IsStopping ? Cause(CloseReason.ReactorStopped) : Early(null));
    }

    private void SortBehind(Exception? cause, ref ExchangeQueue again, ref ExchangeQueue lost)
    {
        while (_behind.TakeFirst() is { } exchange)
        {
            exchange.Connection = null;
            if (exchange.IsStandIn) exchange.EndAbandoned(null);
            else if (MayRetry(exchange, cause)) again.AddLast(exchange);
            else lost.AddLast(exchange);
        }
        _standInsBehind = 0;
    }

    private static void Fail(ref ExchangeQueue exchanges, Exception failure)
    {
        while (exchanges.TakeFirst() is { } exchange) exchange.Detach(null, failure);
    }
}
