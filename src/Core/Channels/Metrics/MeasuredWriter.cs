using System.Threading.Channels;

namespace FastCore.Channels.Metrics;

/// <summary>Counts what a writer writes, and times its waits.</summary>
internal sealed class MeasuredWriter<T>(ChannelWriter<T> inner, ChannelMeasure measure) : ChannelWriter<T>
{
    public override bool TryComplete(Exception? error = null) => inner.TryComplete(error);

    public override bool TryWrite(T item)
    {
        if (!inner.TryWrite(item)) return false;
        measure.OnWritten();
        return true;
    }

    public override ValueTask WriteAsync(T item, CancellationToken cancellationToken = default) => measure.Write(inner.WriteAsync(item, cancellationToken));

    public override ValueTask<bool> WaitToWriteAsync(CancellationToken cancellationToken = default) =>
        measure.Time(inner.WaitToWriteAsync(cancellationToken), ChannelMeasure.WriteTag);
}
