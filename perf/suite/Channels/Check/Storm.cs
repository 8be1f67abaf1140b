using System.Threading.Channels;
using FastCore.Channels;

namespace FastCore.Perf.Channels.Check;

/// <summary>
/// Writers and readers on one channel whose calls are cancelled at every moment, until the channel is completed: after the
/// last item, or somewhere amid them, with an error or without. Then every item that was accepted must have come out once.
/// </summary>
internal sealed class Storm
{
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(100);

    /// <summary>With more in a roomy channel no reader would ever wait.</summary>
    private const int LongestBacklog = 16;

    private readonly StormWriter[] _writers;

    private readonly StormReader[] _readers;

    private readonly bool _limitsBacklog;

    private int _writing;

    private bool _isClosing;

    /// <param name="kind">The channel.</param>
    /// <param name="subject">Whose.</param>
    /// <param name="share">How many items each writer has.</param>
    /// <param name="seed">What is drawn depends on it.</param>
    internal Storm(ChannelKind kind, ChannelSubject subject, int share, int seed)
    {
        var random = new Random(seed);
        (Kind, Subject, Share) = (kind, subject, share);
        Canceller = new Canceller(kind.Writers + kind.Readers, hasThread: random.Next(2) == 0, random.Next());
        Ledger = new Ledger(kind.Writers, share);
        Channel = kind.Create(subject, Ledger.Drop);
        CloseAt = random.Next(2) == 0 ? random.Next(1, share + 1) : 0;
        Error = random.Next(4) == 0 ? new StormErrorException() : null;
        IsHunt = random.Next(2) == 0;
        ReadersMayWait = kind.Capacity != 0 || random.Next(2) == 0;
        WritersMayWait = kind.Capacity != 0 || !ReadersMayWait;
        _limitsBacklog = Channel.Reader.CanCount && random.Next(2) == 0;
        _writing = kind.Writers;
        _writers = [.. Enumerable.Range(0, kind.Writers).Select(index => new StormWriter(this, index, random.Next()))];
        _readers = [.. Enumerable.Range(0, kind.Readers).Select(index => new StormReader(this, kind.Writers + index, random.Next()))];
    }

    internal ChannelKind Kind { get; }

    internal ChannelSubject Subject { get; }

    internal Channel<long> Channel { get; }

    /// <summary>What never has an item: the other case of everybody's selects, which must leave nothing behind in it.</summary>
    internal FastChannel<long> Silence { get; } = FastChannel.CreateUnbounded<long>();

    internal Ledger Ledger { get; }

    internal Canceller Canceller { get; }

    internal int Share { get; }

    /// <summary>A writer that has written so many completes the channel, whatever the others do; 0 for none.</summary>
    internal int CloseAt { get; }

    /// <summary>What the channel is completed with.</summary>
    internal Exception? Error { get; }

    /// <summary>Whether all readers do nothing but <c>ReadAsync</c>, as fast as they can, under fire: what stock channels lose most by.</summary>
    internal bool IsHunt { get; }

    /// <summary>
    /// Whether readers may wait for an item without taking it. Where nothing is stored, one side must come forward: if both
    /// wait for the other to do so, they wait for ever, and nobody is wrong.
    /// </summary>
    internal bool ReadersMayWait { get; }

    /// <summary>Whether writers may wait for room without using it.</summary>
    internal bool WritersMayWait { get; }

    /// <summary>Whether writers should let readers catch up.</summary>
    internal bool IsBacklogTooLong => _limitsBacklog && !IsClosing && Channel.Reader.Count > LongestBacklog;

    /// <summary>Whether calls may answer that the channel is complete.</summary>
    internal bool IsClosing => Volatile.Read(ref _isClosing);

    private IEnumerable<StormWorker> Workers => [.. _writers, .. _readers];

    internal void Close()
    {
        Volatile.Write(ref _isClosing, true);
        Channel.Writer.TryComplete(Error);
    }

    /// <summary>Runs it until all are done, or no item has moved for so many looks. It must not be called on a thread of the pool, whose threads do the work.</summary>
    internal ChannelFindings Run(int patientLooks)
    {
        using Canceller stopsWithTheStorm = Canceller;
        Task[] running = [.. _writers.Select(WriteAll), .. _readers.Select(static reader => reader.Start())];
        int hung = WaitWhileTheyGetOn(running, patientLooks);
        (long lost, long doubled) = Ledger.Close();
        string?[] wrong =
        [
            hung == 0 ? WrongEnd() : null,
            Canceller.Failure is { } failure ? $"cancelling threw {failure.GetType().Name}: {failure.Message}" : null,
        ];
        return new ChannelFindings(Kind.Name, Subject.Name)
        {
            Written = _writers.Sum(static writer => writer.Written),
            Read = _readers.Sum(static reader => reader.Read),
            Dropped = Ledger.Dropped,
            Cancelled = Workers.Sum(static worker => worker.Cancelled),
            Lost = lost,
            Doubled = doubled,
            OutOfOrder = _readers.Sum(static reader => reader.OutOfOrder),
            Hung = hung,
            Failed = Workers.Sum(static worker => worker.Failed) + wrong.Count(static what => what != null),
            FirstFailure = Workers.Select(static worker => worker.FirstFailure).Concat(wrong).FirstOrDefault(static what => what != null),
        };
    }

    private async Task WriteAll(StormWriter writer)
    {
        await writer.Start().ConfigureAwait(false);
        if (Interlocked.Decrement(ref _writing) == 0) Close();
    }

    /// <returns>How many hang.</returns>
    private int WaitWhileTheyGetOn(Task[] running, int patientLooks)
    {
        long before = -1;
        int looks = 0;
        while (!Task.WaitAll(running, BetweenLooks))
        {
            long now = _writers.Sum(static writer => writer.Written) + _readers.Sum(static reader => reader.Read);
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

    /// <summary>What is wrong with a channel that was completed and read to its end, or null.</summary>
    private string? WrongEnd()
    {
        Task completion = Channel.Reader.Completion;
        if (!completion.IsCompleted) return "Completion is not complete though all has been read";
        if (completion.Exception?.InnerException != Error) return "Completion has another error than the channel was completed with";
        if (Channel.Reader.TryRead(out _)) return "an item is left though readers were told that the channel had ended";
        return Channel.Writer.TryWrite(0) ? "an item was accepted after the end" : null;
    }

    private sealed class StormErrorException : Exception;
}
