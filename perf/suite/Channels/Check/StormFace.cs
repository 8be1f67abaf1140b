using System.Threading.Channels;
using FastCore.Channels;

namespace FastCore.Perf.Channels.Check;

/// <summary>How the workers of a storm get at its channel: directly, or through something that passes their calls on.</summary>
/// <param name="channel">What they use.</param>
internal class StormFace(Channel<long> channel)
{
    internal Channel<long> Channel => channel;

    /// <summary>The writer of the worker of that number.</summary>
    internal virtual ChannelWriter<long> WriterOf(int index) => channel.Writer;

    /// <summary>Called before each of a writer's calls.</summary>
    internal virtual void Stir(int index, Random random) { }

    /// <summary>A writer is done, the last one if <paramref name="isLast"/>: then the channel ends, with <paramref name="error"/>.</summary>
    internal virtual void Leave(int index, bool isLast, Exception? error)
    {
        if (isLast) channel.Writer.TryComplete(error);
    }

    /// <summary>What is wrong when all has been read, or null.</summary>
    internal virtual string? WrongEnd(long written, long read) => null;
}

/// <summary>Each writer has a lease: the last one to be given back ends the channel, if no error does.</summary>
internal sealed class LeasedFace : StormFace
{
    /// <summary>Of so many calls, a writer makes one with one lease more, which it gives back at once.</summary>
    private const int Churn = 16;

    private readonly FastWriterLease<long>[] _leases;

    internal LeasedFace(Channel<long> channel, int writers)
        : base(channel)
    {
        using FastWriterLease<long> first = ((FastChannel<long>)channel).Writer.Share();
        _leases = [.. Enumerable.Range(0, writers).Select(_ => first.Share())];
    }

    internal override ChannelWriter<long> WriterOf(int index) => _leases[index];

    internal override void Stir(int index, Random random)
    {
        if (random.Next(Churn) == 0) _leases[index].Share().Dispose();
    }

    internal override void Leave(int index, bool isLast, Exception? error)
    {
        if (isLast && error != null) _leases[index].TryComplete(error);
        _leases[index].Dispose();
    }
}

/// <summary>The channel is measured, and the meter must come to what the storm has counted.</summary>
internal sealed class MeasuredFace : StormFace
{
    private readonly MeteredItems _metered;

    private MeasuredFace(MeasuredFastChannel<long> channel, MeteredItems metered)
        : base(channel) => _metered = metered;

    internal static MeasuredFace Of(Channel<long> channel)
    {
        var metered = new MeteredItems();
        return new MeasuredFace(MeasuredChannel.Create((FastChannel<long>)channel, metered.Name), metered);
    }

    internal override string? WrongEnd(long written, long read)
    {
        using MeteredItems metered = _metered;
        ((MeasuredFastChannel<long>)Channel).Dispose();
        return (metered.Written, metered.Read) == (written, read) ? null : $"the meter has {metered.Written:N0} written and {metered.Read:N0} read, not {written:N0} and {read:N0}";
    }
}
