using System.Threading.Channels;

namespace FastCore.Perf.Channels.Check;

/// <summary>A writer or reader of a storm: what both have.</summary>
/// <param name="storm">What it is part of.</param>
/// <param name="index">Its number among all workers.</param>
/// <param name="seed">What is drawn depends on it.</param>
/// <param name="canBlock">Whether there are calls that block a thread: then some workers are threads that make no other.</param>
internal abstract class StormWorker(Storm storm, int index, int seed, bool canBlock)
{
    protected const int LongestBatch = 16;

    /// <summary>By turns of so many items, readers wait for slow writers and writers for slow readers.</summary>
    private const long Turn = 128;

    private const int MostFailures = 100;

    protected readonly Random Random = new(seed);

    private readonly bool _blocks = canBlock && !storm.IsHunt && seed % 4 == 0;

    private CancellationToken _aimed;

    internal long Cancelled { get; private set; }

    internal long Failed { get; private set; }

    internal string? FirstFailure { get; private set; }

    /// <summary>How many items it has written or read: that it gets on.</summary>
    internal abstract long Moved { get; }

    protected Storm Storm => storm;

    protected int Index => index;

    protected static bool IsReadersTurn(long item) => (Item.Number(item) & Turn) == 0;

    /// <summary>Starts it where it belongs: on the pool, or on a thread of its own.</summary>
    internal Task Start() => _blocks ? Task.Factory.StartNew(Run, TaskCreationOptions.LongRunning).Unwrap() : Task.Run(Run);

    /// <summary>Makes one call.</summary>
    /// <returns>False when there is nothing left to do.</returns>
    protected abstract ValueTask<bool> Step();

    /// <summary>The same, by a call that blocks the thread. Only of who can block.</summary>
    protected virtual bool BlockingStep() => throw new NotSupportedException("There are no calls that block here.");

    /// <summary>A token that fires at about the moment at which it is used; every now and then, one that never does.</summary>
    protected CancellationToken Aim() => _aimed = Random.Next(16) == 0 ? CancellationToken.None : storm.Canceller.Aim(index);

    protected int DrawLength() => Random.Next(1, LongestBatch + 1);

    /// <summary>A time limit, most often none to speak of.</summary>
    protected TimeSpan DrawTime() => TimeSpan.FromMilliseconds(Random.Next(8) == 0 ? 1 : 0);

    /// <summary>A writer's next items, as many as are drawn, there are and fit.</summary>
    /// <param name="places">Where they are put.</param>
    /// <param name="number">The number of the first.</param>
    protected Span<long> Fill(Span<long> places, int number)
    {
        int length = Math.Min(places.Length, Math.Min(DrawLength(), storm.Share - number));
        for (int i = 0; i < length; i++) places[i] = Item.Of(index, number + i);
        return places[..length];
    }

    /// <summary>Makes calls until there is nothing left to do.</summary>
    private async Task Run()
    {
        while (true)
        {
            try
            {
                _aimed = default;
                if (Random.Next(2) == 0) storm.Canceller.FireAny(Random);
                if (_blocks ? !BlockingStep() : !await Step().ConfigureAwait(false)) return;
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
        }
    }

    protected void Fail(string what)
    {
        Failed++;
        FirstFailure ??= what;
    }

    /// <summary>Lets the other side get ahead. A yield is seldom: on a machine with other work it may take milliseconds.</summary>
    protected void Dawdle()
    {
        int drawn = Random.Next(512);
        if (drawn == 0) Thread.Yield();
        else if (drawn < 128) Thread.SpinWait(drawn);
    }
}
