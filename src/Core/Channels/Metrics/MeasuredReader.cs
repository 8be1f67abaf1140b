using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;

namespace FastCore.Channels.Metrics;

/// <summary>Counts what a reader reads, and times its waits.</summary>
internal sealed class MeasuredReader<T>(ChannelReader<T> inner, ChannelMeasure measure) : ChannelReader<T>
{
    public override Task Completion => inner.Completion;

    public override bool CanCount => inner.CanCount;

    public override int Count => inner.Count;

    public override bool CanPeek => inner.CanPeek;

    public override bool TryPeek([MaybeNullWhen(false)] out T item) => inner.TryPeek(out item);

    public override bool TryRead([MaybeNullWhen(false)] out T item)
    {
        if (!inner.TryRead(out item)) return false;
        measure.OnRead();
        return true;
    }

    public override ValueTask<T> ReadAsync(CancellationToken cancellationToken = default) => measure.Read(inner.ReadAsync(cancellationToken));

    public override ValueTask<bool> WaitToReadAsync(CancellationToken cancellationToken = default) =>
        measure.Time(inner.WaitToReadAsync(cancellationToken), ChannelMeasure.ReadTag);
}
