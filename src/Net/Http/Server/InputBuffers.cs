using System.Diagnostics;
using System.Numerics;
using FastCore.Net.Transport;

namespace FastCore.Net.Http.Server;

/// <summary>
/// Arrays for what has to be kept of a connection's input or is written for its output, handed out again last-in first-out. They lie on the pinned
/// heap, so their bytes may be pointed at. One thread only.
/// </summary>
internal sealed class InputBuffers : IArrayOwner
{
    public const int MinSize = 1 << MinSizeLog;

    private const int MinSizeLog = 10;

    // Kept for use again: so much memory per size, and at least one array. Of the small ones each request that waits has one, and
    // thousands wait at a time.
    private const int KeptBytesPerSize = 512 * 1024;
    private const int KeptBytesPerSmallSize = 8 << 20;
    private const int SmallSize = 4096;
    private const int Sizes = 12; // 1 KiB … 2 MiB; larger ones are not kept.

    private readonly Stack<byte[]>[] _free = new Stack<byte[]>[Sizes];

    public InputBuffers()
    {
        for (var i = 0; i < Sizes; i++) _free[i] = new Stack<byte[]>();
    }

    /// <summary>Arrays handed out and not returned.</summary>
    public int Leased { get; private set; }

    /// <summary>An array of at least <paramref name="size"/> bytes, with anything in it.</summary>
    public byte[] Rent(int size)
    {
        Leased++;
        var length = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(size, MinSize));
        var index = IndexOf(length);
        return index < Sizes && _free[index].TryPop(out var array) ? array : GC.AllocateUninitializedArray<byte>(length, pinned: true);
    }

    public void Return(byte[] array)
    {
        Leased--;
        Debug.Assert(Leased >= 0, "An array is returned once.");
        var index = IndexOf(array.Length);
        var kept = array.Length <= SmallSize ? KeptBytesPerSmallSize : KeptBytesPerSize;
        if (index < Sizes && _free[index].Count < Math.Max(1, kept / array.Length)) _free[index].Push(array);
    }

    private static int IndexOf(int length) => BitOperations.Log2((uint)length) - MinSizeLog;
}
