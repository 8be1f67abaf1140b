using System.Runtime.CompilerServices;
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

    public override ValueTask WriteAsync(T item, CancellationToken cancellationToken = default)
    {
        ValueTask write = inner.WriteAsync(item, cancellationToken);
        if (!write.IsCompleted) return Wait(write);
        if (write.IsCompletedSuccessfully) measure.OnWritten();
        return write;
    }

    public override ValueTask<bool> WaitToWriteAsync(CancellationToken cancellationToken = default)
    {
        ValueTask<bool> wait = inner.WaitToWriteAsync(cancellationToken);
        return wait.IsCompleted ? wait : measure.Time(wait, ChannelMeasure.WriteTag);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask Wait(ValueTask write)
    {
        long began = measure.BeginWait();
        try
        {
            await write.ConfigureAwait(false);
            measure.OnWritten();
        }
        finally
        {
            measure.EndWait(began, ChannelMeasure.WriteTag);
        }
    }
}
