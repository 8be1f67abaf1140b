using FastCore.Scheduling;

namespace FastCore.Tracing.Analysis;

/// <summary>A turn of work in a trace. Times are 0 where the trace has none.</summary>
internal sealed class TraceTask
{
    internal required long Subject { get; init; }

    /// <summary>Its method.</summary>
    internal required string Name { get; init; }

    /// <summary>The method that spawned it; empty where that was not recorded.</summary>
    internal string SpawnPlace { get; init; } = string.Empty;

    /// <summary>How it came to be queued: spawn, wake, yield, fork or pin.</summary>
    internal string Origin { get; init; } = string.Empty;

    /// <summary>What spawned or woke it; null if that was no traced task.</summary>
    internal TraceTask? Cause { get; init; }

    /// <summary>What it waited for.</summary>
    internal TraceWait? Wait { get; init; }

    internal long Queued { get; init; }

    internal int QueuedTrack { get; init; }

    internal long Run { get; set; }

    internal int RunTrack { get; set; }

    internal long End { get; set; }

    /// <summary>For how long it was in blocking calls that have ended.</summary>
    internal long Blocked { get; set; }

    /// <summary>When its present blocking call began.</summary>
    internal long BlockedSince { get; set; }

    /// <summary>Where it stands at the end of the trace.</summary>
    internal string State { get; set; } = SchedulerTables.Run.From;
}

/// <summary>A wait on a channel.</summary>
internal sealed class TraceWait
{
    internal required long Subject { get; init; }

    /// <summary>On what.</summary>
    internal TraceTarget On { get; init; }

    /// <summary>What waits; null if that was no traced task.</summary>
    internal TraceTask? Task { get; init; }

    internal required long Start { get; init; }

    /// <summary>0 while it waits.</summary>
    internal long End { get; set; }

    /// <summary>What ended it.</summary>
    internal TraceTask? Waker { get; set; }

    /// <summary>How it ended; empty while it waits.</summary>
    internal string Outcome { get; set; } = string.Empty;
}
