using System.Threading.Channels;

namespace FastCore.Perf.Channels;

/// <summary>A way of making a channel: how it stores items, and how many write and read at a time.</summary>
/// <param name="Store">The name of how it stores them, such as <c>bounded-64</c>.</param>
/// <param name="Capacity">How many it holds: 0 hands over without a buffer, null has no bound.</param>
/// <param name="Writers">How many write at a time; of one, the channel is told.</param>
/// <param name="Readers">How many read at a time; of one, the channel is told.</param>
internal sealed record ChannelKind(string Store, int? Capacity, int Writers, int Readers)
{
    /// <summary>What becomes of an item that finds it full.</summary>
    internal BoundedChannelFullMode FullMode { get; init; } = BoundedChannelFullMode.Wait;

    /// <summary>Whether the smallest item is read first, not the oldest.</summary>
    internal bool IsPrioritized { get; init; }

    internal string Name => $"{Store}/{Writers}x{Readers}";

    internal static ChannelKind Rendezvous(int writers, int readers) => new("rendezvous", 0, writers, readers);

    internal static ChannelKind Bounded(int capacity, int writers, int readers) => new($"bounded-{capacity}", capacity, writers, readers);

    internal static ChannelKind Unbounded(int writers, int readers) => new("unbounded", null, writers, readers);

    /// <summary>Whether the subject has such channels.</summary>
    internal bool IsMadeBy(ChannelSubject subject) => !IsPrioritized || Capacity is null || subject.CreateBoundedPrioritized is not null;

    /// <summary>Makes one.</summary>
    /// <param name="subject">Whose.</param>
    /// <param name="dropped">Hears what <see cref="FullMode"/> drops.</param>
    internal Channel<long> Create(ChannelSubject subject, Action<long>? dropped = null)
    {
        bool singleReader = Readers == 1;
        bool singleWriter = Writers == 1;
        if (IsPrioritized)
        {
            var options = new UnboundedPrioritizedChannelOptions<long> { SingleReader = singleReader, SingleWriter = singleWriter };
            return Capacity is { } most ? subject.CreateBoundedPrioritized!(most, options) : subject.CreatePrioritized(options);
        }

        return Capacity switch
        {
            null => subject.CreateUnbounded(new UnboundedChannelOptions { SingleReader = singleReader, SingleWriter = singleWriter }),
            { } capacity => subject.CreateBounded(new BoundedChannelOptions(capacity) { SingleReader = singleReader, SingleWriter = singleWriter, FullMode = FullMode }, dropped),
        };
    }
}
