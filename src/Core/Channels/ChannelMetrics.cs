using System.Diagnostics.Metrics;
using FastCore.Channels.Metrics;

namespace FastCore.Channels;

/// <summary>The instruments that measured channels share; a channel is told apart by its name, an attribute.</summary>
/// <remarks>
/// <para>
/// The names follow the conventions of OpenTelemetry. Collect the meter <see cref="MeterName"/>:
/// </para>
/// <list type="bullet">
/// <item><c>fastcore.channel.item.count</c>, observable up-down counter, <c>{item}</c>: items in the channel.</item>
/// <item><c>fastcore.channel.item.written</c>, counter, <c>{item}</c>: items written, those dropped later included.</item>
/// <item><c>fastcore.channel.item.read</c>, counter, <c>{item}</c>: items read.</item>
/// <item><c>fastcore.channel.item.dropped</c>, counter, <c>{item}</c>: items that a full channel dropped.</item>
/// <item><c>fastcore.channel.wait.duration</c>, histogram, <c>s</c>: how long operations waited.</item>
/// </list>
/// <para>
/// <b>Threads.</b> Everything may be called from any thread.
/// </para>
/// </remarks>
public sealed class ChannelMetrics
{
    /// <summary>The name of the meter: <c>FastCore.Channels</c>.</summary>
    public const string MeterName = "FastCore.Channels";

    /// <summary>The attribute that holds a channel's name: <c>fastcore.channel.name</c>.</summary>
    public const string NameAttribute = "fastcore.channel.name";

    /// <summary>The attribute that says who waited, <c>read</c> or <c>write</c>: <c>fastcore.channel.operation</c>.</summary>
    public const string OperationAttribute = "fastcore.channel.operation";

    /// <summary>From a microsecond, which is quick for a wait, to ten seconds.</summary>
    private static readonly double[] WaitBoundariesSeconds = [1e-6, 1e-5, 1e-4, 5e-4, 1e-3, 5e-3, 1e-2, 5e-2, 0.1, 0.5, 1, 5, 10];

    private readonly Lock _gate = new();

    /// <summary>Those whose items are counted; guarded by the gate.</summary>
    private readonly HashSet<ChannelMeasure> _measured = [];

    /// <summary>Makes the instruments of a meter of <paramref name="meterFactory"/>. Once for a factory is enough.</summary>
    /// <exception cref="ArgumentNullException">The factory is null.</exception>
    public ChannelMetrics(IMeterFactory meterFactory)
        : this(CreateMeter(meterFactory))
    {
    }

    private ChannelMetrics(Meter meter)
    {
        Written = meter.CreateCounter<long>("fastcore.channel.item.written", "{item}", "Items that were written, those dropped later included.");
        Read = meter.CreateCounter<long>("fastcore.channel.item.read", "{item}", "Items that were read.");
        Dropped = meter.CreateCounter<long>("fastcore.channel.item.dropped", "{item}", "Items that a full channel dropped.");
        Wait = meter.CreateHistogram("fastcore.channel.wait.duration", "s", "How long operations waited that did not complete at once.", null, new InstrumentAdvice<double> { HistogramBucketBoundaries = WaitBoundariesSeconds });
        meter.CreateObservableUpDownCounter("fastcore.channel.item.count", CountItems, "{item}", "Items that are in the channel.");
    }

    /// <summary>The instruments of those who name none, on a meter that lives as long as the process.</summary>
    public static ChannelMetrics Default => OfProcess.Metrics;

    private static string? Version => typeof(ChannelMetrics).Assembly.GetName().Version?.ToString(3);

    internal Counter<long> Written { get; }

    internal Counter<long> Read { get; }

    internal Counter<long> Dropped { get; }

    internal Histogram<double> Wait { get; }

    internal void Add(ChannelMeasure measure)
    {
        lock (_gate) _measured.Add(measure);
    }

    internal void Remove(ChannelMeasure measure)
    {
        lock (_gate) _measured.Remove(measure);
    }

    private static Meter CreateMeter(IMeterFactory meterFactory)
    {
        ArgumentNullException.ThrowIfNull(meterFactory);
        return meterFactory.Create(MeterName, Version);
    }

    /// <summary>Channels of one name are one series, so their items are added up.</summary>
    private IEnumerable<Measurement<long>> CountItems()
    {
        ChannelMeasure[] measured;
        lock (_gate) measured = [.. _measured];
        return measured
            .GroupBy(static measure => measure.Name)
            .Select(static named => new Measurement<long>(named.Sum(static measure => (long)measure.Count), named.First().NameTag));
    }

    /// <summary>Apart, so that who brings a factory does not get the process's meter too.</summary>
    private static class OfProcess
    {
        internal static readonly ChannelMetrics Metrics = new(new Meter(MeterName, Version));
    }
}
