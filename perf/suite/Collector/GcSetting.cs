using System.Globalization;

namespace FastCore.Perf.Collector;

/// <summary>A setting of the garbage collector: how a server gets it, and how it is seen that it has it.</summary>
/// <param name="Name">As reports name it.</param>
/// <param name="Environment">What the process's environment says.</param>
/// <param name="Mode">What the process asks for once it runs.</param>
/// <param name="InForce">What is asked of it, what a reading should say and what it says.</param>
internal sealed record GcSetting(
    string Name,
    IReadOnlyDictionary<string, string> Environment,
    CollectorMode Mode,
    Func<CollectorReading, IEnumerable<(string What, string Asked, string Actual)>> InForce)
{
    /// <summary>What a server says has the setting, or a sentence that says what it has.</summary>
    public string? Problem(CollectorReading reading)
    {
        var wrong = InForce(reading).Where(static one => !string.Equals(one.Asked, one.Actual, StringComparison.OrdinalIgnoreCase)).ToList();
        return wrong.Count == 0 ? null : $"{Name} is not in force: {string.Join("; ", wrong.Select(static one => $"{one.What} is {one.Actual}, not {one.Asked}"))}";
    }

    /// <summary>The settings that are measured, the one that the others are compared with first.</summary>
    public static IReadOnlyList<GcSetting> All { get; } =
    [
        Of("workstation", isServer: false, isConcurrent: false),
        Of("concurrent", isServer: false, isConcurrent: true),
        Of("server", isServer: true, isConcurrent: false),
        Conserving(7),
        Of("sustained-low-latency", isServer: false, isConcurrent: true, CollectorMode.SustainedLowLatency, "SustainedLowLatency"),
        Of("no-gc-region", isServer: false, isConcurrent: false, CollectorMode.NoGcRegion, "NoGCRegion"),
        WithBudget(4),
        WithBudget(16),
        WithBudget(64),
        WithBudget(256),
    ];

    private static GcSetting Of(string name, bool isServer, bool isConcurrent, CollectorMode mode = CollectorMode.Default, string? latencyMode = null) => new(
        name,
        new Dictionary<string, string> { ["DOTNET_gcServer"] = isServer ? "1" : "0", ["DOTNET_gcConcurrent"] = isConcurrent ? "1" : "0" },
        mode,
        reading =>
        [
            ("server GC", isServer.ToString(), reading.IsServer.ToString()),
            ("the latency mode", latencyMode ?? (isConcurrent ? "Interactive" : "Batch"), reading.LatencyMode),
        ]);

    /// <summary>Compacts the old generation when so many tenths of it are holes, counted down from ten.</summary>
    private static GcSetting Conserving(int level) =>
        Of("workstation", isServer: false, isConcurrent: false).With($"conserve-memory-{level}", level, "GCConserveMem", "DOTNET_GCConserveMemory");

    /// <summary>How much is allocated before generation 0 is collected: no less and no more.</summary>
    private static GcSetting WithBudget(int mebibytes) =>
        Of("workstation", isServer: false, isConcurrent: false).With($"gen0-{mebibytes}m", (long)mebibytes << 20, "GCGen0MaxBudget", "DOTNET_GCgen0size", "DOTNET_GCGen0MaxBudget");

    /// <param name="name">The new setting's.</param>
    /// <param name="value">The value of what it sets.</param>
    /// <param name="key">What the collector calls it in what it says of itself.</param>
    /// <param name="variables">The environment variables; they are read as hexadecimal.</param>
    private GcSetting With(string name, long value, string key, params ReadOnlySpan<string> variables)
    {
        var environment = new Dictionary<string, string>(Environment);
        foreach (var variable in variables) environment[variable] = value.ToString("x", CultureInfo.InvariantCulture);
        return new GcSetting(name, environment, Mode, reading => [.. InForce(reading), (key, value.ToString(CultureInfo.InvariantCulture), reading.Configuration.GetValueOrDefault(key, "not told"))]);
    }
}
