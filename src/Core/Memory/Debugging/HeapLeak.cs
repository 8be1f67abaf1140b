namespace FastCore.Memory.Debugging;

/// <summary>Blocks that one place has allocated and nobody has freed.</summary>
/// <param name="Place">The stack of the allocation, as <see cref="Environment.StackTrace"/> writes one.</param>
/// <param name="Blocks">How many.</param>
/// <param name="Bytes">How many bytes were asked for.</param>
public sealed record HeapLeak(string Place, int Blocks, long Bytes);
