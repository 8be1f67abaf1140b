using System.IO.Pipelines;
using System.Text;

namespace FastCore.Net.Http;

/// <summary>
/// A response that is a stream of events (<c>text/event-stream</c>, HTML Living Standard §9.2): each is sent when it is written,
/// and the client opens the stream again when it ends. Made by <see cref="HttpContext.StartEventStream"/>.
/// </summary>
/// <remarks>Where and as long as the handler's <see cref="HttpContext"/> may be used. Await each call before the next.</remarks>
public sealed class ServerSentEvents
{
    private readonly HttpResponseBody _body;

    internal ServerSentEvents(HttpResponseBody body) => _body = body;

    /// <summary>Sends an event.</summary>
    /// <param name="data">What it says; each of its lines becomes one of the event's.</param>
    /// <param name="type">What the client listens for; <see langword="null"/> stands for <c>message</c>.</param>
    /// <param name="id">What the client names, in <c>Last-Event-ID</c>, as the last it has seen when it opens the stream again.</param>
    /// <param name="retry">How long the client is to wait before it opens the stream again.</param>
    /// <param name="cancellationToken">Ends the wait for a slow client.</param>
    /// <returns>False if the client has gone.</returns>
    /// <exception cref="ArgumentException">The type or the id holds a line break, or the id a NUL.</exception>
    /// <exception cref="OperationCanceledException">The wait was cancelled; the event is sent nevertheless.</exception>
    public ValueTask<bool> SendAsync(string data, string? type = null, string? id = null, TimeSpan? retry = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(data);
        if (type != null && type.AsSpan().ContainsAny('\r', '\n')) throw new ArgumentException("An event's type is one line.", nameof(type));
        if (id != null && id.AsSpan().ContainsAny('\r', '\n', '\0')) throw new ArgumentException("An event's id is one line without NUL.", nameof(id));
        if (type != null) WriteLine("event: "u8, type);
        if (id != null) WriteLine("id: "u8, id);
        if (retry is { } time) WriteLine("retry: "u8, ((long)time.TotalMilliseconds).ToString(System.Globalization.CultureInfo.InvariantCulture));
        // A client ends a line at CRLF, at CR and at LF.
        var rest = data.AsSpan();
        for (int end; (end = rest.IndexOfAny('\r', '\n')) >= 0;)
        {
            WriteLine("data: "u8, rest[..end]);
            rest = rest[(end + (rest[end] == '\r' && end + 1 < rest.Length && rest[end + 1] == '\n' ? 2 : 1))..];
        }
        WriteLine("data: "u8, rest);
        return FlushAsync(cancellationToken);
    }

    /// <summary>Sends a line that clients drop, so that whoever is between does not take the connection for dead.</summary>
    /// <param name="cancellationToken">Ends the wait for a slow client.</param>
    /// <returns>False if the client has gone.</returns>
    public ValueTask<bool> SendKeepAliveAsync(CancellationToken cancellationToken = default)
    {
        WriteLine(":"u8, default);
        return FlushAsync(cancellationToken);
    }

    private void WriteLine(ReadOnlySpan<byte> field, ReadOnlySpan<char> value)
    {
        var room = _body.GetSpan(field.Length + Encoding.UTF8.GetMaxByteCount(value.Length) + 1);
        field.CopyTo(room);
        var length = field.Length + Encoding.UTF8.GetBytes(value, room[field.Length..]);
        room[length] = (byte)'\n';
        _body.Advance(length + 1);
    }

    private async ValueTask<bool> FlushAsync(CancellationToken cancellationToken)
    {
        _body.GetSpan(1)[0] = (byte)'\n';
        _body.Advance(1);
        FlushResult flush = await _body.FlushAsync(cancellationToken).ConfigureAwait(true);
        return !flush.IsCompleted;
    }
}
