namespace FastCore.Collections;

/// <summary>
/// The word at the head of a group: a lock, a count and a version in one, so that one compare-and-swap takes the lock and
/// proves that nothing has changed since the word was read.
/// </summary>
/// <remarks>
/// Bit 0 locked, bit 1 frozen, bits 2 to 17 how many entries went past the group, bits 18 to 63 the version. A reader that
/// sleeps through exactly 2⁴⁶ changes of one group would take the last for the first; at 10 ns each that is eight days.
/// </remarks>
internal static class GroupWord
{
    /// <summary>Set by the writer that changes the group, or an entry whose home it is; readers wait the few stores it lasts.</summary>
    internal const long Locked = 1;

    /// <summary>Set while the segment is copied or looked at as a whole: no writer may lock the group, readers go on.</summary>
    internal const long Frozen = 2;

    private const long OnePassed = 4;

    private const long PassedMask = 0xFFFFL << 2;

    private const long OneVersion = 1L << 18;

    internal static bool IsLocked(long word) => (word & Locked) != 0;

    internal static bool IsFrozen(long word) => (word & Frozen) != 0;

    /// <summary>Whether a writer may take the lock.</summary>
    internal static bool IsOpen(long word) => (word & (Locked | Frozen)) == 0;

    /// <summary>Whether an entry whose home is this group, or one before it, may lie behind it.</summary>
    internal static bool IsPassed(long word) => (word & PassedMask) != 0;

    /// <summary>Whether what was read between the two words was one state of the group.</summary>
    internal static bool AreSame(long before, long after) => ((before ^ after) & ~Frozen) == 0;

    /// <summary>What the holder of the lock writes to give it back.</summary>
    internal static long Unlocked(long word) => (word & ~Locked) + OneVersion;

    /// <summary>Counts an entry that goes past. A count that is full stays so: the group is looked behind for ever, which is slow and right.</summary>
    internal static long Passed(long word) => (word & PassedMask) == PassedMask ? word : word + OnePassed;

    /// <summary>Takes back what <see cref="Passed"/> counted.</summary>
    internal static long NoLongerPassed(long word) => (word & PassedMask) is PassedMask or 0 ? word : word - OnePassed;
}
