using System.Text.Json;
using System.Text.Json.Serialization;

namespace FastCore.Perf.Results;

/// <summary>What a bench found: the machine and one entry for each case and subject. The shape every bench of the project writes as JSON.</summary>
/// <remarks>The shape is stable: members are added, never renamed; a change that breaks a reader changes <see cref="Schema"/>.</remarks>
public sealed record BenchReport
{
    /// <summary>The version of the shape that this program writes and reads.</summary>
    public const int CurrentSchema = 1;

    /// <summary>The version of the shape.</summary>
    public int Schema { get; init; } = CurrentSchema;

    /// <summary>Where and when it was measured.</summary>
    public required MachineInfo Machine { get; init; }

    /// <summary>The results in the order in which they were measured.</summary>
    public List<CaseResult> Cases { get; init; } = [];

    /// <summary>What was drawn at random depended on it; null where nothing was.</summary>
    public int? Seed { get; set; }

    /// <summary>Why the run as a whole allows no conclusion, beside what single cells say; null if nothing stands against it.</summary>
    public List<string>? Inconclusive { get; set; }

    /// <summary>Whether some cell was refused or the whole run is doubtful, so that the comparison can't be concluded.</summary>
    [JsonIgnore]
    public bool IsInconclusive => Inconclusive is { Count: > 0 } || Cases.Exists(result => result.Refused != null);

    /// <summary>The report as indented JSON, ending in a line feed.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, ReportJson.Default.BenchReport) + "\n";

    /// <summary>Reads what <see cref="ToJson"/> wrote; members it does not know are passed over.</summary>
    /// <exception cref="JsonException">It is no report, or one of another schema.</exception>
    public static BenchReport FromJson(string json)
    {
        var report = JsonSerializer.Deserialize(json, ReportJson.Default.BenchReport) ?? throw new JsonException("The report is null.");
        return report.Schema == CurrentSchema ? report : throw new JsonException($"The report has schema {report.Schema}; this program reads schema {CurrentSchema}.");
    }
}
