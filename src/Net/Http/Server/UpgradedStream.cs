using FastCore.Net.Transport;

namespace FastCore.Net.Http.Server;

/// <summary>
/// A connection that speaks another protocol than HTTP. Unlike the rest of a request it may be used from any thread, because
/// what is built on streams uses timers and the thread pool; off the reactor a call costs two hops.
/// </summary>
internal sealed class UpgradedStream(HttpExchange exchange, int generation, HttpResponseBody output) : AsyncOnlyStream, IHalfClosable
{
    private volatile bool _isDisposed;
    private volatile bool _hasCompletedWrites;

    public override bool CanRead => true;
    public override bool CanWrite => true;

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        ThrowIfEnded();
        if (buffer.IsEmpty) return new ValueTask<int>(0);
        return IsOnReactor ? exchange.ReadBodyHere(buffer, cancellationToken) : exchange.ReadBodyElsewhere(buffer, generation, cancellationToken);
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        ThrowIfEnded();
        if (_hasCompletedWrites) throw new InvalidOperationException("The client has been told that no more comes.");
        return IsOnReactor ? WriteHere(buffer, cancellationToken) : new ValueTask(Write(buffer, cancellationToken));
    }

    public void CompleteWrites()
    {
        ThrowIfEnded();
        _hasCompletedWrites = true;
        if (IsOnReactor) EndWrites();
        else exchange.Shard.Reactor.TryPost(static stream => ((UpgradedStream)stream!).EndWrites(), this);
    }

    private void EndWrites()
    {
        if (exchange.Generation == generation) exchange.Connection.CompleteSend();
    }

    private bool IsOnReactor => exchange.Shard.ThreadId == Environment.CurrentManagedThreadId;

    private async ValueTask WriteHere(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken)
    {
        var flush = await output.WriteRaw(buffer, cancellationToken).ConfigureAwait(false);
        if (flush.IsCompleted) throw new IOException("The connection has ended.");
    }

    private Task Write(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken)
    {
        var write = new ElsewhereWrite(this, buffer, cancellationToken);
        if (!exchange.Shard.Reactor.TryPost(static write => _ = ((ElsewhereWrite)write!).RunAsync(), write)) write.SetException(new IOException("The connection has ended."));
        return write.Task;
    }

    private sealed class ElsewhereWrite(UpgradedStream stream, ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken)
        : TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        public async Task RunAsync()
        {
            try
            {
                stream.ThrowIfEnded();
                await stream.WriteHere(buffer, cancellationToken);
                SetResult();
            }
            catch (OperationCanceledException canceled)
            {
                SetCanceled(canceled.CancellationToken);
            }
            catch (Exception failure)
            {
                SetException(failure);
            }
        }
    }

    /// <summary>Ends the connection in order; a read that waits fails.</summary>
    protected override void Dispose(bool disposing)
    {
        if (_isDisposed) return;
        _isDisposed = true;
        if (IsOnReactor) End();
        else exchange.Shard.Reactor.TryPost(static stream => ((UpgradedStream)stream!).End(), this);
        base.Dispose(disposing);
    }

    private void End()
    {
        if (exchange.Generation == generation) exchange.EndUpgrade();
    }

    private void ThrowIfEnded()
    {
        if (_isDisposed || exchange.Generation != generation) throw new ObjectDisposedException(nameof(UpgradedStream), HttpContext.StaleMessage);
    }
}
