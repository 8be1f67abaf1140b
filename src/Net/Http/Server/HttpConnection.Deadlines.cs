using FastCore.Net.Http.Parsing;
using FastCore.Net.Transport;

namespace FastCore.Net.Http.Server;

// The one deadline of a connection, and what its passing means. A peer that stops reading is the transport's business.
internal sealed partial class HttpConnection
{
    private enum Deadline : byte
    {
        None,

        /// <summary>Of the header by which a proxy tells of its client; until it has come, what arrives is not HTTP.</summary>
        ProxyHeader,

        /// <summary>Of the handshake of TLS.</summary>
        Handshake,

        /// <summary>Of silence between requests, and before the first.</summary>
        NextRequest,

        /// <summary>Of a head, from its first byte to its end.</summary>
        Head,

        /// <summary>Of a body that is too slow (<see cref="BodyClock"/>).</summary>
        Body,
    }

    private void Await(Deadline kind)
    {
        switch (kind)
        {
            case Deadline.None when _deadlineKind != Deadline.None:
                ClearDeadline();
                break;
            case Deadline.NextRequest:
                SetDeadline(_shard.KeepAliveMilliseconds);
                break;
            case Deadline.Head when _deadlineKind != Deadline.Head:
                SetDeadline(_shard.HeaderMilliseconds);
                break;
            case Deadline.Body:
                SetDeadline(_exchange!.Clock.Wait(Reactor.Milliseconds, _shard.BodyMilliseconds));
                break;
        }
        _deadlineKind = kind;
    }

    protected internal override void OnDeadline()
    {
        var kind = _deadlineKind;
        _deadlineKind = Deadline.None;
        switch (kind)
        {
            case Deadline.ProxyHeader or Deadline.Handshake:
                Abort(CloseReason.DeadlinePassed);
                break;
            case Deadline.NextRequest when QueuedBytes == 0:
                Close();
                break;
            case Deadline.Head:
                Refuse(null, new Rejection(408, "The request's head did not come in time."));
                break;
            case Deadline.Body when !_exchange!.Clock.TryRenew(_shard.MinBodyBytes):
                BodyIsLate(_exchange);
                break;
            default:
                // A long answer is still being sent, or the body is fast enough.
                Settle();
                break;
        }
    }

    private void BodyIsLate(HttpExchange exchange)
    {
        var rejection = new Rejection(408, "The request's body did not come in time.");
        if (_phase == Phase.Running)
        {
            exchange.FailRead(rejection);
            Resume();
        }
        else
        {
            Refuse(exchange, rejection);
        }
    }
}
