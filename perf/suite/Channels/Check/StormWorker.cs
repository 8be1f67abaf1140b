using System.Threading.Channels;

namespace FastCore.Perf.Channels.Check;

/// <summary>A writer or reader of a storm: what both have.</summary>
internal abstract class StormWorker(Storm storm, int index, int seed)
{
    /// <summary>By turns of so many items, readers wait for slow writers and writers for slow readers.</summary>
    private const long Turn = 128;

    private const int MostFailures = 100;

    protected readonly Random Random = new(seed);

    private CancellationToken _aimed;

    private long _steps;

    /// <summary>Changes as long as the worker gets on.</summary>
    internal long Steps => Volatile.Read(ref _steps);

    internal long Cancelled { get; private set; }

    internal long Failed { get; private set; }

    internal string? FirstFailure { get; private set; }

    protected Storm Storm => storm;

    protected int Index => index;

    protected static bool IsReadersTurn(long item) => (Item.Number(item) & Turn) == 0;

    /// <summary>Makes calls until there is nothing left to do.</summary>
    internal async Task Run()
    {
        while (true)
        {
            try
            {
                _aimed = default;
                if (Random.Next(4) == 0) storm.Canceller.FireAny(Random);
                if (!await Step().ConfigureAwait(false)) return;
            }
            catch (OperationCanceledException) when (_aimed.IsCancellationRequested)
            {
                Cancelled++;
            }
            catch (Exception closed) when (storm.IsClosing && (closed is ChannelClosedException || closed == storm.Error))
            {
                return;
            }
            catch (Exception unexpected)
            {
                Fail($"{unexpected.GetType().Name}: {unexpected.Message}");
                if (Failed == MostFailures) return;
            }

            Volatile.Write(ref _steps, _steps + 1);
        }
    }

    /// <summary>Makes one call.</summary>
    /// <returns>False when there is nothing left to do.</returns>
    protected abstract ValueTask<bool> Step();

    /// <summary>A token that fires at about the moment at which it is used; every now and then, one that never does.</summary>
    protected CancellationToken Aim() => _aimed = Random.Next(16) == 0 ? CancellationToken.None : storm.Canceller.Aim(index);

    protected void Fail(string what)
    {
        Failed++;
        FirstFailure ??= what;
    }

    protected void Dawdle()
    {
        if (storm.IsHunt) return;
        if (Random.Next(4) == 0) Thread.Yield();
        else Thread.SpinWait(Random.Next(300));
    }
}
