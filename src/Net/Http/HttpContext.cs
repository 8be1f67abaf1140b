using System.Net;
using System.Runtime.CompilerServices;
using System.Text;
using FastCore.Net.Http.Server;

namespace FastCore.Net.Http;

/// <summary>
/// A request and the way to answer it: what handlers are called with. It is a handle, cheap to pass on, and good until
/// the handler ends.
/// </summary>
/// <remarks>
/// <para><b>Threads.</b> Every member must be called where the handler runs and where <c>await</c> resumes: on the reactor's
/// thread or, if the handler is offloaded, on a worker of the scheduler, on one at a time. Elsewhere it throws
/// <see cref="InvalidOperationException"/>. The answer of an offloaded handler leaves when the handler has ended.</para>
/// <para><b>Life.</b> When the handler has ended, or the task it returned, every member throws
/// <see cref="ObjectDisposedException"/>. Spans are good as long as the handle is; copy what is to be kept.</para>
/// <para><b>Answer.</b> A request is answered exactly once. A handler that throws or ends without an answer is answered
/// for with status 500, and <see cref="HttpServerOptions.OnError"/> is told.</para>
/// <para>If the client has gone, responding does nothing.</para>
/// </remarks>
public readonly partial struct HttpContext
{
    internal const string StaleMessage = "The request has been answered and its handler has ended. Copy what you need while the handler runs.";

    private readonly HttpExchange? _exchange;
    private readonly int _generation;

    internal HttpContext(HttpExchange exchange, int generation)
    {
        _exchange = exchange;
        _generation = generation;
    }

    /// <summary>What it stands for, without a look at whether it still does.</summary>
    internal HttpExchange Exchange => _exchange!;

    /// <summary>Whether its handler has not ended. On any thread.</summary>
    internal bool IsLive => _exchange != null && _exchange.Generation == _generation;

    /// <summary>The method.</summary>
    public HttpMethod Method
    {
        get
        {
            var exchange = Live();
            return exchange.Shard.Router.Methods[exchange.MethodIndex];
        }
    }

    /// <summary>The path as it was sent, escapes included, without the query.</summary>
    public ReadOnlySpan<byte> Path => Live().Path;

    /// <summary>The path as text, with its escapes resolved. Makes a string.</summary>
    public string PathText => Uri.UnescapeDataString(Live().PathText);

    /// <summary>What follows the question mark, as it was sent; empty if there is none.</summary>
    public ReadOnlySpan<byte> Query
    {
        get
        {
            var exchange = Live();
            return exchange.Head.Query.Of(exchange.HeadBytes);
        }
    }

    /// <summary>The part of the path that the last parameter of the mapped path stands for, as it was sent; empty if it has none.</summary>
    public ReadOnlySpan<byte> RouteValue
    {
        get
        {
            var exchange = Live();
            return exchange.RouteValues.Count == 0 ? default : exchange.RouteValues[exchange.RouteValues.Count - 1].Of(exchange.Path);
        }
    }

    /// <summary>The part of the path that a parameter of the mapped path stands for, as it was sent.</summary>
    /// <param name="name">The parameter's name.</param>
    /// <exception cref="ArgumentException">The mapped path has no such parameter.</exception>
    public ReadOnlySpan<byte> GetRouteValue(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        var exchange = Live();
        var index = exchange.RouteNode == null ? -1 : Array.IndexOf(exchange.RouteNode.Parameters, name);
        if (index < 0) throw new ArgumentException($"The mapped path has no parameter of the name {name}.", nameof(name));
        return exchange.RouteValues[index].Of(exchange.Path);
    }

    /// <summary>The query as names and values, with their escapes resolved when they are read.</summary>
    public HttpQuery QueryValues => new(Query);

    /// <summary>The whole body as the names and values of a form (<c>application/x-www-form-urlencoded</c>), for handlers mapped with <see cref="HttpServer.Map"/>; empty if it is none.</summary>
    /// <exception cref="InvalidOperationException">The handler is asynchronous and reads the body itself.</exception>
    public HttpQuery Form => new(HttpQuery.IsForm(Headers) ? Body : default);

    /// <summary>The host the request is for: the one a trusted proxy has told of (<see cref="HttpServerOptions.Forwarded"/>), that of an absolute target, else the Host field. Empty if it has none.</summary>
    public ReadOnlySpan<byte> Host => Live().Host;

    /// <summary>The protocol version, 1.0 or 1.1.</summary>
    public Version Version => Live().Head.IsHttp10 ? HttpVersion.Version10 : HttpVersion.Version11;

    /// <summary>The header fields.</summary>
    public HttpFields Headers
    {
        get
        {
            var exchange = Live();
            return new HttpFields(exchange.HeadBytes, exchange.Head.Fields);
        }
    }

    /// <summary>The cookies.</summary>
    public HttpCookies Cookies => new(Headers);

    /// <summary>The length of the body, or <see langword="null"/> if it comes in chunks or is decoded (<see cref="HttpServerOptions.RequestDecoding"/>).</summary>
    public long? ContentLength
    {
        get
        {
            var exchange = Live();
            var head = exchange.Head;
            return head.IsChunked || exchange.IsDecoded ? null : Math.Max(0, head.ContentLength);
        }
    }

    /// <summary>The whole body, for handlers mapped with <see cref="HttpServer.Map"/>.</summary>
    /// <exception cref="InvalidOperationException">The handler is asynchronous and reads the body itself.</exception>
    public ReadOnlySpan<byte> Body
    {
        get
        {
            var exchange = Live();
            if (exchange.Route?.AsyncHandler != null) throw new InvalidOperationException("An asynchronous handler reads the body with ReadBodyAsync.");
            return exchange.Body;
        }
    }

    /// <summary>Cancelled when the connection ends before the handler does. Don't keep it longer than the handler runs: it serves later requests too.</summary>
    public CancellationToken Aborted => Live().Aborted;

    /// <summary>The client's address: the peer's, or the one a trusted proxy has told. <see langword="null"/> if it has gone, or has come over a Unix-domain socket.</summary>
    public IPEndPoint? RemoteEndPoint => Live().RemoteEndPoint;

    /// <summary>Whether it came over TLS, or has done so to a trusted proxy (<see cref="HttpServerOptions.Forwarded"/>).</summary>
    public bool IsHttps => Live().IsHttps;

    /// <summary>Whether the request has been answered.</summary>
    public bool HasResponded => Live().HasHandlerResponded;

    /// <summary>The value of the first header field of this name, in any letter case.</summary>
    /// <param name="name">The name, in ASCII.</param>
    /// <param name="value">Its value without the whitespace around it.</param>
    /// <returns>Whether there is one.</returns>
    public bool TryGetHeader(ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value) => Headers.TryGet(name, out value);

    /// <summary>
    /// Reads the next bytes of the body, for handlers mapped with <see cref="HttpServer.MapAsync"/>. Waits until there
    /// are some. A handler that does not read holds the client back.
    /// </summary>
    /// <param name="buffer">Where they go; it must not be used until the read has ended.</param>
    /// <param name="cancellationToken">Ends the wait. Nothing that has come is lost.</param>
    /// <returns>How many bytes were read; zero at the body's end.</returns>
    /// <exception cref="OperationCanceledException">The wait was cancelled.</exception>
    /// <exception cref="HttpRequestRejectedException">The body is malformed, too large, too slow or ended too early.</exception>
    /// <exception cref="IOException">The connection has ended.</exception>
    /// <exception cref="InvalidOperationException">The handler is not asynchronous, or another read has not ended.</exception>
    /// <exception cref="ArgumentException">The buffer is empty.</exception>
    public ValueTask<int> ReadBodyAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => LiveReader().ReadBody(buffer, cancellationToken);

    /// <summary>Adds a header field to the response. Its order is kept; a name may come several times.</summary>
    /// <param name="name">A token, in ASCII.</param>
    /// <param name="value">UTF-8 without control characters.</param>
    /// <exception cref="ArgumentException">Name or value is not legal, or the server writes that field itself.</exception>
    /// <exception cref="InvalidOperationException">The request has been answered.</exception>
    public void AddHeader(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value) => Live().AddField(name, value);

    /// <inheritdoc cref="AddHeader(ReadOnlySpan{byte}, ReadOnlySpan{byte})"/>
    public void AddHeader(string name, string value)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(value);
        AddHeader(Encoding.UTF8.GetBytes(name), Encoding.UTF8.GetBytes(value));
    }

    /// <summary>Makes the response say that the connection ends after it, and ends it.</summary>
    /// <exception cref="InvalidOperationException">The request has been answered.</exception>
    public void CloseConnection() => Live().CloseConnection();

    /// <summary>Answers with a response that was written before: the fastest way.</summary>
    /// <param name="response">The response.</param>
    /// <exception cref="InvalidOperationException">The request has been answered.</exception>
    public void Respond(PreparedResponse response)
    {
        ArgumentNullException.ThrowIfNull(response);
        Live().Respond(response);
    }

    /// <summary>Answers with a status and no body.</summary>
    /// <param name="status">The status code, from 200 to 599.</param>
    /// <exception cref="ArgumentOutOfRangeException">The status is not that of a final response.</exception>
    /// <exception cref="InvalidOperationException">The request has been answered.</exception>
    public void Respond(int status) => Live().Respond(status, default(ReadOnlySpan<byte>), "");

    /// <summary>Answers 200 with text in UTF-8.</summary>
    /// <param name="text">The body.</param>
    /// <param name="contentType">The media type.</param>
    /// <inheritdoc cref="Respond(int, ReadOnlySpan{byte}, string)"/>
    public void Respond(string text, string contentType = "text/plain; charset=utf-8")
    {
        ArgumentNullException.ThrowIfNull(text);
        Respond(200, Encoding.UTF8.GetBytes(text).AsSpan(), contentType);
    }

    /// <summary>Answers 200 with a copy of <paramref name="body"/>.</summary>
    /// <inheritdoc cref="Respond(int, ReadOnlySpan{byte}, string)"/>
    public void Respond(ReadOnlySpan<byte> body, string contentType = "application/octet-stream") => Respond(200, body, contentType);

    /// <summary>Answers 200 with <paramref name="body"/>, sent from where it lies.</summary>
    /// <inheritdoc cref="Respond(int, ReadOnlyMemory{byte}, string)"/>
    public void Respond(ReadOnlyMemory<byte> body, string contentType = "application/octet-stream") => Respond(200, body, contentType);

    /// <summary>Answers with a copy of <paramref name="body"/>.</summary>
    /// <param name="status">The status code, from 200 to 599.</param>
    /// <param name="body">The body. For HEAD only its length is sent.</param>
    /// <param name="contentType">The media type, in ASCII.</param>
    /// <exception cref="ArgumentOutOfRangeException">The status is not that of a final response.</exception>
    /// <exception cref="ArgumentException">The media type is not ASCII, or the status has no body and one is given.</exception>
    /// <exception cref="InvalidOperationException">The request has been answered.</exception>
    public void Respond(int status, ReadOnlySpan<byte> body, string contentType = "application/octet-stream")
    {
        ArgumentNullException.ThrowIfNull(contentType);
        Live().Respond(status, body, contentType);
    }

    /// <summary>
    /// Answers with <paramref name="body"/>, sent from where it lies: it must not change until it has been sent, which no
    /// event tells, so give memory that does not change at all. Less than a kilobyte is copied, which is cheaper.
    /// </summary>
    /// <inheritdoc cref="Respond(int, ReadOnlySpan{byte}, string)"/>
    public void Respond(int status, ReadOnlyMemory<byte> body, string contentType = "application/octet-stream")
    {
        ArgumentNullException.ThrowIfNull(contentType);
        Live().Respond(status, body, contentType);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal HttpExchange Live()
    {
        var exchange = _exchange;
        if (exchange == null || !exchange.IsOnItsThread || exchange.Generation != _generation) ThrowUnusable();
        return exchange!;
    }

    private void ThrowUnusable()
    {
        if (_exchange == null) throw new InvalidOperationException("This context belongs to no request. Use the one your handler was called with.");
        if (!_exchange.IsOnItsThread)
            throw new InvalidOperationException("A request may only be used where its handler runs and await resumes: on its reactor's thread or, offloaded, on the scheduler's workers.");
        throw new ObjectDisposedException(nameof(HttpContext), StaleMessage);
    }
}
