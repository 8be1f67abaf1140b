namespace FastCore.Channels.Operators;

/// <summary>The loops of an operator that can't do with pulling alone, and the channel that they fill.</summary>
/// <remarks>
/// The loops run on the thread pool. They take from their source with <see cref="Stopping"/> as token, and write without one:
/// what was taken comes out, and cancelling stops the taking. The first loop to fail stops the others in the same way. When
/// all have ended, and not before, the channel is completed, with the first error if there was one; then nothing of the
/// operator is left registered anywhere.
/// </remarks>
internal sealed class Stage<TOut>(int capacity, CancellationToken cancellationToken)
{
    private readonly FastChannel<TOut> _channel = FastChannel.CreateBounded<TOut>(capacity);

    private readonly CancellationTokenSource _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);

    private Exception? _firstError;

    internal FastChannelWriter<TOut> Output => _channel.Writer;

    internal CancellationToken Stopping => _stop.Token;

    /// <summary>Starts the loops. Once.</summary>
    internal FastChannelReader<TOut> Run(params IEnumerable<Func<Task>> loops)
    {
        _ = CompleteAfter([.. loops.Select(loop => Task.Run(() => StopOthersOnError(loop)))]);
        return _channel.Reader;
    }

    private async Task StopOthersOnError(Func<Task> loop)
    {
        try
        {
            await loop().ConfigureAwait(false);
        }
        catch (Exception error)
        {
            Interlocked.CompareExchange(ref _firstError, error, null);
            await _stop.CancelAsync().ConfigureAwait(false);
        }
    }

    private async Task CompleteAfter(Task[] loops)
    {
        try
        {
            await Task.WhenAll(loops).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            // What a stranger registered on the token threw, when it was told of the first error.
            Interlocked.CompareExchange(ref _firstError, error, null);
        }

        _stop.Dispose();
        bool isCancelled = _firstError is OperationCanceledException && cancellationToken.IsCancellationRequested;
        Output.TryComplete(isCancelled ? new OperationCanceledException(cancellationToken) : _firstError);
    }
}
