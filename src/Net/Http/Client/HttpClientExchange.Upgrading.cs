namespace FastCore.Net.Http.Client;

// A response with status 101: the connection is the caller's, in both directions, until he disposes of the response.
internal sealed partial class HttpClientExchange
{
    private const string GoneMessage = "The connection has ended.";

    /// <summary>The peer sends no more; it may still be written to. Whatever becomes of the connection then, what it has sent is whole.</summary>
    private bool _inputHasEnded;

    /// <summary>Its connection speaks another protocol, to which the limits of a response do not apply.</summary>
    public bool IsUpgraded { get; private set; }

    public void Upgrade()
    {
        IsUpgraded = true;
        EndsAt = long.MaxValue;
    }

    public void EndInput()
    {
        _inputHasEnded = true;
        Advance();
    }

    private void ResetUpgrade() => IsUpgraded = _inputHasEnded = false;

    /// <summary>Writes to the upgraded connection. On any thread.</summary>
    public ValueTask Write(ReadOnlyMemory<byte> data, int generation, CancellationToken token)
    {
        if (!IsUpgraded) throw new InvalidOperationException("Only a response with status 101 can be written to.");
        if (token.IsCancellationRequested) return ValueTask.FromCanceled(token);
        var reactor = Host.Shard.Reactor;
        return reactor.IsCurrent ? WriteHere(data, generation, token) : new ValueTask(WriteElsewhere(data, generation, token));
    }

    private ValueTask WriteHere(ReadOnlyMemory<byte> data, int generation, CancellationToken token)
    {
        if (generation != Generation || Connection is not { CanWrite: true } connection) return ValueTask.FromException(new IOException(GoneMessage));
        return connection.WriteUpgradedAsync(this, data, token);
    }

    // The hop is awaited where no context takes the continuation away from the reactor, and its end where none takes it to the reactor's.
    private async Task WriteElsewhere(ReadOnlyMemory<byte> data, int generation, CancellationToken token)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        if (!Host.Shard.Reactor.TryPost(_ => _ = RunAsync(), null)) throw new IOException(GoneMessage);
        await done.Task.ConfigureAwait(false);

        async Task RunAsync()
        {
            try
            {
                await WriteHere(data, generation, token);
                done.SetResult();
            }
            catch (OperationCanceledException canceled)
            {
                done.SetCanceled(canceled.CancellationToken);
            }
            catch (Exception failure)
            {
                done.SetException(failure);
            }
        }
    }

    /// <summary>Ends the direction to the peer. On any thread.</summary>
    public void CompleteWrites(int generation)
    {
        if (!IsUpgraded) throw new InvalidOperationException("Only a response with status 101 can be written to.");
        var reactor = Host.Shard.Reactor;
        if (reactor.IsCurrent) CompleteWritesHere(generation);
        else reactor.TryPost(_ => CompleteWritesHere(generation), null);
    }

    private void CompleteWritesHere(int generation)
    {
        if (generation == Generation) Connection?.CompleteWrites();
    }
}
