using System.Diagnostics.Metrics;

namespace FastCore.Tracing;

/// <summary>The instruments that pause meters share: how the lengths of pauses are distributed.</summary>
/// <remarks>
/// <para>
/// The runtime's own meter, <c>System.Runtime</c>, has the sum of the pauses (<c>dotnet.gc.pause.time</c>) and the number of
/// collections; what it has not is told here, under names in the manner of OpenTelemetry. Collect the meter
/// <see cref="MeterName"/> while a <see cref="PauseMeter"/> runs:
/// </para>
/// <list type="bullet">
/// <item><c>fastcore.gc.pause.duration</c>, histogram, <c>s</c>: how long collections stopped the process.</item>
/// <item><c>fastcore.process.hiccup.duration</c>, histogram, <c>s</c>: how late a thread woke that no collection had stopped.</item>
/// </list>
/// <para>
/// <b>Threads.</b> Everything may be called from any thread.
/// </para>
/// </remarks>
public sealed class PauseMetrics
{
    /// <summary>The name of the meter: <c>FastCore.Pauses</c>.</summary>
    public const string MeterName = "FastCore.Pauses";

    /// <summary>The attribute that says what was collected last, <c>gen0</c> to <c>gen2</c>, as in the runtime's own meter: <c>gc.heap.generation</c>.</summary>
    public const string GenerationAttribute = "gc.heap.generation";

    /// <summary>From a tenth of a millisecond to ten seconds.</summary>
    private static readonly double[] BoundariesSeconds = [1e-4, 2.5e-4, 5e-4, 1e-3, 2.5e-3, 5e-3, 1e-2, 2.5e-2, 5e-2, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

    private static readonly KeyValuePair<string, object?>[] Generations =
        [.. Enumerable.Range(0, GC.MaxGeneration + 1).Select(static generation => new KeyValuePair<string, object?>(GenerationAttribute, $"gen{generation}"))];

    private readonly Histogram<double> _pause;

    private readonly Histogram<double> _hiccup;

    /// <summary>Makes the instruments of a meter of <paramref name="meterFactory"/>. Once for a factory is enough.</summary>
    /// <exception cref="ArgumentNullException">The factory is null.</exception>
    public PauseMetrics(IMeterFactory meterFactory)
        : this(CreateMeter(meterFactory))
    {
    }

    private PauseMetrics(Meter meter)
    {
        var advice = new InstrumentAdvice<double> { HistogramBucketBoundaries = BoundariesSeconds };
        _pause = meter.CreateHistogram("fastcore.gc.pause.duration", "s", "How long collections stopped the process.", null, advice);
        _hiccup = meter.CreateHistogram("fastcore.process.hiccup.duration", "s", "How late a thread woke that no collection had stopped.", null, advice);
    }

    /// <summary>The instruments of those who name none, on a meter that lives as long as the process.</summary>
    public static PauseMetrics Default => OfProcess.Metrics;

    private static string? Version => typeof(PauseMetrics).Assembly.GetName().Version?.ToString(3);

    internal void OnPause(TimeSpan length, int generation) => _pause.Record(length.TotalSeconds, Generations[Math.Clamp(generation, 0, GC.MaxGeneration)]);

    internal void OnHiccup(TimeSpan length) => _hiccup.Record(length.TotalSeconds);

    private static Meter CreateMeter(IMeterFactory meterFactory)
    {
        ArgumentNullException.ThrowIfNull(meterFactory);
        return meterFactory.Create(MeterName, Version);
    }

    /// <summary>Apart, so that who brings a factory does not get the process's meter too.</summary>
    private static class OfProcess
    {
        internal static readonly PauseMetrics Metrics = new(new Meter(MeterName, Version));
    }
}
