using FastCore.Net.Transport;

namespace FastCore.Net.Http.Client;

/// <summary>A response's body as a stream. Unlike the server's it may be read by blocking, but not on a reactor's thread.</summary>
internal sealed class FastResponseStream(FastResponseContent content) : ForwardStream
{
    public override bool CanRead => true;
    public override bool CanWrite => false;

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => content.ReadAsync(buffer, cancellationToken);

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        content.ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count)
    {
        if (SynchronizationContext.Current is ReactorSynchronizationContext) throw new NotSupportedException(AsyncOnlyStream.Blocking);
        var read = content.ReadAsync(buffer.AsMemory(offset, count), default);
        return read.IsCompleted ? read.GetAwaiter().GetResult() : read.AsTask().GetAwaiter().GetResult();
    }

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("The stream is read from.");

    protected override void Dispose(bool disposing)
    {
        if (disposing) content.Leave();
        base.Dispose(disposing);
    }
}
