namespace FastCore.Net.Transport;

/// <summary>A stream of which nothing blocks: a reactor's thread must not wait.</summary>
internal abstract class AsyncOnlyStream : ForwardStream
{
    public const string Blocking = "A reactor's thread must not block. Use the asynchronous call.";

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException(Blocking);

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException(Blocking);

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
