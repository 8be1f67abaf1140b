using System.Diagnostics.Metrics;

namespace FastCore.Pooling;

/// <summary>The instruments that pools with a name share; a pool is told apart by its name, an attribute.</summary>
/// <remarks>
/// <para>
/// The names are in the manner of OpenTelemetry. Collect the meter <see cref="MeterName"/>; pools are asked when it is collected, and
/// count nothing for it:
/// </para>
/// <list type="bullet">
/// <item><c>fastcore.pool.get.hits</c>, observable counter, <c>{get}</c>: gets that found an object.</item>
/// <item><c>fastcore.pool.get.misses</c>, observable counter, <c>{get}</c>: gets for which one was made.</item>
/// <item><c>fastcore.pool.object.stolen</c>, observable counter, <c>{object}</c>: taken back from threads that had ended or lay idle.</item>
/// <item><c>fastcore.pool.object.dropped</c>, observable counter, <c>{object}</c>: returned or kept, and let go.</item>
/// <item><c>fastcore.pool.object.leaked</c>, observable counter, <c>{object}</c>: collected and not returned, among those tracked.</item>
/// <item><c>fastcore.pool.object.live</c>, observable up-down counter, <c>{object}</c>: out.</item>
/// <item><c>fastcore.pool.object.retained</c>, observable up-down counter, <c>{object}</c>: waiting to be got.</item>
/// </list>
/// <para>
/// <b>Threads.</b> Everything may be called from any thread.
/// </para>
/// </remarks>
public sealed class PoolMetrics
{
    /// <summary>The name of the meter: <c>FastCore.Pooling</c>.</summary>
    public const string MeterName = "FastCore.Pooling";

    /// <summary>The attribute that holds a pool's name: <c>fastcore.pool.name</c>.</summary>
    public const string NameAttribute = "fastcore.pool.name";

    private readonly Lock _gate = new();

    /// <summary>Held weakly, for a pool need not be disposed of; guarded by the gate.</summary>
    private readonly List<WeakReference<IPool>> _pools = [];

    /// <summary>Makes the instruments of a meter of <paramref name="meterFactory"/>. Once for a factory is enough.</summary>
    /// <exception cref="ArgumentNullException">The factory is null.</exception>
    public PoolMetrics(IMeterFactory meterFactory)
        : this(CreateMeter(meterFactory))
    {
    }

    private PoolMetrics(Meter meter)
    {
        meter.CreateObservableCounter("fastcore.pool.get.hits", () => Sum(static pool => pool.Hits), "{get}", "Gets that found an object.");
        meter.CreateObservableCounter("fastcore.pool.get.misses", () => Sum(static pool => pool.Misses), "{get}", "Gets for which an object was made.");
        meter.CreateObservableCounter("fastcore.pool.object.stolen", () => Sum(static pool => pool.Stolen), "{object}", "Objects that were taken back from threads that had ended or lay idle.");
        meter.CreateObservableCounter("fastcore.pool.object.dropped", () => Sum(static pool => pool.Dropped), "{object}", "Objects that were returned or kept, and let go.");
        meter.CreateObservableCounter("fastcore.pool.object.leaked", () => Sum(static pool => pool.Leaks), "{object}", "Objects that were collected and not returned, among those tracked.");
        meter.CreateObservableUpDownCounter("fastcore.pool.object.live", () => Sum(static pool => pool.Live), "{object}", "Objects that are out.");
        meter.CreateObservableUpDownCounter("fastcore.pool.object.retained", () => Sum(static pool => pool.Retained), "{object}", "Objects that wait to be got.");
    }

    /// <summary>The instruments of those who name none, on a meter that lives as long as the process.</summary>
    public static PoolMetrics Default => OfProcess.Metrics;

    private static string? Version => typeof(PoolMetrics).Assembly.GetName().Version?.ToString(3);

    internal void Add(IPool pool)
    {
        lock (_gate)
        {
            _pools.RemoveAll(static held => !held.TryGetTarget(out _));
            _pools.Add(new WeakReference<IPool>(pool));
        }
    }

    internal void Remove(IPool pool)
    {
        lock (_gate) _pools.RemoveAll(held => !held.TryGetTarget(out IPool? other) || other == pool);
    }

    private static Meter CreateMeter(IMeterFactory meterFactory)
    {
        ArgumentNullException.ThrowIfNull(meterFactory);
        return meterFactory.Create(MeterName, Version);
    }

    /// <summary>Pools of one name are one series, so their figures are added up.</summary>
    private IEnumerable<Measurement<long>> Sum(Func<PoolStatistics, long> figure)
    {
        var pools = new List<IPool>();
        lock (_gate)
        {
            foreach (WeakReference<IPool> held in _pools)
            {
                if (held.TryGetTarget(out IPool? pool)) pools.Add(pool);
            }
        }

        return pools
            .GroupBy(static pool => pool.Name)
            .Select(named => new Measurement<long>(named.Sum(pool => figure(pool.Statistics)), new KeyValuePair<string, object?>(NameAttribute, named.Key)));
    }

    /// <summary>Apart, so that who brings a factory does not get the process's meter too.</summary>
    private static class OfProcess
    {
        internal static readonly PoolMetrics Metrics = new(new Meter(MeterName, Version));
    }
}
