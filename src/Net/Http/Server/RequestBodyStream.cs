using FastCore.Net.Transport;

namespace FastCore.Net.Http.Server;

/// <summary>A request's body as a stream. Where and as long as the handler's context may be used.</summary>
internal sealed class RequestBodyStream(HttpContext context) : AsyncOnlyStream
{
    public override bool CanRead => true;
    public override bool CanWrite => false;

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        buffer.IsEmpty ? new ValueTask<int>(0) : context.ReadBodyAsync(buffer, cancellationToken);
}
