using System.IO.Pipelines;
using FastCore.Net.Http.Server;

namespace FastCore.Net.Http;

// Bodies that are read while they come, and responses that are sent while they are made. For asynchronous handlers.
public readonly partial struct HttpContext
{
    /// <summary>
    /// The body as a stream, for handlers mapped with <see cref="HttpServer.MapAsync"/>. It throws what <see cref="ReadBodyAsync"/> throws. Until the
    /// handler ends it may be read from any thread, one read at a time, and a read from the scheduler goes on there even after
    /// <c>ConfigureAwait(false)</c>: so what reads streams can be given it, and the handler goes on where it was.
    /// </summary>
    /// <exception cref="InvalidOperationException">The handler is not asynchronous.</exception>
    public Stream BodyStream
    {
        get
        {
            var exchange = LiveReader();
            return new RequestBodyStream(exchange, exchange.Generation);
        }
    }

    /// <summary>The body as a pipe, for handlers mapped with <see cref="HttpServer.MapAsync"/>; each time the same one. Don't mix it with other ways of reading.</summary>
    /// <exception cref="InvalidOperationException">The handler is not asynchronous.</exception>
    public PipeReader BodyReader => LiveReader().BodyReader;

    /// <summary>
    /// The trailer fields behind a body in chunks (RFC 9110 §6.5), once it has been read to its end; none before. They were
    /// checked as the header fields are, and may name anything: never take one for a header field.
    /// </summary>
    public HttpFields Trailers
    {
        get
        {
            var framing = Live().Framing;
            return framing is { IsDone: true, Trailers: { } trailers } ? trailers.Fields : default;
        }
    }

    /// <summary>Cancelled when the server begins to stop: the time for a long answer to come to an end.</summary>
    public CancellationToken Stopping => Live().Shard.Stopping;

    /// <summary>
    /// Starts a response whose body is sent while it is made. The head leaves with the first flush. For handlers mapped with
    /// <see cref="HttpServer.MapAsync"/>.
    /// </summary>
    /// <param name="status">The status code, from 200 to 599.</param>
    /// <param name="contentType">The media type, in ASCII; empty sends none.</param>
    /// <param name="contentLength">The body's length if it is known: the body is then sent as it is, and must have that length. Otherwise it is sent in chunks.</param>
    /// <returns>Where the body is written.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The status is not that of a final response, or the length is negative.</exception>
    /// <exception cref="ArgumentException">The media type is not ASCII, or the status has no body and a length is given.</exception>
    /// <exception cref="InvalidOperationException">The request has been answered, or the handler is not asynchronous.</exception>
    public HttpResponseBody StartResponse(int status = 200, string contentType = "application/octet-stream", long? contentLength = null)
    {
        ArgumentNullException.ThrowIfNull(contentType);
        if (contentLength < 0) throw new ArgumentOutOfRangeException(nameof(contentLength), contentLength, "A body's length is not negative. Give null if it is not known.");
        var exchange = Live();
        if (exchange.Route?.AsyncHandler == null) throw new InvalidOperationException("A response is sent while it is made by an asynchronous handler only. Map it with MapAsync.");
        return exchange.StartResponse(status, contentType, contentLength ?? -1);
    }

    /// <summary>Starts a response that is a stream of events (<c>text/event-stream</c>) and is not to be cached. For handlers mapped with <see cref="HttpServer.MapAsync"/>.</summary>
    /// <exception cref="InvalidOperationException">The request has been answered, or the handler is not asynchronous.</exception>
    public ServerSentEvents StartEventStream()
    {
        LiveReader();
        AddHeader("Cache-Control"u8, "no-store"u8);
        return new ServerSentEvents(StartResponse(200, "text/event-stream"));
    }

    private HttpExchange LiveReader()
    {
        var exchange = Live();
        if (exchange.Route?.AsyncHandler == null) throw new InvalidOperationException("The body has come whole. Use Body.");
        return exchange;
    }
}
