using System.Runtime.InteropServices;
using FastCore.Atomics;
using FastCore.Rings;

namespace FastCore.Scheduling;

/// <summary>
/// Where a <see cref="SharedQueue{TAtomics}"/> grows: a gate, and what is written inside it, on one line of the cache and far
/// from the other end's.
/// </summary>
internal sealed class SharedQueueTail : Gate
{
    /// <summary>Behind the newest item. Read by anyone.</summary>
    internal long Tail;

    /// <summary>A head of the past.</summary>
    internal long Known;

    /// <summary>How many items came from outside, ever. Read by anyone.</summary>
    internal long Accepted;

    internal bool IsClosed;

    internal CacheLineGap Behind;
}

/// <summary>Where a <see cref="SharedQueue{TAtomics}"/> shrinks.</summary>
internal sealed class SharedQueueHead : Gate
{
    /// <summary>The oldest item. Read by anyone.</summary>
    internal long Head;

    internal CacheLineGap Behind;
}

/// <summary>What keeps an object's fields from the line of the object that was made after it: a struct lies behind all other fields.</summary>
[StructLayout(LayoutKind.Sequential, Size = CacheLine.Size)]
internal struct CacheLineGap;
