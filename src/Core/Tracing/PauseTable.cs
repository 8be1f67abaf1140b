namespace FastCore.Tracing;

/// <summary>What stops every thread, as <see cref="PauseMeter"/> sees it.</summary>
internal static class PauseTable
{
    /// <summary>The argument is <see cref="OfPause"/>.</summary>
    internal static readonly Transition Pause = new("running", "pause", "paused");

    /// <inheritdoc cref="Pause"/>
    internal static readonly Transition Resume = new("paused", "resume", "running");

    /// <summary>A thread that was to wake did not, and no collection was the reason: the process got no processor.</summary>
    internal static readonly Transition Stall = new("running", "stall", "stalled");

    internal static readonly Transition Recover = new("stalled", "recover", "running");

    internal static readonly TransitionTable Table = new(
        "GC pause", "The collector stops every thread, those of the scheduler too; or the process gets no processor.", "running",
        Pause, Resume, Stall, Recover);

    /// <summary>The argument of a pause: the generation that was collected last, and how many collections there were.</summary>
    internal static long OfPause(int generation, int collections) => ((long)collections << 8) | (uint)generation;
}
