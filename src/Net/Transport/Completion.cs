namespace FastCore.Net.Transport;

/// <summary>What became of a submission.</summary>
internal unsafe struct Completion
{
    /// <summary>The submission's tag (<see cref="CompletionTag"/>).</summary>
    public ulong Tag;

    /// <summary>Received bytes, borrowed from the engine until it is given back; null if there are none.</summary>
    public byte* Data;

    /// <summary>A count of bytes, a handle, or a negative errno.</summary>
    public int Result;

    /// <summary>Which of the engine's buffers <see cref="Data"/> lies in; negative if none.</summary>
    public int Buffer;

    /// <summary>The submission is still armed and more completions follow.</summary>
    public bool More;
}

/// <summary>
/// Names a submission: 8 bits of kind, 24 of generation, 32 of slot. A slot's generation changes each time its owner
/// ends, so that a completion which outlives its owner is recognised, whatever descriptor number was used again.
/// </summary>
internal static class CompletionTag
{
    public const int GenerationMask = 0xFF_FFFF;

    public static ulong Of(SubmissionKind kind, int slot, int generation) =>
        (ulong)kind << 56 | (ulong)(uint)(generation & GenerationMask) << 32 | (uint)slot;

    /// <summary>The same submission under another kind.</summary>
    public static ulong As(SubmissionKind kind, ulong tag) => (ulong)kind << 56 | (tag & (1UL << 56) - 1);

    public static SubmissionKind Kind(ulong tag) => (SubmissionKind)(tag >> 56);

    public static int Generation(ulong tag) => (int)(tag >> 32) & GenerationMask;

    public static int Slot(ulong tag) => (int)(uint)tag;
}

internal enum SubmissionKind : byte
{
    /// <summary>The engine's own; never seen by the reactor.</summary>
    Internal,
    Accept,
    Connect,
    Receive,
    Send,

    /// <summary>An engine's wait for room for a send, which it tells the reactor of as that send's.</summary>
    Room,
}
