namespace FastCore.Memory.Debugging;

/// <summary>
/// A <see cref="NativeHeap"/> that debugs found that somebody freed a block twice, wrote outside of one, or wrote to one after
/// its free. The message says which, and where it was allocated and freed. The heap can be used on; the process may be wrong.
/// </summary>
public sealed class HeapCorruptionException : Exception
{
    internal HeapCorruptionException(string message)
        : base(message)
    {
    }
}
