using System.IO.Pipelines;
using System.Net.Http.Headers;
using System.Text;

namespace FastCore.Net.Http.Client;

/// <summary>
/// Lets <see cref="HttpClient"/> send its requests through an <see cref="HttpConnectionPool"/>, in the place of
/// <see cref="SocketsHttpHandler"/>.
/// </summary>
/// <remarks>
/// <para>It sends what it is given and returns what comes: redirects, cookies, credentials, proxies and decompression are
/// not its business. It speaks HTTP/1.1, whatever version a request asks for, and HTTP/1.0 responses are read.</para>
/// <para><see cref="System.Net.WebSockets.ClientWebSocket"/> connects through it too, below an <see cref="HttpMessageInvoker"/>.</para>
/// <para>Failures are told as by the stock handler: <see cref="HttpRequestException"/> with its
/// <see cref="HttpRequestException.HttpRequestError"/>, <see cref="HttpIOException"/> while a body is read, and
/// <see cref="TaskCanceledException"/> with a <see cref="TimeoutException"/> inside when one of the pool's times has passed.</para>
/// <para>Thread-safety: any number of requests at once, from any thread.</para>
/// </remarks>
public sealed class FastHttpHandler : HttpMessageHandler
{
    // A content of a known length up to this is sent from memory, and can be sent again on a stale connection.
    private const long MaxCopiedContent = 64 * 1024;

    private readonly HttpConnectionPool _pool;
    private readonly bool _ownsPool;

    /// <summary>Sends through a pool of its own, which ends with it.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public FastHttpHandler(HttpConnectionPoolOptions? options = null)
    {
        _pool = new HttpConnectionPool(options);
        _ownsPool = true;
    }

    /// <summary>Sends through a pool that others may use too, and that outlives it.</summary>
    public FastHttpHandler(HttpConnectionPool pool)
    {
        ArgumentNullException.ThrowIfNull(pool);
        _pool = pool;
    }

    /// <summary>What it sends through.</summary>
    public HttpConnectionPool Pool => _pool;

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">Called on a reactor's thread, which must not wait.</exception>
    protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (_pool.ShardHere() != null) throw new InvalidOperationException("A reactor's thread must not wait for a response. Use SendAsync.");
        return SendAsync(request, cancellationToken).GetAwaiter().GetResult();
    }

    /// <inheritdoc/>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var address = request.RequestUri ?? throw new InvalidOperationException("The request has no address.");
        HttpClientHost host;
        HttpClientRequest message;
        try
        {
            host = _pool.GetHost(WithHttp(address));
            message = Translate(request, address);
        }
        catch (ArgumentException refused)
        {
            throw new HttpRequestException($"The request can't be sent: {refused.Message}", refused);
        }
        try
        {
            if (request.Content is { } content) await SetBodyAsync(message, content, cancellationToken).ConfigureAwait(false);
            var response = await host.SendAsync(message, cancellationToken).ConfigureAwait(false);
            return Translate(response, request);
        }
        catch (TimeoutException late)
        {
            throw new TaskCanceledException(late.Message, late, cancellationToken);
        }
        catch (OperationCanceledException cancelled) when (cancelled is not TaskCanceledException)
        {
            throw new TaskCanceledException(cancelled.Message, cancelled, cancellationToken);
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing && _ownsPool) _ = _pool.DisposeAsync().AsTask();
        base.Dispose(disposing);
    }

    // ClientWebSocket asks for the addresses it was given.
    private static Uri WithHttp(Uri address) =>
        address.Scheme == Uri.UriSchemeWs ? new UriBuilder(address) { Scheme = Uri.UriSchemeHttp, Port = address.Port }.Uri
        : address.Scheme == Uri.UriSchemeWss ? new UriBuilder(address) { Scheme = Uri.UriSchemeHttps, Port = address.Port }.Uri
        : address;

    private static HttpClientRequest Translate(HttpRequestMessage request, Uri address)
    {
        var message = new HttpClientRequest(request.Method, address.PathAndQuery);
        if (request.Headers.Host is { } host) message.AddHeader("Host", host);
        AddFields(message, request.Headers);
        if (request.Content != null) AddFields(message, request.Content.Headers);
        return message;
    }

    private static void AddFields(HttpClientRequest message, HttpHeaders fields)
    {
        foreach (var (name, values) in fields.NonValidated)
        {
            if (IsFraming(name)) continue;
            message.AddHeader(name, values.Count > 1 ? string.Join(SeparatorOf(name), values) : values.ToString());
        }
    }

    private static string SeparatorOf(string name) =>
        name.Equals("User-Agent", StringComparison.OrdinalIgnoreCase) ? " " : name.Equals("Cookie", StringComparison.OrdinalIgnoreCase) ? "; " : ", ";

    private static bool IsFraming(string name) =>
        name.Equals("Host", StringComparison.OrdinalIgnoreCase)
        || name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase)
        || name.Equals("Transfer-Encoding", StringComparison.OrdinalIgnoreCase);

    private static async ValueTask SetBodyAsync(HttpClientRequest message, HttpContent content, CancellationToken cancellationToken)
    {
        var length = content.Headers.ContentLength;
        if (length is <= MaxCopiedContent)
        {
            message.SetBody(await content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false));
            return;
        }
        var pipe = new Pipe();
        message.SetBody(pipe.Reader, length);
        // What goes wrong in it reaches the caller through the pipe.
        _ = ProduceAsync(content, pipe.Writer, cancellationToken);
    }

    private static async Task ProduceAsync(HttpContent content, PipeWriter writer, CancellationToken cancellationToken)
    {
        Exception? failure = null;
        try
        {
            // A content may do its work at once and block; that is no work for the caller's thread.
            await Task.Yield();
            await content.CopyToAsync(writer.AsStream(leaveOpen: true), cancellationToken).ConfigureAwait(false);
        }
        catch (Exception thrown)
        {
            failure = thrown as HttpRequestException ?? (thrown is OperationCanceledException ? thrown : new HttpRequestException("The request's content could not be sent.", thrown));
        }
        await writer.CompleteAsync(failure).ConfigureAwait(false);
    }

    private static HttpResponseMessage Translate(HttpClientResponse response, HttpRequestMessage request)
    {
        try
        {
            var message = new HttpResponseMessage(response.Status)
            {
                Version = response.Version,
                RequestMessage = request,
                ReasonPhrase = response.Reason.IsEmpty ? null : Encoding.Latin1.GetString(response.Reason),
            };
            var content = new FastResponseContent(response, message);
            message.Content = content;
            foreach (var field in response.Headers)
            {
                var name = KnownFields.NameOf(field.Name);
                var value = Encoding.UTF8.GetString(field.Value);
                if (!message.Headers.TryAddWithoutValidation(name, value)) content.Headers.TryAddWithoutValidation(name, value);
            }
            return message;
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }
}
