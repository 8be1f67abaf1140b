using System.Runtime.ExceptionServices;

namespace FastCore.Memory.Debugging;

/// <summary>
/// What a heap that debugs does instead: it allocates each block with room for guards from a heap of its own, remembers it, and
/// holds it back when it is freed. One lock guards all of it.
/// </summary>
internal sealed unsafe class HeapDebugger(NativeHeapOptions options) : IDisposable
{
    private readonly Lock _gate = new();

    private readonly Dictionary<nint, DebuggedBlock> _blocks = [];

    private readonly Queue<DebuggedBlock> _quarantine = [];

    private nuint _quarantined;

    /// <summary>Where the blocks really come from.</summary>
    internal NativeHeap Heap { get; } = new(new NativeHeapOptions { Name = options.Name, Limit = options.Limit, AddMemoryPressure = options.AddMemoryPressure });

    internal void* Allocate(nuint size, nuint alignment, bool isZeroed = false)
    {
        nuint guard = Math.Max(DebuggedBlock.GuardBytes, alignment);
        if (size > long.MaxValue / 2) throw new OutOfMemoryException($"A block of {size:N0} bytes is more than any system has.");
        lock (_gate)
        {
            var allocation = (byte*)Heap.AllocateAligned(guard + size + DebuggedBlock.GuardBytes, alignment);
            var block = new DebuggedBlock(allocation, guard, size);
            block.Prepare(isZeroed);
            _blocks.Add((nint)block.Start, block);
            return block.Start;
        }
    }

    /// <exception cref="HeapCorruptionException">It is freed already, or somebody wrote outside of it.</exception>
    /// <exception cref="ArgumentException">It is no block.</exception>
    internal void Free(void* address)
    {
        lock (_gate)
        {
            DebuggedBlock block = Find(address);
            if (block.IsFreed) throw block.Fault("is freed a second time");
            block.Check();
            block.MarkFreed();
            _quarantine.Enqueue(block);
            _quarantined += block.TotalBytes;
            Release((nuint)options.Quarantine);
        }
    }

    internal nuint SizeOf(void* address)
    {
        lock (_gate)
        {
            DebuggedBlock block = Find(address);
            return block.IsFreed ? throw block.Fault("is used after its free") : block.Size;
        }
    }

    internal void Check()
    {
        lock (_gate)
        {
            foreach (DebuggedBlock block in _blocks.Values) block.Check();
        }
    }

    internal IReadOnlyList<HeapLeak> FindLeaks()
    {
        lock (_gate)
        {
            return
            [
                .. _blocks.Values
                    .Where(static block => !block.IsFreed)
                    .GroupBy(static block => block.Allocated)
                    .Select(static place => new HeapLeak(place.Key, place.Count(), place.Sum(static block => (long)block.Size)))
                    .OrderByDescending(static leak => leak.Bytes),
            ];
        }
    }

    internal void Trim()
    {
        lock (_gate) Release(0);
        Heap.Trim();
    }

    public void Dispose()
    {
        HeapCorruptionException? first = null;
        lock (_gate)
        {
            // Each fault ends a look, not what is behind it: all blocks have to go, or their memory stays for good.
            while (_quarantine.Count > 0)
            {
                try
                {
                    Release(0);
                }
                catch (HeapCorruptionException fault)
                {
                    first ??= fault;
                }
            }
        }

        Heap.Dispose();
        if (first != null) ExceptionDispatchInfo.Throw(first);
    }

    private DebuggedBlock Find(void* address) =>
        _blocks.TryGetValue((nint)address, out DebuggedBlock? block) ? block : throw NativeHeap.NotABlock();

    /// <summary>Lets go of the blocks held back longest, as long as they are more bytes than that.</summary>
    private void Release(nuint most)
    {
        while (_quarantined > most)
        {
            DebuggedBlock block = _quarantine.Dequeue();
            _quarantined -= block.TotalBytes;
            _blocks.Remove((nint)block.Start);
            try
            {
                block.Check();
            }
            finally
            {
                Heap.Free(block.Allocation);
            }
        }
    }
}
