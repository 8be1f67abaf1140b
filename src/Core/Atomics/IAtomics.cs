namespace FastCore.Atomics;

/// <summary>
/// Every access that lock-free code makes to memory shared between threads.
/// </summary>
/// <remarks>
/// Lock-free code takes this as a struct type parameter: with <see cref="HardwareAtomics"/> the calls are the processor's
/// instructions and nothing else; the interleaving explorer in the tests passes a type that hands control to its
/// scheduler before each access, so that the shipped source is what it explores.
/// "Acquire": no later access moves before it. "Release": no earlier access moves after it. "Full": neither.
/// </remarks>
internal interface IAtomics
{
    /// <summary>Reads with acquire order.</summary>
    static abstract int Read(ref readonly int location);

    /// <inheritdoc cref="Read(ref readonly int)"/>
    static abstract long Read(ref readonly long location);

    /// <inheritdoc cref="Read(ref readonly int)"/>
    static abstract T Read<T>(ref readonly T location) where T : class?;

    /// <summary>
    /// Reads, without order, a location that no thread but the caller writes; the explorer reports it when another did.
    /// </summary>
    static abstract long ReadOwned(ref readonly long location);

    /// <summary>Writes with release order.</summary>
    static abstract void Write(ref int location, int value);

    /// <inheritdoc cref="Write(ref int, int)"/>
    static abstract void Write(ref long location, long value);

    /// <inheritdoc cref="Write(ref int, int)"/>
    static abstract void Write<T>(ref T location, T value) where T : class?;

    /// <summary>Stores <paramref name="value"/> if the location holds <paramref name="comparand"/>; full order.</summary>
    /// <returns>What the location held before.</returns>
    static abstract int CompareExchange(ref int location, int value, int comparand);

    /// <inheritdoc cref="CompareExchange(ref int, int, int)"/>
    static abstract long CompareExchange(ref long location, long value, long comparand);

    /// <inheritdoc cref="CompareExchange(ref int, int, int)"/>
    static abstract T CompareExchange<T>(ref T location, T value, T comparand) where T : class?;

    /// <summary>Stores and returns what was there; full order.</summary>
    static abstract int Exchange(ref int location, int value);

    /// <inheritdoc cref="Exchange(ref int, int)"/>
    static abstract T Exchange<T>(ref T location, T value) where T : class?;

    /// <summary>Adds and returns the sum; full order.</summary>
    static abstract int Add(ref int location, int value);

    /// <inheritdoc cref="Add(ref int, int)"/>
    static abstract long Add(ref long location, long value);

    /// <summary>Reads a slot that the protocol says no other thread writes now. The explorer reports a race if one does.</summary>
    static abstract T ReadSlot<T>(ref readonly T slot);

    /// <summary>
    /// Reads a slot that another thread may be writing: the value may be part of one write and part of another. The caller
    /// must find out, by a read after this one, whether a write had begun, and if so drop the value. No later access moves
    /// before it. The explorer gives the default value where it finds a race.
    /// </summary>
    static abstract T ReadRacingSlot<T>(ref readonly T slot);

    /// <summary>Writes a slot that the protocol says no other thread touches now. The explorer reports a race if one does.</summary>
    static abstract void WriteSlot<T>(ref T slot, T value);

    /// <summary>Reads slots as <see cref="ReadSlot{T}"/> does, into a span of the same length.</summary>
    static abstract void ReadSlots<T>(ReadOnlySpan<T> slots, Span<T> items);

    /// <summary>Writes slots as <see cref="WriteSlot{T}"/> does, from a span of the same length.</summary>
    static abstract void WriteSlots<T>(Span<T> slots, ReadOnlySpan<T> items);

    /// <summary>Writes the default value to slots as <see cref="WriteSlot{T}"/> does.</summary>
    static abstract void ClearSlots<T>(Span<T> slots);

    /// <summary>
    /// Keeps later writes, those to slots too, behind the earlier ones. To the explorer, whose slots are written at once, it is
    /// a full fence.
    /// </summary>
    static abstract void FenceWrites();

    /// <summary>A full fence on this processor.</summary>
    static abstract void Fence();

    /// <summary>
    /// A full fence on every processor that runs a thread of this process. It lets the frequent side of an asymmetric
    /// protocol do without one: the rare side pays for both.
    /// </summary>
    static abstract void FenceAllProcessors();

    /// <summary>One turn of a bounded wait for another thread's step; never the only way to make progress. Never fails.</summary>
    static abstract void Spin(ref SpinWait spinner);

    /// <summary>
    /// Lets time go by, about 40 ns a turn, without giving up the processor. It waits for nothing, so it is no step to the
    /// explorer. On a busy machine a thread that yields comes back milliseconds later; this one does not yield.
    /// </summary>
    static abstract void Pause(int turns);

    /// <summary>Takes the lock of a slow path beside the lock-free one; full order. Never fails.</summary>
    static abstract void Enter(Gate gate);

    /// <summary>Gives back what <see cref="Enter"/> took; all before it is seen by whoever enters next.</summary>
    static abstract void Exit(Gate gate);
}
