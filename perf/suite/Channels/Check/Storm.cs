namespace FastCore.Perf.Channels.Check;

/// <summary>
/// Workers on one object whose calls are cancelled at every moment, until it is completed: after the last item, or somewhere
/// amid them, with an error or without.
/// </summary>
internal abstract class Storm
{
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(100);

    private int _writing;

    private bool _isClosing;

    /// <param name="workers">How many have a token to be fired.</param>
    /// <param name="share">How many items each writer has.</param>
    /// <param name="random">All that is drawn comes of it.</param>
    protected Storm(int workers, int share, Random random)
    {
        Share = share;
        Canceller = new Canceller(workers, hasThread: random.Next(2) == 0, random.Next());
        CloseAt = random.Next(2) == 0 ? random.Next(1, share + 1) : 0;
        Error = random.Next(4) == 0 ? new StormErrorException() : null;
        IsHunt = random.Next(2) == 0;
    }

    internal Canceller Canceller { get; }

    internal int Share { get; }

    /// <summary>A writer that has written so many completes the storm's object, whatever the others do; 0 for none.</summary>
    internal int CloseAt { get; }

    /// <summary>What it is completed with.</summary>
    internal Exception? Error { get; }

    /// <summary>Whether readers do nothing but <c>ReadAsync</c>, as fast as they can, under fire: what stock channels lose most by.</summary>
    internal bool IsHunt { get; }

    /// <summary>Whether calls may answer that it is complete.</summary>
    internal bool IsClosing => Volatile.Read(ref _isClosing);

    /// <summary>When all of these are done, it is completed.</summary>
    protected abstract IReadOnlyList<StormWorker> Writers { get; }

    /// <summary>These go on to its end.</summary>
    protected abstract IReadOnlyList<StormWorker> Readers { get; }

    private IEnumerable<StormWorker> Workers => [.. Writers, .. Readers];

    internal void Close()
    {
        Volatile.Write(ref _isClosing, true);
        Complete();
    }

    /// <summary>Runs it until all are done, or no item has moved for so many looks. It must not be called on a thread of the pool, whose threads do the work.</summary>
    internal ChannelFindings Run(int patientLooks)
    {
        using Canceller stopsWithTheStorm = Canceller;
        _writing = Writers.Count;
        Task[] running = [.. Writers.Select((writer, index) => WriteAll(writer, index)), .. Readers.Select(static reader => reader.Start())];
        int hung = WaitWhileTheyGetOn(running, patientLooks);
        ChannelFindings found = Count();
        string?[] wrong =
        [
            hung == 0 ? WrongEnd() : null,
            Canceller.Failure is { } failure ? $"cancelling threw {failure.GetType().Name}: {failure.Message}" : null,
        ];
        return found with
        {
            Cancelled = Workers.Sum(static worker => worker.Cancelled),
            Hung = hung,
            Failed = Workers.Sum(static worker => worker.Failed) + wrong.Count(static what => what != null),
            FirstFailure = Workers.Select(static worker => worker.FirstFailure).Concat(wrong).FirstOrDefault(static what => what != null),
        };
    }

    protected abstract void Complete();

    /// <summary>The writer of that number has ended; from the last one on, calls may answer that all is complete.</summary>
    protected virtual void Leave(int index, bool isLast)
    {
        if (isLast) Complete();
    }

    /// <summary>What became of the items, once nobody moves any more.</summary>
    protected abstract ChannelFindings Count();

    /// <summary>What is wrong with the object that was completed and read to its end, or null.</summary>
    protected abstract string? WrongEnd();

    private async Task WriteAll(StormWorker writer, int index)
    {
        await writer.Start().ConfigureAwait(false);
        bool isLast = Interlocked.Decrement(ref _writing) == 0;
        if (isLast) Volatile.Write(ref _isClosing, true);
        Leave(index, isLast);
    }

    /// <returns>How many hang.</returns>
    private int WaitWhileTheyGetOn(Task[] running, int patientLooks)
    {
        long before = -1;
        int looks = 0;
        while (!Task.WaitAll(running, BetweenLooks))
        {
            long now = Workers.Sum(static worker => worker.Moved);
            looks = now == before ? looks + 1 : 0;
            before = now;
            if (looks < patientLooks) continue;
            int hung = running.Count(static task => !task.IsCompleted);
            // What the end wakes need not stay behind; what it does not wake does.
            Close();
            return hung;
        }

        return 0;
    }

    private sealed class StormErrorException : Exception;
}
