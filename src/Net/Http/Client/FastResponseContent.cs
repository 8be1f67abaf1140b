using System.Buffers;
using System.Net;
using System.Text;

namespace FastCore.Net.Http.Client;

/// <summary>A response's body as <see cref="HttpClient"/> reads it. Its end brings the trailer fields into the message.</summary>
internal sealed class FastResponseContent(HttpClientResponse response, HttpResponseMessage message) : HttpContent
{
    private const int CopySize = 16 * 1024;

    // Of a response that has come whole nothing is held but memory.
    private readonly Forgotten? _forgotten = response.IsWhole ? null : new Forgotten(response);
    private bool _isDone;

    /// <summary>Lets go of a response that the program has lost sight of, so that its connection does not stay with it.</summary>
    private sealed class Forgotten(HttpClientResponse response)
    {
        ~Forgotten() => response.Dispose();
    }

    /// <summary>Reads on; at the body's end the trailers are there, and the response is let go of.</summary>
    public async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (_isDone) return 0;
        int count;
        try
        {
            count = await response.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        }
        catch (HttpRequestException failure)
        {
            throw new HttpIOException(failure.HttpRequestError, failure.Message, failure);
        }
        catch (TimeoutException late)
        {
            throw new TaskCanceledException(late.Message, late, cancellationToken);
        }
        if (count == 0 && !buffer.IsEmpty) Finish();
        return count;
    }

    private void Finish()
    {
        foreach (var field in response.Trailers)
            message.TrailingHeaders.TryAddWithoutValidation(KnownFields.NameOf(field.Name), Encoding.UTF8.GetString(field.Value));
        Leave();
    }

    /// <summary>Lets go of the response, read or not.</summary>
    public void Leave()
    {
        if (_isDone) return;
        _isDone = true;
        if (_forgotten != null) GC.SuppressFinalize(_forgotten);
        response.Dispose();
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, default);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(CopySize);
        int count;
        while ((count = await ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
            await stream.WriteAsync(buffer.AsMemory(0, count), cancellationToken).ConfigureAwait(false);
        // Given back only if no read can still write into it.
        ArrayPool<byte>.Shared.Return(buffer);
    }

    protected override void SerializeToStream(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        using var source = new FastResponseStream(this);
        source.CopyTo(stream, CopySize);
    }

    // What has gone over to another protocol is no body but the connection.
    private Stream Open() => response.IsUpgraded ? response.OpenUpgraded(this) : new FastResponseStream(this);

    protected override Task<Stream> CreateContentReadStreamAsync() => Task.FromResult(Open());

    protected override Task<Stream> CreateContentReadStreamAsync(CancellationToken cancellationToken) => CreateContentReadStreamAsync();

    protected override Stream CreateContentReadStream(CancellationToken cancellationToken) => Open();

    protected override bool TryComputeLength(out long length)
    {
        // What the head says is among the fields already.
        length = 0;
        return false;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) Leave();
        base.Dispose(disposing);
    }
}
