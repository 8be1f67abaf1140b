namespace FastCore.Net.Transport;

/// <summary>A stream of which nothing blocks: a reactor's thread must not wait.</summary>
internal abstract class AsyncOnlyStream : Stream
{
    private const string Blocking = "A reactor's thread must not block. Use the asynchronous call.";

    public override bool CanSeek => false;
    public override long Length => throw new NotSupportedException("The length is not known.");

    public override long Position
    {
        get => throw new NotSupportedException("The stream can't be sought in.");
        set => throw new NotSupportedException("The stream can't be sought in.");
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException(Blocking);

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException(Blocking);

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException("The stream can't be sought in.");

    public override void SetLength(long value) => throw new NotSupportedException("The stream can't be resized.");

    public override void Flush() { }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
