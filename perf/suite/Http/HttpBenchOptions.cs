using FastCore.Perf.Processes;

namespace FastCore.Perf.Http;

/// <summary>What makes the load of the HTTP bench.</summary>
public enum LoadKind
{
    /// <summary>Our own generator.</summary>
    Own,

    /// <summary>wrk, where it is installed.</summary>
    Wrk,
}

/// <summary>What the HTTP bench measures, and how.</summary>
public sealed record HttpBenchOptions
{
    /// <summary>The <c>fastcore</c> program, which is our server.</summary>
    public required string Executable { get; init; }

    /// <summary>Our transports to measure, by name.</summary>
    public required IReadOnlyList<string> Transports { get; init; }

    /// <summary>Whether our server is measured beside itself recording its trace, and not beside Kestrel.</summary>
    public bool Traced { get; init; }

    /// <summary>Which of <see cref="MorePeers"/> are measured, too.</summary>
    public IReadOnlyList<string> Beside { get; init; } = [];

    /// <summary>What is asked for, of <see cref="HttpBench.Requests"/>, or null for the default set of cases.</summary>
    public IReadOnlyList<string>? Requests { get; init; }

    /// <summary>Connections, or null for the default set of cases.</summary>
    public int? Connections { get; init; }

    /// <summary>Pipeline depth, or null for the default set of cases.</summary>
    public int? Pipeline { get; init; }

    /// <summary>Requests a second (open loop), or null for a closed loop.</summary>
    public double? Rate { get; init; }

    /// <summary>The measured stretch of one round.</summary>
    public TimeSpan Duration { get; init; } = TimeSpan.FromSeconds(0.8);

    /// <summary>What goes before it and does not count.</summary>
    public TimeSpan WarmUp { get; init; } = TimeSpan.FromSeconds(0.2);

    /// <summary>Rounds of each subject in each case.</summary>
    public int Rounds { get; init; } = 5;

    /// <summary>What makes the load.</summary>
    public LoadKind Load { get; init; } = LoadKind.Own;

    /// <summary>The server's processor, or null for the first that this process may use.</summary>
    public int? ServerCpu { get; init; }

    /// <summary>The load's processor, or null for the last that shares no core with the server's.</summary>
    public int? LoadCpu { get; init; }

    /// <summary>Connections that stay open in the memory case; fewer are opened where descriptors do not suffice.</summary>
    public int IdleConnections { get; init; } = 8_000;

    /// <summary>Starts of each server in the case that measures them.</summary>
    public int Starts { get; init; } = 9;

    /// <summary>Whether the default set is measured, not one case that the user asked for.</summary>
    public bool IsDefaultSet => Requests == null && Connections == null && Pipeline == null && Rate == null;
}
