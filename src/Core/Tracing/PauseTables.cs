namespace FastCore.Tracing;

/// <summary>The lives that <see cref="PauseMeter"/> tells of.</summary>
internal static class PauseTables
{
    /// <summary>The argument is the generation, and how many collections there were: see <see cref="OfPause"/>.</summary>
    internal static readonly Transition Pause = new("running", "pause", "paused");

    /// <inheritdoc cref="Pause"/>
    internal static readonly Transition Resume = new("paused", "resume", "running");

    internal static readonly TransitionTable Collection = new(
        "GC pause", "The garbage collector stops every thread, those of the scheduler too.", "running", Pause, Resume);

    internal static readonly Transition Stall = new("on time", "stall", "late");

    internal static readonly Transition Recover = new("late", "recover", "on time");

    internal static readonly TransitionTable Hiccup = new(
        "hiccup", "A thread that is to wake every millisecond does not: the process got no processor.", "on time", Stall, Recover);

    internal static long OfPause(int generation, long collections) => (collections << 8) | (uint)generation;

    internal static (int Generation, long Collections) ReadPause(long argument) => ((int)(argument & 0xFF), argument >> 8);
}
