// The slots in which continuations wait for the present one of their thread.
//
// Invariant: a slot is filled by its thread only, and emptied by its thread or the monitor, once. The thread takes with plain
// stores while the monitor stays out: it says that it takes (_isTaking), and then looks whether the monitor is there
// (_isRelieving). The monitor says that it is there, fences all processors, and then looks whether the thread is taking: so
// one of the two sees the other. The thread that sees the monitor takes by an exchange, as the monitor does; the monitor that
// sees the thread taking leaves, for a thread that takes is none that is held up.
//
// Linearisation point of a taking: the store or the exchange that empties the slot.
//
// Memory order: the thread's store of _isTaking and its read of _isRelieving may pass each other in its processor, and the fence
// on all processors keeps them apart when it matters. Its release of _isTaking shows an emptied slot to a monitor that reads
// "not taking". A slot is filled by a release store: what it refers to is written before.
//
// Head and tail are the thread's own; a slot that the monitor emptied counts as one until the head passes it.

using System.Runtime.CompilerServices;
using FastCore.Atomics;

namespace FastCore.Continuations;

/// <summary>What waits for the present continuation of a thread, in order.</summary>
/// <param name="count">How many may wait; a power of two.</param>
internal sealed class RelaySlots<TAtomics>(int count)
    where TAtomics : struct, IAtomics
{
    private readonly Slot[] _slots = new Slot[count];

    private int _head;

    private int _tail;

    private int _isTaking;

    private int _isRelieving;

    /// <summary>Whether any may wait. By the thread.</summary>
    internal bool MayHaveAny => _head != _tail;

    /// <summary>False when all slots are taken. By the thread.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool TryAdd(Awaitable waiting)
    {
        Slot[] slots = _slots;
        if (_tail - _head == slots.Length) return false;
        TAtomics.Write(ref slots[_tail & (slots.Length - 1)].Waiting, waiting);
        _tail++;
        return true;
    }

    /// <summary>The next one, or null. By the thread.</summary>
    internal Awaitable? Take()
    {
        Slot[] slots = _slots;
        while (_head != _tail)
        {
            ref Awaitable? slot = ref slots[_head & (slots.Length - 1)].Waiting;
            TAtomics.Write(ref _isTaking, 1);
            Awaitable? taken;
            if (TAtomics.Read(in _isRelieving) == 0)
            {
                taken = TAtomics.Read(in slot);
                TAtomics.Write(ref slot, null);
            }
            else
            {
                taken = TAtomics.Exchange(ref slot, null);
            }

            TAtomics.Write(ref _isTaking, 0);
            _head++;
            if (taken is not null) return taken;
        }

        return null;
    }

    /// <summary>Whether any waits. By the monitor.</summary>
    internal bool HasAny()
    {
        foreach (ref Slot slot in _slots.AsSpan())
        {
            if (TAtomics.Read(in slot.Waiting) is not null) return true;
        }

        return false;
    }

    /// <summary>Takes all that wait, unless the thread is taking one. By the monitor, one at a time.</summary>
    internal void Relieve(Action<Awaitable> take)
    {
        TAtomics.Write(ref _isRelieving, 1);
        TAtomics.FenceAllProcessors();
        if (TAtomics.Read(in _isTaking) == 0)
        {
            foreach (ref Slot slot in _slots.AsSpan())
            {
                if (TAtomics.Exchange(ref slot.Waiting, null) is { } waiting) take(waiting);
            }
        }

        TAtomics.Write(ref _isRelieving, 0);
    }

    /// <summary>Keeps the array from checking what is put into it.</summary>
    private struct Slot
    {
        internal Awaitable? Waiting;
    }
}
