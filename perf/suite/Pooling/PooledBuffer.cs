namespace FastCore.Perf.Pooling;

/// <summary>A buffer of 1 KiB.</summary>
internal sealed class PooledBuffer
{
    internal const int Size = 1024;

    /// <summary>Who holds it. Written and read again by each holder: another in between shows.</summary>
    internal int Holder;

    internal byte[] Bytes { get; } = new byte[Size];
}
