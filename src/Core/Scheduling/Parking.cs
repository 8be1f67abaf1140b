// Who sleeps, who searches, and who is woken: the protocol of Go's scheduler ("worker thread parking/unparking", the long
// comment at the top of runtime/proc.go), with one difference: every worker looks again after it has announced that it parks,
// not only the last that searched, so that each kind of queue needs no rule of its own.
//
// Invariant: the low half of _state counts the workers that search for work, the high half those on the stack. A worker is on
// the stack from its announcement until it takes itself off, or another takes it off and then unparks it, once. Whoever leaves
// the stack counts as searching in the same step.
//
// No wake-up is lost: who brings work makes it visible and reads _state; a worker announces itself by an addition to _state,
// makes a fence on all processors, and then looks at the queues. Wherever the fence falls between the bringer's two steps,
// either the bringer sees the parked worker, or the worker sees the work. So those who sleep pay for the fence, a microsecond
// or two, and those who bring work have none while nobody sleeps or searches.
//
// A bringer that sees somebody searching wakes nobody: that one either announces itself and looks again, or finds work; and
// then, if it is the last that searches, it looks whether there is more, and wakes another (EndSearch). Here both sides fence:
// the searcher by its subtraction from _state, the bringer before it reads _state for good. So while work waits that several
// could share and a worker sleeps, somebody is searching, or about to be.
//
// Spinning is bounded: at most half of the active workers search at once, each for a few rounds, so one item wakes one worker.

using FastCore.Atomics;

namespace FastCore.Scheduling;

/// <summary>Where workers without work sleep.</summary>
internal sealed class Parking<TAtomics>
    where TAtomics : struct, IAtomics
{
    private const int OneSearching = 1;

    private const int OneParked = 1 << 16;

    private const int SearchingMask = OneParked - 1;

    private readonly Gate _gate = new();

    /// <summary>The parked, the last on top: its caches are the warmest. Touched inside the gate.</summary>
    private IParkable?[] _stack = new IParkable?[8];

    private int _depth;

    private int _state;

    /// <summary>How many workers are parked.</summary>
    internal int Parked => TAtomics.Read(in _state) >> 16;

    /// <summary>How many workers search.</summary>
    internal int Searching => TAtomics.Read(in _state) & SearchingMask;

    /// <summary>Whether any worker searches or sleeps.</summary>
    internal bool HasHungry => TAtomics.Read(in _state) != 0;

    /// <summary>Counts the caller, a worker without work, among the searching, if there are not enough of them.</summary>
    internal bool TryBeginSearch(int active)
    {
        int state = TAtomics.Read(in _state);
        while ((state & SearchingMask) * 2 < active)
        {
            int seen = TAtomics.CompareExchange(ref _state, state + OneSearching, state);
            if (seen == state) return true;
            state = seen;
        }

        return false;
    }

    /// <summary>The caller, which searched, has found work, or stops for good. Wakes another to search if it was the last, and there is more.</summary>
    internal void EndSearch(IParkable worker)
    {
        // Who brought work while this one searched has woken nobody.
        if (WantsWaking(TAtomics.Add(ref _state, -OneSearching)) && worker.SeesMore()) WakeOne();
    }

    /// <summary>Sees to it that the work which the caller has just made visible is found.</summary>
    /// <returns>Whether a worker was woken.</returns>
    internal bool Notify()
    {
        if (!HasHungry) return false;
        TAtomics.Fence();
        return WantsWaking(TAtomics.Read(in _state)) && WakeOne();
    }

    /// <summary>Sees to it that one worker finds the work which the caller has just made visible to that one only.</summary>
    internal bool Notify(IParkable worker)
    {
        if (Parked == 0 || !TryTakeOff(worker)) return false;
        worker.Unpark();
        return true;
    }

    /// <summary>Wakes a worker, whether another searches or not.</summary>
    /// <returns>False: none is parked.</returns>
    internal bool WakeAny()
    {
        TAtomics.Enter(_gate);
        IParkable? worker = Pop();
        TAtomics.Exit(_gate);
        worker?.Unpark();
        return worker is not null;
    }

    /// <summary>
    /// The caller, a worker that found nothing, sleeps until there is work, or not at all if there is by now. On return it
    /// counts as searching.
    /// </summary>
    /// <param name="worker">The caller.</param>
    /// <param name="isSearching">Whether it counts as searching now.</param>
    internal void Park(IParkable worker, bool isSearching)
    {
        Announce(worker, isSearching);
        TAtomics.FenceAllProcessors();
        if (worker.SeesWork() && TryTakeOff(worker)) return;
        worker.Park();
    }

    private static bool WantsWaking(int state) => state >= OneParked && (state & SearchingMask) == 0;

    private void Announce(IParkable worker, bool isSearching)
    {
        TAtomics.Enter(_gate);
        if (_depth == _stack.Length) Array.Resize(ref _stack, _depth * 2);
        _stack[_depth++] = worker;
        TAtomics.Add(ref _state, isSearching ? OneParked - OneSearching : OneParked);
        TAtomics.Exit(_gate);
    }

    private bool WakeOne()
    {
        TAtomics.Enter(_gate);

        // Others may have woken somebody for the same work meanwhile.
        IParkable? worker = WantsWaking(TAtomics.Read(in _state)) ? Pop() : null;
        TAtomics.Exit(_gate);
        worker?.Unpark();
        return worker is not null;
    }

    private IParkable? Pop()
    {
        if (_depth == 0) return null;
        IParkable? worker = _stack[--_depth];
        _stack[_depth] = null;
        TAtomics.Add(ref _state, OneSearching - OneParked);
        return worker;
    }

    private bool TryTakeOff(IParkable worker)
    {
        TAtomics.Enter(_gate);
        int at = Array.IndexOf(_stack, worker, 0, _depth);
        if (at >= 0)
        {
            _depth--;
            Array.Copy(_stack, at + 1, _stack, at, _depth - at);
            _stack[_depth] = null;
            TAtomics.Add(ref _state, OneSearching - OneParked);
        }

        TAtomics.Exit(_gate);
        return at >= 0;
    }
}
