// What one object is waiting for: written by those whose wait it is, one after the other, and read by whoever looks.
//
// Invariant: _turn is odd exactly while the object waits. The wait is written while it is even; who awaits it is told while it
// is odd, once at most. Begin, Await and End of one wait, and the next Begin, come one after the other, by the rules of the
// object that waits; but for Await, which may come beside End.
//
// Linearisation points: of Begin and End the write of _turn; of TryRead its second read.
//
// Memory order: Begin writes the turn (release) after the wait, and TryRead reads it (acquire) before; so an odd turn shows a
// wait that is whole. That of the next turn is written behind a fence of writes after the even turn: so who has read any of it
// sees, at the second read, that the turn has changed (ReadRacingSlot ends with a fence of reads).

using FastCore.Atomics;

namespace FastCore.Diagnostics;

/// <summary>A place for one wait at a time, which can be looked at meanwhile.</summary>
internal struct WaitSlot<TAtomics>
    where TAtomics : struct, IAtomics
{
    private long _turn;

    private Wait _wait;

    private object? _awaiter;

    internal readonly bool IsWaiting => (TAtomics.Read(in _turn) & 1) != 0;

    /// <summary>The present wait, or the last one. By the one whose it is, or whoever has ended it.</summary>
    internal readonly Wait Last => TAtomics.ReadSlot(in _wait);

    /// <summary>By the one who begins to wait.</summary>
    internal void Begin(in Wait wait, object? awaiter)
    {
        TAtomics.FenceWrites();
        TAtomics.Write(ref _awaiter, awaiter);
        TAtomics.WriteSlot(ref _wait, wait);
        TAtomics.Write(ref _turn, TAtomics.ReadOwned(in _turn) + 1);
    }

    /// <summary>Says who awaits it. By that one.</summary>
    internal void Await(object? awaiter) => TAtomics.Write(ref _awaiter, awaiter);

    /// <summary>By whoever ends the wait, before another can begin.</summary>
    /// <returns>The wait, and who awaited it if that was told.</returns>
    internal (Wait Wait, object? Awaiter) End()
    {
        (Wait, object?) ended = (TAtomics.ReadSlot(in _wait), TAtomics.Read(in _awaiter));
        TAtomics.Write(ref _turn, TAtomics.ReadOwned(in _turn) + 1);
        return ended;
    }

    /// <summary>What it is waiting for. By anyone.</summary>
    /// <param name="wait">The wait.</param>
    /// <param name="awaiter">Who awaits it; null if that was not told yet.</param>
    /// <param name="turn">Another wait's is another.</param>
    /// <returns>False: it does not wait, or that wait has ended meanwhile.</returns>
    internal readonly bool TryRead(out Wait wait, out object? awaiter, out long turn)
    {
        wait = default;
        awaiter = null;
        turn = TAtomics.Read(in _turn);
        if ((turn & 1) == 0) return false;
        awaiter = TAtomics.Read(in _awaiter);
        wait = TAtomics.ReadRacingSlot(in _wait);
        return TAtomics.Read(in _turn) == turn;
    }
}
