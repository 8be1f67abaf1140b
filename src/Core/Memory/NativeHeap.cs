using FastCore.Memory.Debugging;

namespace FastCore.Memory;

/// <summary>
/// A heap outside of the collector's reach: a cache for each thread, over spans of blocks of one size, over pages. Allocating
/// and freeing a block on one thread takes no lock and no locked instruction; a block freed on another thread goes back to
/// the thread it came from by one.
/// </summary>
/// <remarks>
/// <para>
/// Its safe faces are <see cref="NativeMemoryPool"/> and <see cref="NativeArray{T}"/>; who asks for pointers gets them from
/// <see cref="AsRaw"/>.
/// </para>
/// <para>
/// <b>Sizes.</b> Up to 32 KiB a block is rounded up to one of 72 sizes, by less than an eighth above 128 bytes and to a multiple
/// of 16 below; larger ones to pages of 8 KiB. A block lies on a multiple of 16, or of what is asked for.
/// </para>
/// <para>
/// <b>What it keeps.</b> A thread keeps, for each size that it uses, up to 512 KiB in which no block is out, as far as it was ever
/// touched, and up to 4 MiB of blocks of 32 to 256 KiB. What others free of its blocks is taken back when it next needs one of the
/// size, when it calls <see cref="Trim"/>, or when it has ended. Pages that were idle for a second go back to the system, but
/// for 1 MiB (on Linux; elsewhere they stay with the process until the heap is disposed, and then serve the next one).
/// </para>
/// <para>
/// <b>Threads.</b> Everything may be called from any thread, but for <see cref="Dispose"/>, which must be the last call.
/// </para>
/// <para>
/// The design is that of the allocators it learned from: size classes and page heap of TCMalloc
/// (google.github.io/tcmalloc/design.html), the spans' own lists for other threads' frees of mimalloc (Leijen, Zorn, de Moura:
/// Mimalloc, Free List Sharding in Action, 2019), idle memory's return of Go's scavenger.
/// </para>
/// </remarks>
public sealed unsafe partial class NativeHeap : IDisposable
{
    /// <summary>What <see cref="_id"/> is of a heap whose caches no thread may use: one that is disposed, or that debugs.</summary>
    private const long NoCaches = -1;

    private static long _lastId;

    private readonly PageHeap _pages;

    private readonly byte* _chunkMap = ChunkMap.Chunks;

    private readonly HeapDebugger? _debugger;

    private long _id;

    /// <summary>Makes a heap.</summary>
    /// <param name="options">How it is set up; the defaults if null.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public NativeHeap(NativeHeapOptions? options = null)
    {
        options ??= new NativeHeapOptions();
        options.Verify();
        Name = options.Name;
        long id = Interlocked.Increment(ref _lastId);
        _pages = new PageHeap(id, options.Limit, options.AddMemoryPressure);
        _debugger = options.Debug ? new HeapDebugger(options) : null;
        _id = options.Debug ? NoCaches : id;
        // One that debugs has its blocks from a heap of the same name, which is counted.
        if (_debugger is null) NativeHeapMetrics.Add(this);
    }

    /// <summary>The heap of those who name none. It lives as long as the process.</summary>
    public static NativeHeap Shared { get; } = new(new NativeHeapOptions { Name = "shared" });

    /// <summary>Its name in the metrics.</summary>
    public string Name { get; }

    /// <summary>Whether it checks what is done to its blocks.</summary>
    public bool IsDebug => _debugger != null;

    internal bool IsDisposed { get; private set; }

    /// <summary>Its pointers, for those who ask: what is done with them is checked by nobody, unless the heap debugs.</summary>
    public RawHeap AsRaw() => new(this);

    /// <summary>
    /// Gives back to the system what the calling thread keeps, what threads that have ended left, and what the heap has idle.
    /// What other threads keep stays theirs.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The heap is disposed.</exception>
    public void Trim()
    {
        ObjectDisposedException.ThrowIf(IsDisposed, this);
        if (_debugger != null)
        {
            _debugger.Trim();
            return;
        }

        Empty(CacheOfThisThread());
        lock (_gate)
        {
            foreach (nint cache in _unused) Empty((HeapCache*)cache);
        }

        _pages.ReturnAll();
    }

    /// <summary>
    /// Gives the heap's memory back. Memory with blocks that are still out stays where it is, for good; so a heap ends after
    /// all that was made from it. <see cref="Shared"/> ignores this.
    /// </summary>
    /// <exception cref="HeapCorruptionException">The heap debugs, and a block was written to after its free. It is disposed all the same.</exception>
    public void Dispose()
    {
        if (ReferenceEquals(this, Shared)) return;
        lock (_gate)
        {
            if (IsDisposed) return;
            IsDisposed = true;
            Volatile.Write(ref _id, NoCaches);
            NativeHeapMetrics.Remove(this);
            _pages.Abandon(HasLiveBlocks);
            while (_unused.TryPop(out nint cache)) HeapCache.Destroy((HeapCache*)cache);
            _caches.Clear();

            // Last: it may have a fault to tell of.
            _debugger?.Dispose();
        }
    }
}
