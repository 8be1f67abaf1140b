using FastCore.Net.Transport;

namespace FastCore.Net.Http.Client;

/// <summary>
/// The connection of a response with status 101, which speaks another protocol from there on. From any thread, one read and one write at a time.
/// </summary>
/// <param name="response">The response.</param>
/// <param name="owner">What must not be collected while the stream is in use.</param>
internal sealed class UpgradedClientStream(HttpClientResponse response, object? owner) : AsyncOnlyStream, IHalfClosable
{
    private int _disposals;

    private bool IsDisposed => Volatile.Read(ref _disposals) != 0;

    public override bool CanRead => true;
    public override bool CanWrite => true;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(IsDisposed, this);
        try
        {
            return await response.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        }
        catch (HttpRequestException ended)
        {
            throw new IOException("The connection has ended.", ended);
        }
        finally
        {
            GC.KeepAlive(owner);
        }
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(IsDisposed, this);
        return response.WriteAsync(buffer, cancellationToken);
    }

    public void CompleteWrites()
    {
        ObjectDisposedException.ThrowIf(IsDisposed, this);
        response.CompleteWrites();
    }

    /// <summary>Ends the connection in order; a read that waits fails.</summary>
    protected override void Dispose(bool disposing)
    {
        if (disposing && Interlocked.Exchange(ref _disposals, 1) == 0)
        {
            response.Dispose();
            (owner as IDisposable)?.Dispose();
        }
        base.Dispose(disposing);
    }
}
