using System.Diagnostics;

namespace FastCore.Memory.Debugging;

/// <summary>
/// A block of a heap that debugs: the user's bytes between two guards.
/// </summary>
internal sealed unsafe class DebuggedBlock(byte* allocation, nuint guard, nuint size)
{
    internal const byte GuardPattern = 0xFD;

    internal const byte FreshPattern = 0xCD;

    internal const byte FreedPattern = 0xDD;

    /// <summary>Behind the block; in front of it is as much, or the alignment if that is more.</summary>
    internal const nuint GuardBytes = 16;

    private readonly string _allocated = Stack();

    private string? _freed;

    internal byte* Allocation => allocation;

    internal byte* Start => allocation + guard;

    internal nuint Size => size;

    internal nuint TotalBytes => guard + size + GuardBytes;

    internal string Allocated => _allocated;

    internal bool IsFreed => _freed != null;

    internal void Prepare(bool isZeroed)
    {
        Fill(allocation, guard, GuardPattern);
        Fill(Start, size, isZeroed ? (byte)0 : FreshPattern);
        Fill(Start + size, GuardBytes, GuardPattern);
    }

    internal void MarkFreed()
    {
        _freed = Stack();
        Fill(Start, size, FreedPattern);
    }

    /// <exception cref="HeapCorruptionException">Somebody wrote where nobody may.</exception>
    internal void Check()
    {
        Check(allocation, guard, GuardPattern, "before its begin");
        Check(Start + size, GuardBytes, GuardPattern, "beyond its end");
        if (IsFreed) Check(Start, size, FreedPattern, "after its free");
    }

    internal HeapCorruptionException Fault(string what) =>
        new($"A block of {size:N0} bytes {what}.\nIt was allocated here:\n{_allocated}{(_freed is null ? "" : $"\nIt was freed here:\n{_freed}")}");

    private static void Fill(byte* from, nuint bytes, byte pattern) => System.Runtime.InteropServices.NativeMemory.Fill(from, bytes, pattern);

    private void Check(byte* from, nuint bytes, byte pattern, string where)
    {
        for (nuint at = 0; at < bytes; at++)
        {
            if (from[at] != pattern) throw Fault($"was written {where}, at {(long)(from + at - Start):N0}");
        }
    }

    private static string Stack() => new StackTrace(skipFrames: 3, fNeedFileInfo: true).ToString();
}
