namespace FastCore.Net.Transport;

/// <summary>A stream that goes forward only, and holds nothing back that a flush would send.</summary>
internal abstract class ForwardStream : Stream
{
    private const string NoSeek = "The stream can't be sought in.";

    public override bool CanSeek => false;
    public override long Length => throw new NotSupportedException("The length is not known.");

    public override long Position
    {
        get => throw new NotSupportedException(NoSeek);
        set => throw new NotSupportedException(NoSeek);
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException(NoSeek);

    public override void SetLength(long value) => throw new NotSupportedException("The stream can't be resized.");

    public override void Flush() { }
}
