using FastCore.Atomics;
using FastCore.Tracing;

namespace FastCore.Memory;

// Memory goes back to the system when it has not been used for a while: once a second what was idle through that whole second,
// but for a reserve. So a load that comes and goes keeps what it needs, and a heap at rest keeps the reserve.
internal sealed unsafe partial class PageHeap
{
    /// <summary>What an idle heap keeps, in pages: 1 MiB.</summary>
    private const long ReservePages = (1 << 20) / HeapChunk.PageSize;

    /// <summary>
    /// How many pages are one of the system, whose pages alone can go back: what begins or ends within one would take its
    /// neighbours with it. ARM64 has systems with pages of 16 and 64 KiB.
    /// </summary>
    private static readonly int SystemPage = Math.Max(1, Environment.SystemPageSize / HeapChunk.PageSize);

    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    /// <summary>Free pages that have memory behind them. Under the gate.</summary>
    private long _idlePages;

    /// <summary>The least of them since the last look. Under the gate.</summary>
    private long _leastIdlePages;

    private long _returned;

    /// <summary>Set while the timer runs or is about to.</summary>
    private bool _isReturning;

    private Timer? _timer;

    internal PageHeapLook Look()
    {
        HardwareAtomics.Enter(_gate);
        long idle = _idlePages;
        HardwareAtomics.Exit(_gate);
        return new PageHeapLook(Interlocked.Read(ref _reserved), Interlocked.Read(ref _pagesInUse) * HeapChunk.PageSize, idle * HeapChunk.PageSize, Interlocked.Read(ref _returned));
    }

    /// <summary>Returns all idle memory at once.</summary>
    internal void ReturnAll() => Return(long.MaxValue, out _);

    /// <summary>Returns what was idle since the last call, but for the reserve.</summary>
    /// <returns>Whether there is more than the reserve still, to be looked at again. Not if the system takes none of it.</returns>
    internal bool ReturnUnused()
    {
        HardwareAtomics.Enter(_gate);
        long unused = Math.Min(_leastIdlePages, _idlePages) - ReservePages;
        HardwareAtomics.Exit(_gate);
        bool isRefused = false;
        if (unused > 0 && Return(unused, out bool refused) == 0) isRefused = refused;
        HardwareAtomics.Enter(_gate);
        _leastIdlePages = _idlePages;
        bool goesOn = _idlePages > ReservePages && !isRefused;
        _isReturning = goesOn;
        HardwareAtomics.Exit(_gate);
        return goesOn;
    }

    private static void OnTick(object? state)
    {
        if (!((WeakReference<PageHeap>)state!).TryGetTarget(out PageHeap? heap)) return;
        if (heap.ReturnUnused()) heap._timer?.Change(Period, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Under the gate.</summary>
    /// <returns>Whether the timer has to be started.</returns>
    private bool AddIdle(int pages)
    {
        _idlePages += pages;
        if (_isReturning || _idlePages <= ReservePages || !ChunkSource.CanReturnMemory) return false;
        _leastIdlePages = _idlePages;
        return _isReturning = true;
    }

    /// <summary>Under the gate.</summary>
    private void TakeIdle(int pages)
    {
        _idlePages -= pages;
        if (_idlePages < _leastIdlePages) _leastIdlePages = _idlePages;
    }

    private void BeginReturning()
    {
        if (_timer is null)
        {
            // Whoever happens to free first has no part in what the timer does.
            using AsyncFlowControl? flow = ExecutionContext.IsFlowSuppressed() ? null : ExecutionContext.SuppressFlow();
            var timer = new Timer(OnTick, new WeakReference<PageHeap>(this), Timeout.Infinite, Timeout.Infinite);
            if (Interlocked.CompareExchange(ref _timer, timer, null) != null) timer.Dispose();
        }

        _timer!.Change(Period, Timeout.InfiniteTimeSpan);
    }

    private void StopReturning() => _timer?.Dispose();

    /// <summary>From the last chunk to the first, since the first are those that are used again.</summary>
    /// <param name="pages">How many at most.</param>
    /// <param name="isRefused">Whether the system would not take some.</param>
    /// <returns>How many pages have gone.</returns>
    private long Return(long pages, out bool isRefused)
    {
        long all = 0;
        isRefused = false;
        if (!ChunkSource.CanReturnMemory) return all;
        for (int index = Volatile.Read(ref _count) - 1; index >= 0 && all < pages; index--)
        {
            HardwareAtomics.Enter(_gate);

            // The heap may have ended meanwhile, and the chunk be another's.
            long done = index < _count ? ReturnFrom((HeapChunk*)_chunks[index], pages - all, ref isRefused) : 0;
            HardwareAtomics.Exit(_gate);
            all += done;
            if (done > 0 && Tracer.IsOn) Tracer.Record(MemoryTables.ReturnMemory, Tracer.NewSubject(), done * HeapChunk.PageSize);
        }

        return all;
    }

    /// <summary>Under the gate: nobody may be given a page while its memory goes.</summary>
    private long ReturnFrom(HeapChunk* chunk, long most, ref bool isRefused)
    {
        long done = 0;
        int page = HeapChunk.HeadPages;
        while (done < most)
        {
            int run = chunk->NextIdleRun(ref page, SystemPage);
            if (run == 0) break;
            if (run > most - done) run = (int)((most - done + SystemPage - 1) / SystemPage * SystemPage);
            if (ChunkSource.TryReturnMemory(HeapChunk.Address(chunk, page), (nuint)run * HeapChunk.PageSize))
            {
                chunk->MarkZero(page, run);
                done += run;
            }
            else
            {
                isRefused = true;
            }

            page += run;
        }

        // The spans that were here are no more, and what is left of them nobody reads.
        if (done > 0 && chunk->IsUnused) ChunkSource.TryReturnMemory((byte*)chunk, (nuint)(HeapChunk.SpansEnd / Environment.SystemPageSize * Environment.SystemPageSize));
        _idlePages -= done;
        _returned += done * HeapChunk.PageSize;
        return done;
    }
}

/// <summary>Bytes of a page heap, each at about the same moment.</summary>
/// <param name="Reserved">Address space in chunks.</param>
/// <param name="InUse">Given out in runs.</param>
/// <param name="Idle">Free, with memory behind it.</param>
/// <param name="Returned">Given back to the system since the heap began.</param>
internal readonly record struct PageHeapLook(long Reserved, long InUse, long Idle, long Returned);
