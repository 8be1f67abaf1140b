using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace FastCore.Tests.Channels.Metrics;

/// <summary>A meter factory of one test, and what its instruments said.</summary>
internal sealed class Recorder : IMeterFactory
{
    private readonly List<Meter> _meters = [];

    private readonly MeterListener _listener = new();

    private readonly ConcurrentQueue<(string Series, double Value)> _measurements = new();

    internal Recorder()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (_meters.Contains(instrument.Meter)) listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Record(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Record(instrument, value, tags));
        _listener.Start();
    }

    /// <summary>What the series has recorded, in order. A series is <c>instrument{attribute=value,…}</c>.</summary>
    internal IEnumerable<double> Of(string series) => _measurements.Where(measurement => measurement.Series == series).Select(static measurement => measurement.Value);

    internal double Sum(string series) => Of(series).Sum();

    /// <summary>What the observable instruments say now.</summary>
    internal IEnumerable<double> Observe(string series)
    {
        int before = _measurements.Count;
        _listener.RecordObservableInstruments();
        return [.. _measurements.Skip(before).Where(measurement => measurement.Series == series).Select(static measurement => measurement.Value)];
    }

    public Meter Create(MeterOptions options)
    {
        var meter = new Meter(options);
        _meters.Add(meter);
        return meter;
    }

    public void Dispose()
    {
        _listener.Dispose();
        foreach (Meter meter in _meters) meter.Dispose();
    }

    private void Record(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        IEnumerable<string> named = tags.ToArray().Select(static tag => $"{tag.Key}={tag.Value}");
        _measurements.Enqueue(($"{instrument.Name}[{instrument.Unit}]{{{string.Join(',', named)}}}", value));
    }
}
