using System.Diagnostics;
using FastCore.Tracing;

namespace FastCore.Memory;

/// <summary>Where a span stands. A span of small blocks and one that is a large block have states of their own; they meet where one is on its way back.</summary>
internal enum SpanPhase : byte
{
    Made,

    /// <summary>It has free blocks, or its owner is about to look whether it has.</summary>
    Linked,

    /// <summary>All blocks are out: the first free brings it back.</summary>
    Aside,

    /// <summary>Another has freed a block of it, and its owner does not know yet.</summary>
    Returning,

    /// <summary>A large block that somebody has.</summary>
    Out,

    /// <summary>A large block that its owner keeps.</summary>
    Kept,

    Released,
}

/// <summary>The lives of the heap. The argument of a step is the bytes it is about.</summary>
internal static class MemoryTables
{
    private const int Phases = (int)SpanPhase.Released + 1;

    private static readonly Transition?[] SpanSteps = new Transition?[Phases * Phases];

    internal static readonly TransitionTable Span = DeclareSpan();

    /// <summary>Its bytes are zero, as the system gave them.</summary>
    internal static readonly Transition TakeZeroed = new("free", "take zeroed", "in use");

    /// <summary>It was in use before, and has memory behind it.</summary>
    internal static readonly Transition TakeIdle = new("free", "take idle", "in use");

    internal static readonly Transition Release = new("in use", "release", "free");

    /// <summary>Was not needed for a while. Told of all such runs of a chunk at once.</summary>
    internal static readonly Transition ReturnMemory = new("free", "return", "with the system");

    /// <summary>A block larger than a chunk, whose chunks go.</summary>
    internal static readonly Transition Unmap = new("in use", "unmap", "with the system");

    internal static readonly TransitionTable PageRun = new(
        "native-heap page run", "Pages in a row that are given out together, as a span; the argument is their bytes.", "free",
        TakeZeroed, TakeIdle, Release, ReturnMemory, Unmap);

    internal static readonly TransitionTable[] All = [Span, PageRun];

    internal static Transition SpanStep(SpanPhase from, SpanPhase to) =>
        SpanSteps[((int)from * Phases) + (int)to] ?? throw new UnreachableException($"A span of the native heap does not go from {Name(from)} to {Name(to)}.");

    private static TransitionTable DeclareSpan()
    {
        Permit(SpanPhase.Made, "link", SpanPhase.Linked);
        Permit(SpanPhase.Linked, "put aside", SpanPhase.Aside);

        // Or somebody has freed one just before it was put aside, so that it stays.
        Permit(SpanPhase.Aside, "owner frees", SpanPhase.Linked);
        Permit(SpanPhase.Aside, "another frees", SpanPhase.Returning);
        Permit(SpanPhase.Returning, "owner takes it", SpanPhase.Linked);
        Permit(SpanPhase.Linked, "release", SpanPhase.Released);
        Permit(SpanPhase.Made, "give out", SpanPhase.Out);
        Permit(SpanPhase.Out, "owner frees", SpanPhase.Kept);
        Permit(SpanPhase.Out, "another frees", SpanPhase.Returning);
        Permit(SpanPhase.Returning, "owner keeps it", SpanPhase.Kept);
        Permit(SpanPhase.Kept, "give out", SpanPhase.Out);
        Permit(SpanPhase.Kept, "release", SpanPhase.Released);
        Permit(SpanPhase.Out, "release", SpanPhase.Released);
        Permit(SpanPhase.Returning, "release", SpanPhase.Released);
        return new TransitionTable("native-heap span", "A run of pages that is cut into blocks of one size, or is one large block; the argument is its bytes.", Name(SpanPhase.Made), [.. SpanSteps.OfType<Transition>()]);
    }

    private static void Permit(SpanPhase from, string name, SpanPhase to) => SpanSteps[((int)from * Phases) + (int)to] = new Transition(Name(from), name, Name(to));

    private static string Name(SpanPhase phase) => phase switch
    {
        SpanPhase.Made => "made",
        SpanPhase.Linked => "has free blocks",
        SpanPhase.Aside => "put aside",
        SpanPhase.Returning => "on its way back",
        SpanPhase.Out => "large, out",
        SpanPhase.Kept => "large, kept",
        _ => "released",
    };
}
