using System.Diagnostics.Metrics;
using FastCore.Channels;

namespace FastCore.Perf.Channels.Check;

/// <summary>What the meter of channels says of one of them.</summary>
internal sealed class MeteredItems : IDisposable
{
    private static int _made;

    private readonly MeterListener _listener = new();

    private long _written;

    private long _read;

    internal MeteredItems()
    {
        _listener.InstrumentPublished = static (instrument, listener) =>
        {
            if (instrument.Meter.Name == ChannelMetrics.MeterName) listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>(Count);
        _listener.Start();
    }

    /// <summary>The name the channel must be measured under.</summary>
    internal string Name { get; } = $"storm-{Interlocked.Increment(ref _made)}";

    internal long Written => Volatile.Read(ref _written);

    internal long Read => Volatile.Read(ref _read);

    public void Dispose() => _listener.Dispose();

    private void Count(Instrument instrument, long items, ReadOnlySpan<KeyValuePair<string, object?>> tags, object? state)
    {
        foreach (KeyValuePair<string, object?> tag in tags)
        {
            if (tag.Key != ChannelMetrics.NameAttribute || (string?)tag.Value != Name) continue;
            if (instrument.Name == "fastcore.channel.item.written") Interlocked.Add(ref _written, items);
            if (instrument.Name == "fastcore.channel.item.read") Interlocked.Add(ref _read, items);
        }
    }
}
