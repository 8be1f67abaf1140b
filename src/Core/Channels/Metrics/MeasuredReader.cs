using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
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

    public override ValueTask<T> ReadAsync(CancellationToken cancellationToken = default)
    {
        ValueTask<T> read = inner.ReadAsync(cancellationToken);
        if (!read.IsCompleted) return Wait(read);
        if (!read.IsCompletedSuccessfully) return read;
        measure.OnRead();
        return new ValueTask<T>(read.Result);
    }

    public override ValueTask<bool> WaitToReadAsync(CancellationToken cancellationToken = default)
    {
        ValueTask<bool> wait = inner.WaitToReadAsync(cancellationToken);
        return wait.IsCompleted ? wait : measure.Time(wait, ChannelMeasure.ReadTag);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<T> Wait(ValueTask<T> read)
    {
        long began = measure.BeginWait();
        try
        {
            T item = await read.ConfigureAwait(false);
            measure.OnRead();
            return item;
        }
        finally
        {
            measure.EndWait(began, ChannelMeasure.ReadTag);
        }
    }
}
