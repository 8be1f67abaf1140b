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

    internal void OnWritten()
    {
        if (!_isDisposed) metrics.Written.Add(1, NameTag);
    }

    internal void OnRead()
    {
        if (!_isDisposed) metrics.Read.Add(1, NameTag);
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

    /// <summary>Times a wait for items or for room.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    internal async ValueTask<bool> Time(ValueTask<bool> wait, KeyValuePair<string, object?> operation)
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
