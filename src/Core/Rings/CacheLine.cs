namespace FastCore.Rings;

/// <summary>The distance that keeps two threads' fields from sharing a cache line.</summary>
internal static class CacheLine
{
    /// <summary>
    /// Two lines of 64 bytes: x64 prefetches them in pairs, and ARM64 has processors with lines of 128.
    /// </summary>
    internal const int Size = 128;

    /// <summary>
    /// From the start of one thread's group of fields to the start of the next, for groups of up to 64 bytes. An object
    /// begins anywhere on eight bytes, so the gap itself, not only the distance of the starts, has to be a full
    /// <see cref="Size"/>.
    /// </summary>
    internal const int Stride = Size + 64;
}
