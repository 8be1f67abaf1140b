using System.Threading.Channels;
using FastCore.Channels.Metrics;
using FastCore.Continuations;

namespace FastCore.Channels;

/// <summary>Makes measured channels that can do all that a <see cref="FastChannel{T}"/> can.</summary>
public static class MeasuredChannel
{
    /// <summary>Measures a <see cref="FastChannel{T}"/>, all but its dropped items: see <see cref="CreateBounded"/> for those.</summary>
    /// <typeparam name="T">What passes through the channel.</typeparam>
    /// <param name="channel">The channel.</param>
    /// <param name="name">Its name among the metrics.</param>
    /// <param name="metrics">The instruments; null for <see cref="ChannelMetrics.Default"/>.</param>
    /// <exception cref="ArgumentNullException">The channel or the name is null.</exception>
    /// <exception cref="ArgumentException">The name is empty.</exception>
    public static MeasuredFastChannel<T> Create<T>(FastChannel<T> channel, string name, ChannelMetrics? metrics = null)
    {
        ArgumentNullException.ThrowIfNull(channel);
        return new MeasuredFastChannel<T>(channel, ChannelMeasure.Of(name, metrics));
    }

    /// <summary>Creates a bounded <see cref="FastChannel{T}"/> that is measured, dropped items included.</summary>
    /// <typeparam name="T">What passes through the channel.</typeparam>
    /// <param name="name">The channel's name among the metrics.</param>
    /// <param name="options">As for <see cref="FastChannel.CreateBounded{T}(BoundedChannelOptions, Action{T}, ContinuationScheduler)"/>.</param>
    /// <param name="itemDropped">Called with each dropped item, after it has been counted.</param>
    /// <param name="continuations">As for the same.</param>
    /// <param name="metrics">The instruments; null for <see cref="ChannelMetrics.Default"/>.</param>
    /// <exception cref="ArgumentNullException">The name or the options are null.</exception>
    /// <exception cref="ArgumentException">The name is empty.</exception>
    public static MeasuredFastChannel<T> CreateBounded<T>(
        string name,
        BoundedChannelOptions options,
        Action<T>? itemDropped = null,
        ContinuationScheduler? continuations = null,
        ChannelMetrics? metrics = null)
    {
        ChannelMeasure measure = ChannelMeasure.Of(name, metrics);
        FastChannel<T> channel = FastChannel.CreateBounded<T>(options, item =>
        {
            measure.OnDropped();
            itemDropped?.Invoke(item);
        }, continuations);
        return new MeasuredFastChannel<T>(channel, measure);
    }
}

/// <summary>A channel around another one that counts its items and times its waits, under a name.</summary>
/// <typeparam name="T">What passes through the channel.</typeparam>
/// <remarks>
/// <para>
/// It passes each call on and keeps the contract of the channel inside: threads, order, cancellation, completion, where
/// continuations run. One thing differs: an operation that waited is complete a moment after the inner one, when it has been
/// counted where its continuation runs. A channel that is not wrapped pays nothing for there being metrics.
/// </para>
/// <para>
/// What goes by the inner channel's own reader and writer shows in the number of items in the channel, and is not counted
/// otherwise.
/// </para>
/// <para>
/// <b>What is counted.</b> The counters count what succeeded; a wait is timed however it ends, and only if the operation did
/// not complete at once. Items in the channel are reported if its reader can count. Channels with the same name are one
/// series. A listener to the instruments runs inside the operation, after it has succeeded: if it throws, so does the operation.
/// </para>
/// <para>
/// <b>Allocation.</b> None for operations that complete at once; those that wait use pooled objects.
/// </para>
/// </remarks>
public sealed class MeasuredChannel<T> : Channel<T>, IDisposable
{
    private readonly ChannelMeasure _measure;

    /// <summary>
    /// Measures a channel of any kind, all but its dropped items. A <see cref="FastChannel{T}"/> loses what it can do beyond the
    /// others: <see cref="MeasuredChannel.Create"/> keeps it.
    /// </summary>
    /// <param name="channel">The channel.</param>
    /// <param name="name">Its name among the metrics.</param>
    /// <param name="metrics">The instruments; null for <see cref="ChannelMetrics.Default"/>.</param>
    /// <exception cref="ArgumentNullException">The channel or the name is null.</exception>
    /// <exception cref="ArgumentException">The name is empty.</exception>
    public MeasuredChannel(Channel<T> channel, string name, ChannelMetrics? metrics = null)
    {
        ArgumentNullException.ThrowIfNull(channel);
        _measure = ChannelMeasure.Of(name, metrics);
        Reader = new MeasuredReader<T>(channel.Reader, _measure);
        Writer = new MeasuredWriter<T>(channel.Writer, _measure);
        if (channel.Reader.CanCount) _measure.CountBy(() => channel.Reader.Count);
    }

    /// <summary>
    /// Ends the measuring: the channel's items are no longer reported, and nothing holds it for the metrics' sake. The channel
    /// goes on. Further calls do nothing.
    /// </summary>
    public void Dispose() => _measure.Dispose();
}
