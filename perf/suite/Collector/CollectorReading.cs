using System.Globalization;
using System.Runtime;
using System.Text.Json;
using System.Text.Json.Serialization;
using FastCore.Tracing;

namespace FastCore.Perf.Collector;

/// <summary>What a server's <c>/gc</c> answers: the settings that are in force, and what the collector has done since the last <c>/gc/restart</c>.</summary>
/// <param name="IsServer">Whether it is the collector of servers, with a heap a processor.</param>
/// <param name="LatencyMode">Batch where nothing is collected in the background, Interactive where it is, or what was asked for later.</param>
/// <param name="Processors">How many the runtime counts.</param>
/// <param name="Configuration">What the collector was configured with, by its own names.</param>
/// <param name="AllocatedBytes">Bytes allocated since the process began.</param>
/// <param name="HeapBytes">What the heap held after the last collection.</param>
/// <param name="Seconds">How long the stretch is.</param>
/// <param name="Generation0">Collections of generation 0 alone.</param>
/// <param name="Generation1">Collections of generation 1 and below.</param>
/// <param name="Generation2">Collections of everything.</param>
/// <param name="PauseTotalMilliseconds">For how long they have stopped the process.</param>
/// <param name="Pauses">Their pauses one by one.</param>
/// <param name="Hiccups">How late a thread woke that no collection had stopped.</param>
public sealed record CollectorReading(
    bool IsServer,
    string LatencyMode,
    int Processors,
    Dictionary<string, string> Configuration,
    long AllocatedBytes,
    long HeapBytes,
    double Seconds,
    int Generation0,
    int Generation1,
    int Generation2,
    double PauseTotalMilliseconds,
    PauseFigures Pauses,
    PauseFigures Hiccups)
{
    /// <summary>Of this process.</summary>
    public static CollectorReading Of(in PauseReading reading) => new(
        GCSettings.IsServerGC,
        GCSettings.LatencyMode.ToString(),
        Environment.ProcessorCount,
        GC.GetConfigurationVariables().ToDictionary(static pair => pair.Key, static pair => Convert.ToString(pair.Value, CultureInfo.InvariantCulture) ?? ""),
        GC.GetTotalAllocatedBytes(precise: true),
        GC.GetGCMemoryInfo(GCKind.Any).HeapSizeBytes,
        reading.Time.TotalSeconds,
        reading.Generation0,
        reading.Generation1,
        reading.Generation2,
        reading.TotalPause.TotalMilliseconds,
        PauseFigures.Of(reading.Pauses),
        PauseFigures.Of(reading.Hiccups));

    /// <summary>As UTF-8 JSON.</summary>
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, CollectorJson.Default.CollectorReading);

    /// <summary>Reads what <see cref="ToJson"/> wrote.</summary>
    /// <exception cref="JsonException">It is something else.</exception>
    public static CollectorReading FromJson(ReadOnlySpan<byte> json) =>
        JsonSerializer.Deserialize(json, CollectorJson.Default.CollectorReading) ?? throw new JsonException("The reading is null.");
}

/// <summary>How long pauses were, in milliseconds.</summary>
public sealed record PauseFigures(long Count, double P50Milliseconds, double P99Milliseconds, double LongestMilliseconds)
{
    internal static PauseFigures Of(in PauseLengths lengths) =>
        new(lengths.Count, lengths.P50.TotalMilliseconds, lengths.P99.TotalMilliseconds, lengths.Longest.TotalMilliseconds);
}

/// <summary>The serialiser, generated at compile time so that it works in a Native AOT program.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(CollectorReading))]
internal sealed partial class CollectorJson : JsonSerializerContext;
