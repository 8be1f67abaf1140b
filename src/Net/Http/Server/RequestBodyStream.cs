using FastCore.Net.Transport;

namespace FastCore.Net.Http.Server;

/// <summary>
/// A request's body as a stream. Unlike the rest of a request it may be read from any thread until the handler ends: what is built on streams
/// goes on wherever it likes between two reads. Off the reactor a read costs two hops.
/// </summary>
internal sealed class RequestBodyStream(HttpExchange exchange, int generation) : AsyncOnlyStream
{
    public override bool CanRead => true;
    public override bool CanWrite => false;

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(exchange.Generation != generation, typeof(HttpContext));
        if (buffer.IsEmpty) return new ValueTask<int>(0);
        return exchange.Shard.ThreadId == Environment.CurrentManagedThreadId
            ? exchange.ReadBodyHere(buffer, cancellationToken)
            : exchange.ReadBodyElsewhere(buffer, generation, cancellationToken);
    }
}
