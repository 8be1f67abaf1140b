using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace FastCore.Channels.Metrics;

/// <summary>What is measured of one channel, until it is disposed.</summary>
internal sealed class ChannelMeasure(string name, ChannelMetrics metrics) : IDisposable
{
    internal static readonly KeyValuePair<string, object?> ReadTag = new(ChannelMetrics.OperationAttribute, "read");

    internal static readonly KeyValuePair<string, object?> WriteTag = new(ChannelMetrics.OperationAttribute, "write");

    private Func<int>? _count;

    private volatile bool _isDisposed;

    internal string Name => name;

    internal KeyValuePair<string, object?> NameTag { get; } = new(ChannelMetrics.NameAttribute, name);

    internal int Count => _count?.Invoke() ?? 0;

    /// <exception cref="ArgumentException">The name is null or empty.</exception>
    internal static ChannelMeasure Of(string name, ChannelMetrics? metrics)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return new ChannelMeasure(name, metrics ?? ChannelMetrics.Default);
    }

    /// <summary>From here on the channel's items are reported.</summary>
    internal void CountBy(Func<int> count)
    {
        _count = count;
        metrics.Add(this);
    }

    public void Dispose()
    {
        _isDisposed = true;
        metrics.Remove(this);
    }

    internal void OnWritten(int items = 1)
    {
        if (items != 0 && !_isDisposed) metrics.Written.Add(items, NameTag);
    }

    internal void OnRead(int items = 1)
    {
        if (items != 0 && !_isDisposed) metrics.Read.Add(items, NameTag);
    }

    internal void OnDropped()
    {
        if (!_isDisposed) metrics.Dropped.Add(1, NameTag);
    }

    /// <returns>When a wait began; 0 if nobody listens, so that the clock is read only for those who do.</returns>
    internal long BeginWait() => metrics.Wait.Enabled ? Stopwatch.GetTimestamp() : 0;

    internal void EndWait(long began, KeyValuePair<string, object?> operation)
    {
        if (began != 0 && !_isDisposed) metrics.Wait.Record(Stopwatch.GetElapsedTime(began).TotalSeconds, NameTag, operation);
    }

    /// <summary>Counts the item of a read, and times the read if it waits.</summary>
    internal ValueTask<T> Read<T>(ValueTask<T> read)
    {
        if (!read.IsCompleted) return WaitAndRead(read);
        if (!read.IsCompletedSuccessfully) return read;
        OnRead();
        return new ValueTask<T>(read.Result);
    }

    /// <summary>Counts the item of a write, and times the write if it waits.</summary>
    internal ValueTask Write(ValueTask write)
    {
        if (!write.IsCompleted) return WaitAndWrite(write);
        if (write.IsCompletedSuccessfully) OnWritten();
        return write;
    }

    /// <summary>Times a wait for items or for room.</summary>
    internal ValueTask<bool> Time(ValueTask<bool> wait, KeyValuePair<string, object?> operation) =>
        wait.IsCompleted ? wait : TimeWait(wait, operation);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<T> WaitAndRead<T>(ValueTask<T> read)
    {
        long began = BeginWait();
        try
        {
            T item = await read.ConfigureAwait(false);
            OnRead();
            return item;
        }
        finally
        {
            EndWait(began, ReadTag);
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask WaitAndWrite(ValueTask write)
    {
        long began = BeginWait();
        try
        {
            await write.ConfigureAwait(false);
            OnWritten();
        }
        finally
        {
            EndWait(began, WriteTag);
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<bool> TimeWait(ValueTask<bool> wait, KeyValuePair<string, object?> operation)
    {
        long began = BeginWait();
        try
        {
            return await wait.ConfigureAwait(false);
        }
        finally
        {
            EndWait(began, operation);
        }
    }
}
