using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using FastCore.Atomics;

namespace FastCore.Memory;

// The owner puts the block on its span's list; anybody else on the list beside the span, which the owner takes when it needs
// blocks. The page that the block is in says which of the two.
public sealed unsafe partial class NativeHeap
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Free(void* block)
    {
        ref CacheHold hold = ref CacheHold.OfThisThread;
        if (ChunkMap.Contains(_chunkMap, block) && hold.HeapId == _id)
        {
            PageEntry* page = HeapChunk.EntryOf(block);
            if (page->Owner == hold.Cache)
            {
                HeapSpan* span = page->Span;
                *(void**)block = span->Free;
                span->Free = block;
                if (--span->Used == span->AttendAt) Attend(hold.Cache, span);
                return;
            }
        }

        FreeSlowly(block);
    }

    /// <summary>How many bytes the block has, which may be more than was asked for.</summary>
    internal nuint SizeOf(void* block)
    {
        if (_debugger != null) return _debugger.SizeOf(block);
        HeapSpan* span = Find(block);
        return span->IsLarge ? (nuint)(span->Start + span->BlockSize - (byte*)block) : span->BlockSize;
    }

    internal static ArgumentException NotABlock() => new("This is not the address of a block that is out of this heap.");

    [DoesNotReturn]
    private static void ThrowNotABlock() => throw NotABlock();

    /// <summary>A free that makes a difference to more than its span's list.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Attend(HeapCache* cache, HeapSpan* span)
    {
        if (span->IsLarge)
        {
            KeepOrRelease(cache, span);
            return;
        }

        HeapBin* bin = HeapCache.Bin(cache, span->SizeClass);
        if (span->AttendAt != 0)
        {
            if (SpanSharing<HardwareAtomics>.TryTakeBack(span)) Link(cache, bin, span);
            return;
        }

        ReleaseUnlessSpare(cache, bin, span);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void FreeSlowly(void* block)
    {
        // The memory of a heap that is disposed stays as it is, or is no longer its own.
        if (block == null || IsDisposed) return;
        if (_debugger != null)
        {
            _debugger.Free(block);
            return;
        }

        HeapSpan* span = Find(block);
        HeapCache* owner = HeapChunk.EntryOf(block)->Owner;
        if (owner == null || (span->IsLarge && !TryAddReturned(owner, span)))
            _pages.Release(span);
        else
            SpanSharing<HardwareAtomics>.FreeRemotely(span, ref owner->Returned, block);
    }

    /// <exception cref="ArgumentException">It is no block of this heap.</exception>
    private HeapSpan* Find(void* block)
    {
        if (!ChunkMap.Contains(_chunkMap, block) || HeapChunk.Of(block)->HeapId != _id) ThrowNotABlock();
        HeapSpan* span = HeapChunk.EntryOf(block)->Span;
        if (span == null) ThrowNotABlock();
        return span;
    }

    /// <summary>Large blocks go back to their owner as far as it would keep them: it may not come by for a long time.</summary>
    private static bool TryAddReturned(HeapCache* owner, HeapSpan* span)
    {
        if (Interlocked.Add(ref owner->ReturnedLargeBytes, (long)span->Bytes) <= LargestKeptBytes) return true;
        Interlocked.Add(ref owner->ReturnedLargeBytes, -(long)span->Bytes);
        return false;
    }
}
