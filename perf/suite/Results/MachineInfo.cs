namespace FastCore.Perf.Results;

/// <summary>What a figure depends on besides the code: the machine, the runtime, the commit.</summary>
public sealed record MachineInfo
{
    /// <summary>The processor's name.</summary>
    public required string Cpu { get; init; }

    /// <summary>Processors this process may use.</summary>
    public required int Cores { get; init; }

    /// <summary>The kernel's release.</summary>
    public required string Kernel { get; init; }

    /// <summary>The system's name and version.</summary>
    public required string Os { get; init; }

    /// <summary>The runtime's name and version, and whether the program was compiled ahead of time.</summary>
    public required string Runtime { get; init; }

    /// <summary>When the run began, ISO 8601 in UTC.</summary>
    public required string Date { get; init; }

    /// <summary>FastCore's version.</summary>
    public required string Version { get; init; }

    /// <summary>The commit it was built from; null if the build did not know.</summary>
    public string? Commit { get; init; }

    /// <summary>Whether the tree around the program differs from its commit; null where there is no tree to ask.</summary>
    public bool? Dirty { get; init; }

    /// <summary>The processor that served and the one that made the load; null where nothing was pinned.</summary>
    public string? Pinning { get; init; }
}
