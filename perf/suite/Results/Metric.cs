using System.Globalization;

namespace FastCore.Perf.Results;

/// <summary>A quantity that benches report: its stable name, whose last part is the unit, and how people read it.</summary>
/// <param name="Name">As it stands in the JSON.</param>
/// <param name="Title">As it stands over a column.</param>
/// <param name="Decimals">Digits after the point for people; the JSON keeps more.</param>
/// <param name="IsComparable">Whether dividing one subject's by another's says something.</param>
public sealed record Metric(string Name, string Title, int Decimals, bool IsComparable = true)
{
    public static readonly Metric RequestsPerSecond = new("requests_per_second", "requests/s", 0);
    public static readonly Metric CpuPerRequest = new("cpu_us_per_request", "CPU µs/request", 2);
    public static readonly Metric UserPerRequest = new("user_us_per_request", "user µs", 2);
    public static readonly Metric SystemPerRequest = new("system_us_per_request", "system µs", 2);
    public static readonly Metric P50 = new("p50_us", "p50 µs", 0);
    public static readonly Metric P90 = new("p90_us", "p90 µs", 0);
    public static readonly Metric P99 = new("p99_us", "p99 µs", 0);
    public static readonly Metric P999 = new("p999_us", "p99.9 µs", 0);
    public static readonly Metric P9999 = new("p9999_us", "p99.99 µs", 0);
    public static readonly Metric Maximum = new("max_us", "max µs", 0);
    public static readonly Metric ServiceP50 = new("service_p50_us", "service p50 µs", 0);
    public static readonly Metric ServiceP99 = new("service_p99_us", "service p99 µs", 0);
    public static readonly Metric ServiceP999 = new("service_p999_us", "service p99.9 µs", 0);
    public static readonly Metric PeakMemory = new("peak_rss_kib", "peak KiB", 0);
    public static readonly Metric AllocatedPerRequest = new("allocated_bytes_per_request", "allocated B/request", 2, IsComparable: false);
    public static readonly Metric SwitchesPerRequest = new("context_switches_per_request", "switches/request", 3);
    public static readonly Metric ServerBusy = new("server_busy_percent", "server busy %", 0, IsComparable: false);
    public static readonly Metric LoadBusy = new("load_busy_percent", "load busy %", 0, IsComparable: false);
    public static readonly Metric MemoryPerConnection = new("memory_bytes_per_connection", "memory B/connection", 0);
    public static readonly Metric StartTime = new("start_to_first_response_ms", "start to first response ms", 1);
    public static readonly Metric MeanTime = new("mean_ns", "mean ns", 1);
    public static readonly Metric MillionsPerSecond = new("mops", "Mops/s", 2);
    public static readonly Metric SwitchesPerThousand = new("context_switches_per_kop", "switches/1000 ops", 3);
    public static readonly Metric AllocatedPerOperation = new("allocated_bytes_per_op", "allocated B/op", 2, IsComparable: false);
    public static readonly Metric CpuPerOperation = new("cpu_ns_per_operation", "CPU ns/op", 1);
    public static readonly Metric StartP50 = new("start_p50_us", "start p50 µs", 2);
    public static readonly Metric StartP99 = new("start_p99_us", "start p99 µs", 2);
    public static readonly Metric StartP999 = new("start_p999_us", "start p99.9 µs", 2);
    public static readonly Metric StealsPerThousand = new("steals_per_kop", "steals/1000 ops", 2);
    public static readonly Metric MigrationsPerThousand = new("migrations_per_kop", "migrations/1000 ops", 2);
    public static readonly Metric IdleCpu = new("idle_cpu_percent", "idle CPU, % of a core", 3);
    public static readonly Metric Generation0 = new("gen0_collections", "gen 0", 0);
    public static readonly Metric Generation1 = new("gen1_collections", "gen 1", 0);
    public static readonly Metric Generation2 = new("gen2_collections", "gen 2", 0);
    public static readonly Metric AllocatedPerCollection = new("allocated_mib_per_collection", "MiB/collection", 1);
    public static readonly Metric PauseTotal = new("gc_pause_total_ms", "pauses ms", 1);
    public static readonly Metric PauseP99 = new("gc_pause_p99_ms", "pause p99 ms", 2);
    public static readonly Metric PauseMaximum = new("gc_pause_max_ms", "pause max ms", 2);
    public static readonly Metric HiccupMaximum = new("hiccup_max_ms", "hiccup max ms", 1);
    public static readonly Metric MemoryPerEntry = new("memory_bytes_per_entry", "memory B/entry", 1);
    public static readonly Metric CorePercent = new("core_percent", "% of a core", 1, IsComparable: false);
    public static readonly Metric BatchP50 = new("batch_p50_ns", "p50 ns", 1);
    public static readonly Metric BatchP99 = new("batch_p99_ns", "p99 ns", 1);
    public static readonly Metric CacheHits = new("cache_hits_percent", "cache hits %", 2, IsComparable: false);
    public static readonly Metric Written = new("written", "written", 0, IsComparable: false);
    public static readonly Metric Read = new("read", "read", 0, IsComparable: false);
    public static readonly Metric Dropped = new("dropped", "dropped", 0, IsComparable: false);
    public static readonly Metric Cancelled = new("cancelled", "cancelled", 0, IsComparable: false);
    public static readonly Metric Spawned = new("spawned", "spawned", 0, IsComparable: false);
    public static readonly Metric Ran = new("ran", "ran", 0, IsComparable: false);
    public static readonly Metric Abandoned = new("abandoned", "abandoned", 0, IsComparable: false);
    public static readonly Metric Refused = new("refused", "refused", 0, IsComparable: false);
    public static readonly Metric Lost = new("lost", "lost", 0, IsComparable: false);
    public static readonly Metric Doubled = new("doubled", "doubled", 0, IsComparable: false);
    public static readonly Metric OutOfOrder = new("out_of_order", "out of order", 0, IsComparable: false);
    public static readonly Metric Hung = new("hung", "hung", 0, IsComparable: false);
    public static readonly Metric Failed = new("failed", "failed", 0, IsComparable: false);

    /// <summary>All of them, in the order in which they are shown.</summary>
    public static readonly IReadOnlyList<Metric> All =
    [
        RequestsPerSecond, CpuPerRequest, UserPerRequest, SystemPerRequest, P50, P90, P99, P999, P9999, Maximum,
        ServiceP50, ServiceP99, ServiceP999, PeakMemory, AllocatedPerRequest, SwitchesPerRequest, ServerBusy, LoadBusy,
        MemoryPerConnection, StartTime, MeanTime, MillionsPerSecond, SwitchesPerThousand, AllocatedPerOperation, CpuPerOperation,
        StartP50, StartP99, StartP999, StealsPerThousand, MigrationsPerThousand, IdleCpu, MemoryPerEntry, BatchP50, BatchP99, CacheHits,
        Generation0, Generation1, Generation2, AllocatedPerCollection, PauseTotal, PauseP99, PauseMaximum, HiccupMaximum,
        Written, Read, Dropped, Cancelled, Spawned, Ran, Abandoned, Refused, Lost, Doubled, OutOfOrder, Hung, Failed, CorePercent,
    ];

    private static readonly Dictionary<string, Metric> ByName = All.ToDictionary(metric => metric.Name);

    /// <summary>The metric of that name, or null.</summary>
    public static Metric? Find(string name) => ByName.GetValueOrDefault(name);

    /// <summary>The value for people: grouped thousands, a fixed number of decimals.</summary>
    public string Format(double value) => value.ToString("N" + Decimals, CultureInfo.InvariantCulture);

    /// <summary>A ratio for people: three digits that count.</summary>
    public static string FormatRatio(double ratio) => ratio switch
    {
        >= 100 => ratio.ToString("N0", CultureInfo.InvariantCulture),
        >= 10 => ratio.ToString("N1", CultureInfo.InvariantCulture),
        _ => ratio.ToString("N2", CultureInfo.InvariantCulture),
    };
}
