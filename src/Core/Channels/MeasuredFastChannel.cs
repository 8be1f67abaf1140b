using FastCore.Channels.Metrics;
using FastCore.Diagnostics;

namespace FastCore.Channels;

/// <summary>A <see cref="FastChannel{T}"/> around another one that counts its items and times its waits, under a name: see <see cref="MeasuredChannel"/>.</summary>
/// <typeparam name="T">What passes through the channel.</typeparam>
/// <remarks>
/// <inheritdoc cref="MeasuredChannel{T}" path="/remarks/node()"/>
/// <para>
/// <b>Batches and selects.</b> Each item of a batch is counted. One read or written in place is counted when it is released or
/// published, one of a select when the select has returned it. A batch that waits for its first item, and then for more, has
/// waited twice; the wait of a select is no one channel's, and is not timed.
/// </para>
/// </remarks>
public sealed class MeasuredFastChannel<T> : FastChannel<T>, IWaitedFace, IDisposable
{
    private readonly FastChannel<T> _channel;

    private readonly ChannelMeasure _measure;

    internal MeasuredFastChannel(FastChannel<T> channel, ChannelMeasure measure)
    {
        _channel = channel;
        _measure = measure;
        Reader = new MeasuredFastReader<T>(channel.Reader, measure);
        Writer = new MeasuredFastWriter<T>(channel.Writer, measure);
        measure.CountBy(() => channel.Reader.Count);
    }

    /// <inheritdoc/>
    public override ChannelLook Look() => _channel.Look();

    IWaitedOn IWaitedFace.Waited => _channel as IWaitedOn ?? ((IWaitedFace)_channel).Waited;

    /// <inheritdoc cref="MeasuredChannel{T}.Dispose"/>
    public void Dispose() => _measure.Dispose();
}
