using System.Threading.Channels;
using FastCore.Channels;

namespace FastCore.Perf.Channels.Check;

/// <summary>Writers and readers on one channel: every item that was accepted must have come out once.</summary>
internal sealed class ChannelStorm : Storm
{
    /// <summary>With more in a roomy channel no reader would ever wait.</summary>
    private const int LongestBacklog = 16;

    private readonly ChannelSubject _subject;

    private readonly StormWriter[] _writers;

    private readonly StormReader[] _readers;

    private readonly bool _limitsBacklog;

    /// <param name="kind">The channel.</param>
    /// <param name="subject">Whose.</param>
    /// <param name="share">How many items each writer has.</param>
    /// <param name="random">All that is drawn comes of it.</param>
    /// <param name="face">How its workers get at the channel; null for directly.</param>
    internal ChannelStorm(ChannelKind kind, ChannelSubject subject, int share, Random random, Func<Channel<long>, StormFace>? face = null)
        : base(kind.Writers + kind.Readers, share, random)
    {
        (Kind, _subject) = (kind, subject);
        Ledger = new Ledger(kind.Writers, share);
        Channel<long> channel = kind.Create(subject, Ledger.Drop);
        Face = face?.Invoke(channel) ?? new StormFace(channel);
        ReadersMayWait = kind.Capacity != 0 || random.Next(2) == 0;
        WritersMayWait = kind.Capacity != 0 || !ReadersMayWait;
        _limitsBacklog = Channel.Reader.CanCount && random.Next(2) == 0;
        _writers = [.. Enumerable.Range(0, kind.Writers).Select(index => new StormWriter(this, index, random.Next()))];
        _readers = [.. Enumerable.Range(0, kind.Readers).Select(index => new StormReader(this, kind.Writers + index, random.Next()))];
    }

    internal ChannelKind Kind { get; }

    internal StormFace Face { get; }

    internal Channel<long> Channel => Face.Channel;

    /// <summary>What never has an item: the other case of everybody's selects, which must leave nothing behind in it.</summary>
    internal FastChannel<long> Silence { get; } = FastChannel.CreateUnbounded<long>();

    internal Ledger Ledger { get; }

    /// <summary>
    /// Whether readers may wait for an item without taking it. Where nothing is stored, one side must come forward: if both
    /// wait for the other to do so, they wait for ever, and nobody is wrong.
    /// </summary>
    internal bool ReadersMayWait { get; }

    /// <summary>Whether writers may wait for room without using it.</summary>
    internal bool WritersMayWait { get; }

    /// <summary>Whether writers should let readers catch up.</summary>
    internal bool IsBacklogTooLong => _limitsBacklog && !IsClosing && Channel.Reader.Count > LongestBacklog;

    protected override IReadOnlyList<StormWorker> Writers => _writers;

    protected override IReadOnlyList<StormWorker> Readers => _readers;

    protected override void Complete() => Channel.Writer.TryComplete(Error);

    protected override void Leave(int index, bool isLast) => Face.Leave(index, isLast, Error);

    protected override ChannelFindings Count()
    {
        (long lost, long doubled) = Ledger.Close();
        return new ChannelFindings(Kind.Name, _subject.Name)
        {
            Written = _writers.Sum(static writer => writer.Written),
            Read = _readers.Sum(static reader => reader.Read),
            Dropped = Ledger.Dropped,
            Lost = lost,
            Doubled = doubled,
            OutOfOrder = _readers.Sum(static reader => reader.OutOfOrder),
        };
    }

    protected override string? WrongEnd()
    {
        if (CloseAt == 0 && _writers.Any(writer => writer.Written < Share)) return "a writer was told of the end before it came";
        Task completion = Channel.Reader.Completion;
        if (!completion.IsCompleted) return "Completion is not complete though all has been read";
        if (completion.Exception?.InnerException != Error) return "Completion has another error than the channel was completed with";
        if (Channel.Reader.TryRead(out _)) return "an item is left though readers were told that the channel had ended";
        return Channel.Writer.TryWrite(0) ? "an item was accepted after the end" : Face.WrongEnd(_writers.Sum(static writer => writer.Written), _readers.Sum(static reader => reader.Read));
    }
}
