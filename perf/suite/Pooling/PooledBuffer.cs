namespace FastCore.Perf.Pooling;

/// <summary>A buffer of 1 KiB.</summary>
internal sealed class PooledBuffer
{
    internal const int Size = 1024;

    /// <summary>How many hold it: at most one.</summary>
    internal int Holders;

    internal byte[] Bytes { get; } = new byte[Size];
}
