using System.Diagnostics.Metrics;

namespace FastCore.Memory;

/// <summary>The instruments of all heaps of the process; a heap is told apart by its name, an attribute.</summary>
/// <remarks>
/// <para>The names follow the conventions of OpenTelemetry. Collect the meter <see cref="MeterName"/>. All are in bytes:</para>
/// <list type="bullet">
/// <item><c>fastcore.heap.reserved</c>, up-down counter: address space.</item>
/// <item><c>fastcore.heap.live</c>, up-down counter: in blocks that are out.</item>
/// <item><c>fastcore.heap.cached</c>, up-down counter: kept by threads for their next blocks.</item>
/// <item><c>fastcore.heap.idle</c>, up-down counter: in free pages that have memory behind them.</item>
/// <item><c>fastcore.heap.returned</c>, counter: given back to the system.</item>
/// </list>
/// <para>They are counted when a listener asks; a heap that is not listened to pays nothing.</para>
/// </remarks>
public static class NativeHeapMetrics
{
    /// <summary>The name of the meter: <c>FastCore.Memory</c>.</summary>
    public const string MeterName = "FastCore.Memory";

    /// <summary>The attribute that holds a heap's name: <c>fastcore.heap.name</c>.</summary>
    public const string NameAttribute = "fastcore.heap.name";

    private static readonly Meter Meter = new(MeterName, typeof(NativeHeapMetrics).Assembly.GetName().Version?.ToString(3));

    private static readonly List<WeakReference<NativeHeap>> Heaps = [];

    static NativeHeapMetrics()
    {
        UpDown("fastcore.heap.reserved", "Address space.", static heap => heap.ReservedBytes);
        UpDown("fastcore.heap.live", "In blocks that are out.", static heap => heap.LiveBytes);
        UpDown("fastcore.heap.cached", "Kept by threads for their next blocks.", static heap => heap.CachedBytes);
        UpDown("fastcore.heap.idle", "In free pages that have memory behind them.", static heap => heap.IdleBytes);
        Meter.CreateObservableCounter("fastcore.heap.returned", () => Measure(static heap => heap.ReturnedBytes), "By", "Given back to the system.");
    }

    internal static void Add(NativeHeap heap)
    {
        lock (Heaps)
        {
            Heaps.RemoveAll(static known => !known.TryGetTarget(out _));
            Heaps.Add(new WeakReference<NativeHeap>(heap));
        }
    }

    internal static void Remove(NativeHeap heap)
    {
        lock (Heaps) Heaps.RemoveAll(known => !known.TryGetTarget(out NativeHeap? target) || ReferenceEquals(target, heap));
    }

    private static void UpDown(string name, string description, Func<NativeHeapStatistics, long> of) =>
        Meter.CreateObservableUpDownCounter(name, () => Measure(of), "By", description);

    private static IEnumerable<Measurement<long>> Measure(Func<NativeHeapStatistics, long> of)
    {
        WeakReference<NativeHeap>[] heaps;
        lock (Heaps) heaps = [.. Heaps];
        foreach (WeakReference<NativeHeap> known in heaps)
        {
            if (!known.TryGetTarget(out NativeHeap? heap) || !heap.TryGetStatistics(out NativeHeapStatistics? statistics)) continue;
            yield return new Measurement<long>(of(statistics), new KeyValuePair<string, object?>(NameAttribute, heap.Name));
        }
    }
}
