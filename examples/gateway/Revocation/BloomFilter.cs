using System.Diagnostics;
using System.Numerics;
using FastCore.Memory;

namespace FastCore.Gateway.Revocation;

/// <summary>
/// A set that says "no" for certain and "yes" perhaps, in native memory: the split block filter of Apache Parquet, after Putze, Sanders and
/// Singler, "Cache-, Hash- and Space-Efficient Bloom Filters" (2007). A look touches half a cache line.
/// </summary>
/// <remarks>
/// <b>Invariant.</b> Bits are set and never cleared. What was added has one bit set in each of the eight words of its block. So a
/// reader who sees a word of its block without the bit knows that the addition had not ended when it looked.
/// <b>Linearisation:</b> an addition at its last <c>or</c>; a look at the load of the word that decides it.
/// <b>Memory order.</b> Each <c>or</c> is a full fence: whoever sees a bit sees what was written before the addition. Looks are loads with
/// acquire, word by word; they may miss an addition that is under way, which has then not been acknowledged.
/// <b>Life.</b> <see cref="Dispose"/> only when nobody looks any more (<see cref="RevocationList"/> sees to that).
/// </remarks>
internal sealed class BloomFilter : IDisposable
{
    private const int WordsPerBlock = 8;

    // Twenty bits for each entry: about one false yes in 7,000 looks when it is as full as it was made for.
    private const int BitsPerEntry = 20;

    // Odd numbers that spread 32 bits over the eight words; those of the Parquet format.
    private static ReadOnlySpan<uint> Salts => [0x47b6137b, 0x44974d91, 0x8824ad5b, 0xa2b7289d, 0x705495c7, 0x2df1424b, 0x9efc4947, 0x5c6bfb31];

    private readonly NativeArray<uint> _words;
    private readonly uint _blocks;

    /// <param name="capacity">Entries that it is made for. More fit in, and more looks say "perhaps".</param>
    /// <param name="heap">Where; the shared heap if null.</param>
    public BloomFilter(int capacity, NativeHeap? heap = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(capacity);
        Capacity = capacity;
        _blocks = (uint)Math.Min(1 << 26, BitOperations.RoundUpToPowerOf2((ulong)(((long)capacity * BitsPerEntry + 255) / 256)));
        _words = new NativeArray<uint>(checked((int)_blocks * WordsPerBlock), heap);
    }

    public int Capacity { get; }

    /// <summary>Bytes of native memory.</summary>
    public long Size => (long)_words.Length * sizeof(uint);

    /// <summary>Adds an entry by its hash, which must be well mixed.</summary>
    public void Add(ulong hash)
    {
        var block = Block(hash);
        for (var i = 0; i < WordsPerBlock; i++) Interlocked.Or(ref block[i], Bit(hash, i));
    }

    /// <summary>False: it was never added.</summary>
    public bool MayContain(ulong hash)
    {
        var block = Block(hash);
        // What was never added is found out by the second word, on average.
        for (var i = 0; i < WordsPerBlock; i++)
        {
            if ((Volatile.Read(ref block[i]) & Bit(hash, i)) == 0) return false;
        }
        return true;
    }

    public void Dispose() => ((IDisposable)_words).Dispose();

    private Span<uint> Block(ulong hash)
    {
        var index = (int)((uint)(hash >> 32) & (_blocks - 1)) * WordsPerBlock;
        Debug.Assert(index + WordsPerBlock <= _words.Length, "The number of blocks is a power of two.");
        return _words.AsSpan().Slice(index, WordsPerBlock);
    }

    // One of a word's bits: the upper five bits of a product.
    private static uint Bit(ulong hash, int word) => 1u << (int)((uint)hash * Salts[word] >> 27);
}
