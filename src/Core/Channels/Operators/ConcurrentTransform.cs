using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace FastCore.Channels.Operators;

/// <summary>The workers of a transformation with several items in work at a time.</summary>
/// <remarks>
/// Workers take in turn, one at a time, so the source sees a single reader. To keep the order each item taken gets a turn to
/// come out, which its worker passes on; a worker that fails says so to those behind it, so what comes out before the error
/// is what would have come out first.
/// </remarks>
internal sealed class ConcurrentTransform<TIn, TOut>(
    ChannelReader<TIn> source, Func<TIn, CancellationToken, ValueTask<TOut>> transform, bool ordered, Stage<TOut> stage)
{
    private readonly SemaphoreSlim _taking = new(1, 1);

    /// <summary>The turn behind which the next one comes. Belongs to whoever is taking.</summary>
    private Task<bool> _lastTurn = Task.FromResult(true);

    internal async Task Work()
    {
        while (true)
        {
            (bool isTaken, TIn? item, Turn? turn) = await Take().ConfigureAwait(false);
            if (!isTaken) return;
            if (turn is null) await stage.Output.WriteAsync(await transform(item!, stage.Stopping).ConfigureAwait(false)).ConfigureAwait(false);
            else if (!await BringOutInTurn(item!, turn).ConfigureAwait(false)) return;
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<(bool IsTaken, TIn? Item, Turn? Turn)> Take()
    {
        await _taking.WaitAsync(stage.Stopping).ConfigureAwait(false);
        try
        {
            while (await source.WaitToReadAsync(stage.Stopping).ConfigureAwait(false))
            {
                if (!source.TryRead(out TIn? item)) continue;
                if (!ordered) return (true, item, null);
                var turn = new Turn(_lastTurn);
                _lastTurn = turn.Passed;
                return (true, item, turn);
            }

            return default;
        }
        finally
        {
            _taking.Release();
        }
    }

    /// <returns>False when an item before this one failed: nothing may come out behind it.</returns>
    private async ValueTask<bool> BringOutInTurn(TIn item, Turn turn)
    {
        bool isOut = false;
        try
        {
            TOut result = await transform(item, stage.Stopping).ConfigureAwait(false);
            if (!await turn.Before.ConfigureAwait(false)) return false;
            await stage.Output.WriteAsync(result).ConfigureAwait(false);
            return isOut = true;
        }
        finally
        {
            turn.Pass(isOut);
        }
    }

    /// <summary>An item's place in the order in which results come out.</summary>
    /// <param name="before">Completes when the item before it is out (true), or will never be (false).</param>
    private sealed class Turn(Task<bool> before)
    {
        private readonly TaskCompletionSource<bool> _passed = new(TaskCreationOptions.RunContinuationsAsynchronously);

        internal Task<bool> Before => before;

        internal Task<bool> Passed => _passed.Task;

        internal void Pass(bool isOut) => _passed.SetResult(isOut);
    }
}
