using FastCore.Memory;

namespace FastCore.Tests.Memory;

/// <summary>
/// Random calls on a heap by one thread, each block filled with a pattern of its own: a block that overlaps another, moves, or
/// is given out twice shows in the pattern of one of the two.
/// </summary>
internal sealed unsafe class HeapTrace(RawHeap heap, int seed, int mostBlocks)
{
    private readonly Random _random = new(seed);

    private readonly List<(nint Block, nuint Size, byte Pattern)> _live = [];

    /// <summary>Where blocks go that are freed by somebody else; null if nobody.</summary>
    internal Action<nint, nuint, byte>? Pass { get; init; }

    internal void Run(int calls)
    {
        for (int call = 0; call < calls; call++)
        {
            int choice = _random.Next(100);
            if (_live.Count == 0 || (choice < 50 && _live.Count < mostBlocks)) Allocate();
            else if (choice < 60) Reallocate();
            else if (choice < 75 && Pass != null) PassOn();
            else Free();
        }
    }

    internal void FreeAll()
    {
        while (_live.Count > 0) Free();
    }

    internal static void Check(nint block, nuint size, byte pattern)
    {
        int wrong = new ReadOnlySpan<byte>((void*)block, (int)size).IndexOfAnyExcept(pattern);
        if (wrong >= 0) throw new InvalidDataException($"Byte {wrong} of a block of {size} is {((byte*)block)[wrong]} and not {pattern}.");
    }

    private nuint Size() => _random.Next(100) switch
    {
        < 60 => (nuint)_random.Next(0, 257),
        < 90 => (nuint)_random.Next(0, 8192),
        < 98 => (nuint)_random.Next(0, 100_000),
        < 99 => (nuint)_random.Next(0, 600_000),
        _ => _random.Next(20) == 0 ? (nuint)_random.Next(0, 9_000_000) : 0,
    };

    private void Allocate()
    {
        nuint size = Size();
        nuint alignment = 16;
        byte* block;
        switch (_random.Next(4))
        {
            case 0:
                block = (byte*)heap.AllocateZeroed(size);
                Check((nint)block, size, 0);
                break;
            case 1:
                alignment = (nuint)1 << _random.Next(0, 17);
                block = (byte*)heap.AllocateAligned(size, alignment);
                break;
            default:
                block = (byte*)heap.Allocate(size);
                break;
        }

        if ((nuint)block % Math.Max(alignment, 16) != 0) throw new InvalidDataException($"A block of {size} is not on a multiple of {alignment}.");
        if (heap.SizeOf(block) < size) throw new InvalidDataException($"A block of {size} has {heap.SizeOf(block)} bytes.");
        Keep(block, size);
    }

    private void Reallocate()
    {
        (nint block, nuint size, byte pattern) = Take();
        nuint wanted = Size();
        var moved = (byte*)heap.Reallocate((void*)block, wanted);
        Check((nint)moved, Math.Min(size, wanted), pattern);
        Keep(moved, wanted);
    }

    private void PassOn()
    {
        (nint block, nuint size, byte pattern) = Take();
        Pass!(block, size, pattern);
    }

    private void Free()
    {
        (nint block, nuint size, byte pattern) = Take();
        Check(block, size, pattern);
        heap.Free((void*)block);
    }

    private void Keep(byte* block, nuint size)
    {
        byte pattern = (byte)_random.Next(1, 256);
        new Span<byte>(block, (int)size).Fill(pattern);
        _live.Add(((nint)block, size, pattern));
    }

    private (nint Block, nuint Size, byte Pattern) Take()
    {
        int which = _random.Next(_live.Count);
        (nint, nuint, byte) taken = _live[which];
        _live[which] = _live[^1];
        _live.RemoveAt(_live.Count - 1);
        return taken;
    }
}
