using System.Runtime.InteropServices;
using FastCore.Rings;

namespace FastCore.Pooling;

/// <summary>
/// What a thread keeps of one pool. Two magazines: the loaded one, of which objects are taken and to which they are given, and a spare one, which is full or empty.
/// With two, a thread that goes to and fro at the edge of one does not run to the depot each time (Bonwick and Adams, "Magazines
/// and Vmem", USENIX 2001).
/// </summary>
/// <remarks>It holds objects and not <c>T</c>: so all is known exactly when it is compiled, where a generic class shared by all
/// reference types would look up and call what here is one move. What goes in is of the pool's type, and so is what comes out.</remarks>
/// <param name="poolNumber">The pool's, which no other pool ever has: a cache does not hold its pool alive.</param>
/// <param name="owner">The thread.</param>
/// <param name="magazineSize">Objects in a full magazine.</param>
internal sealed class PoolCache(long poolNumber, Thread owner, int magazineSize)
{
    /// <summary>Of no pool: so that a table has no empty places, and finding takes one test less.</summary>
    internal static readonly PoolCache None = new(0, Thread.CurrentThread, 0);

    /// <summary>The pool's, until that is closed.</summary>
    internal long PoolNumber { get; private set; } = poolNumber;

    internal Thread Owner => owner;

    /// <summary>
    /// The object that was returned last; it is here if it was returned more often than it was got, and else only remembered: who gets
    /// one and returns it, again and again, writes no reference. The owner's alone, without a lock: others never take it, but may let it
    /// go, by writing null. Not used where objects are disposable or tracked: who lets one go must know of it.
    /// </summary>
    internal object? Last;

    /// <summary>Guarded by the lock of <see cref="State"/>, as all that follows.</summary>
    internal Slot[] Loaded = new Slot[magazineSize];

    internal Slot[] Spare = new Slot[magazineSize];

    internal PoolCacheState State = new() { NextSample = long.MaxValue };

    /// <summary>It is of no pool any more.</summary>
    internal void Retire() => PoolNumber = 0;
}

/// <summary>A place for an object. An array of these is written without the check of its element's type that an array of objects needs.</summary>
internal struct Slot
{
    internal object? Item;
}

/// <summary>What changes in a cache with each operation, on cache lines of its own.</summary>
[StructLayout(LayoutKind.Explicit, Size = CacheLine.Size + CacheLine.Stride + sizeof(long))]
internal struct PoolCacheState
{
    private const int Hot = CacheLine.Size;

    [FieldOffset(Hot)] internal BiasedLock Lock;

    /// <summary>Objects in the loaded magazine: its first slots.</summary>
    [FieldOffset(Hot + 8)] internal int Count;

    /// <summary>Objects in the spare one: none, or as many as it holds.</summary>
    [FieldOffset(Hot + 12)] internal int SpareCount;

    /// <summary>How often an object was returned as the last one. Written by the owner alone, as all that follow but the last; others read them as a hint.</summary>
    [FieldOffset(Hot + 16)] internal long LastReturns;

    /// <summary>How often it was got again: as often, or once less, and then it is here.</summary>
    [FieldOffset(Hot + 24)] internal long LastGets;

    /// <summary>Objects got in any other way.</summary>
    [FieldOffset(Hot + 32)] internal long Gets;

    [FieldOffset(Hot + 40)] internal long Returns;

    [FieldOffset(Hot + 48)] internal long Misses;

    /// <summary>The number of the get whose object is tracked.</summary>
    [FieldOffset(Hot + 56)] internal long NextSample;

    /// <summary>What gets and returns came to when the cache was last looked at: it is idle if that is still so. The trimmer's alone.</summary>
    [FieldOffset(Hot + 64)] internal long OperationsSeen;
}
