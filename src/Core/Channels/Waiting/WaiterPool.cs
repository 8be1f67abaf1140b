// Waiters kept for reuse: one that is returned and rented without ceremony, and a stack under the gate for more.
//
// Invariant: a waiter is in here at most once, and nobody else uses it while it is. Rents happen under the gate; a return
// takes the gate only where the place of the one is taken.
//
// Nothing decides between two returns that both find the place free, or between a return and a rent: a rent reads the place
// and clears it, and a return that has found it free before that may put its own there in between. Either way one waiter is
// dropped, for the garbage collector, and none is rented twice: what a return writes, only a later rent reads, and clears.
//
// Memory order: a return's release store shows the waiter as it was reset to the rent that reads it.

using System.Runtime.CompilerServices;
using FastCore.Atomics;

namespace FastCore.Channels.Waiting;

/// <summary>Where a waiter goes when its operation is over.</summary>
internal abstract class WaiterPool
{
    /// <summary>Keeps a waiter that came from here, and has been reset. Outside the gate; by its awaiter, who forgets it.</summary>
    internal abstract void Return(Waiter waiter);
}

/// <summary>Keeps waiters of a class, for those who have a gate.</summary>
internal sealed class WaiterPool<TWaiter, TAtomics>(Gate gate) : WaiterPool
    where TWaiter : Waiter
    where TAtomics : struct, IAtomics
{
    /// <summary>More waiters than this at a time are rare; what a burst of them leaves is for the garbage collector.</summary>
    private const int MostKept = 64;

    private Waiter? _one;

    private Waiter? _top;

    private int _count;

    internal override void Return(Waiter waiter)
    {
        if (TAtomics.Read(in _one) is null) TAtomics.Write(ref _one, waiter);
        else Push(waiter);
    }

    /// <remarks>Each waiter knows the pool of its class, and returns to that; so no cast needs checking. Under the gate.</remarks>
    internal TWaiter? TryRent()
    {
        Waiter? one = TAtomics.Read(in _one);
        if (one is null) return Unsafe.As<TWaiter?>(TryPop());
        TAtomics.Write(ref _one, null);
        return Unsafe.As<TWaiter>(one);
    }

    private void Push(Waiter waiter)
    {
        TAtomics.Enter(gate);
        if (_count != MostKept)
        {
            waiter.Next = _top;
            _top = waiter;
            _count++;
        }

        TAtomics.Exit(gate);
    }

    private Waiter? TryPop()
    {
        Waiter? top = _top;
        if (top is null) return null;
        _top = top.Next;
        top.Next = null;
        _count--;
        return top;
    }
}
