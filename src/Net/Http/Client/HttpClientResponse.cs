using System.Net;
using System.Text;

namespace FastCore.Net.Http.Client;

/// <summary>
/// A response: a handle, cheap to pass on. Dispose of it when you are done, on whatever path: what it holds is used again.
/// </summary>
/// <remarks>
/// <para><b>Threads.</b> Any, one at a time; <see cref="Dispose"/> also while a read waits or begins, which then fails.</para>
/// <para><b>Life.</b> Disposed of, every member throws <see cref="ObjectDisposedException"/>. Spans are good as long as the
/// handle is. A response disposed of before its body's end costs its connection, unless little is left of it.</para>
/// </remarks>
public readonly struct HttpClientResponse : IDisposable, IEquatable<HttpClientResponse>
{
    private readonly HttpClientExchange? _exchange;
    private readonly int _generation;

    internal HttpClientResponse(HttpClientExchange exchange, int generation)
    {
        _exchange = exchange;
        _generation = generation;
    }

    /// <summary>The status.</summary>
    public HttpStatusCode Status => (HttpStatusCode)Live().Head.Status;

    /// <summary>What the status line says behind the status; often empty, never of meaning (RFC 9112 §4).</summary>
    public ReadOnlySpan<byte> Reason
    {
        get
        {
            var exchange = Live();
            return exchange.Head.Reason.Of(exchange.HeadBytes);
        }
    }

    /// <summary>1.1 or 1.0.</summary>
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

    /// <summary>The length the head gives; <see langword="null"/> if it gives none.</summary>
    public long? ContentLength => Live().Head.ContentLength is var length and >= 0 ? length : null;

    /// <summary>Whether all of it has arrived.</summary>
    public bool IsWhole => Live().IsWhole;

    /// <summary>What has not been read of the body, once all of it has arrived; always, after <see cref="HttpClientHost.FetchAsync"/>.</summary>
    /// <exception cref="InvalidOperationException">It has not arrived whole. Read it with <see cref="ReadAsync"/>.</exception>
    public ReadOnlySpan<byte> Body
    {
        get
        {
            var exchange = Live();
            if (!exchange.IsWhole) throw new InvalidOperationException("The body has not arrived whole. Read it with ReadAsync, or make the request with FetchAsync.");
            return exchange.Buffered;
        }
    }

    /// <summary>The body as text, by UTF-8. Makes a string.</summary>
    /// <exception cref="InvalidOperationException">It has not arrived whole.</exception>
    public string BodyText => Encoding.UTF8.GetString(Body);

    /// <summary>The trailer fields behind a body in chunks (RFC 9110 §6.5), once it has arrived whole; none before.</summary>
    public HttpFields Trailers => Live().Trailers;

    /// <summary>Reads what has arrived of the body, or waits for more of it.</summary>
    /// <param name="buffer">Filled from its start; must not change until the read has ended.</param>
    /// <param name="cancellationToken">Ends the read, and with it the response's connection.</param>
    /// <returns>How many bytes were read; 0 at the body's end, or if the buffer is empty.</returns>
    /// <exception cref="HttpRequestException">The connection ended before the body, or what came is not HTTP.</exception>
    /// <exception cref="TimeoutException">The request took longer than it may.</exception>
    /// <exception cref="InvalidOperationException">Another read has not ended.</exception>
    public ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => Live().Read(buffer, _generation, cancellationToken);

    /// <summary>Whether the server has gone over to another protocol (status 101), because the request had an Upgrade field and was made with <see cref="HttpClientHost.SendAsync"/>.</summary>
    public bool IsUpgraded => Live().IsUpgraded;

    /// <summary>
    /// The connection, which speaks the other protocol from here on; an <see cref="IHalfClosable"/>. From any thread, one read and one write at a
    /// time; a write waits while the server is behind. Disposing of it, or of the response, ends the connection in order. The pool's limits of time
    /// do not hold for it.
    /// </summary>
    /// <exception cref="InvalidOperationException">The status is not 101.</exception>
    public Stream UpgradedStream => OpenUpgraded(null);

    internal Stream OpenUpgraded(object? owner) =>
        Live().IsUpgraded ? new UpgradedClientStream(this, owner) : throw new InvalidOperationException("The server has not gone over to another protocol. Look at IsUpgraded.");

    internal ValueTask WriteAsync(ReadOnlyMemory<byte> data, CancellationToken cancellationToken) => Live().Write(data, _generation, cancellationToken);

    internal void CompleteWrites() => Live().CompleteWrites(_generation);

    /// <summary>Lets go of it; does nothing the second time.</summary>
    public void Dispose() => _exchange?.Release(_generation);

    /// <summary>Whether both are handles of one response.</summary>
    public bool Equals(HttpClientResponse other) => _exchange == other._exchange && _generation == other._generation;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is HttpClientResponse other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_exchange, _generation);

    /// <summary>Whether both are handles of one response.</summary>
    public static bool operator ==(HttpClientResponse left, HttpClientResponse right) => left.Equals(right);

    /// <summary>Whether they are handles of two responses.</summary>
    public static bool operator !=(HttpClientResponse left, HttpClientResponse right) => !left.Equals(right);

    private HttpClientExchange Live()
    {
        if (_exchange == null || _exchange.Generation != _generation) throw Gone();
        return _exchange;
    }

    internal static ObjectDisposedException Gone() => new(nameof(HttpClientResponse), "The response has been disposed of. Copy what you need before.");
}
