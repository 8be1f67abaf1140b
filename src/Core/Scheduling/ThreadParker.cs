// Invariant: _permits[0] is the number of wake-ups that no park has used yet. A park sleeps only where it has read zero, and
// the kernel looks again under its own lock, in which a wake-up finds it; so a permit that comes in between is seen.

namespace FastCore.Scheduling;

/// <summary>Where one thread sleeps until it is woken, once for each wake-up.</summary>
/// <remarks>
/// A number and a futex, since it lies between an item's spawn and its start: the monitor's lock that other systems get takes
/// two locks and a list there.
/// </remarks>
internal sealed class ThreadParker
{
    /// <summary>Does not move, for the kernel knows it by its address.</summary>
    private readonly int[] _permits = GC.AllocateArray<int>(1, pinned: true);

    /// <summary>Sleeps until one <see cref="Unpark"/> has been made for it, before or after. By one thread.</summary>
    internal void Park()
    {
        while (!TryUsePermit()) Sleep();
    }

    /// <summary>Ends one <see cref="Park"/>. By anyone.</summary>
    internal void Unpark()
    {
        Interlocked.Increment(ref _permits[0]);
        if (Futex.IsSupported)
        {
            Futex.WakeOne(ref _permits[0]);
            return;
        }

        lock (_permits) Monitor.Pulse(_permits);
    }

    private bool TryUsePermit()
    {
        int permits = Volatile.Read(ref _permits[0]);
        while (permits > 0)
        {
            int seen = Interlocked.CompareExchange(ref _permits[0], permits - 1, permits);
            if (seen == permits) return true;
            permits = seen;
        }

        return false;
    }

    private void Sleep()
    {
        if (Futex.IsSupported)
        {
            Futex.SleepWhile(ref _permits[0], 0);
            return;
        }

        lock (_permits)
        {
            if (Volatile.Read(ref _permits[0]) == 0) Monitor.Wait(_permits);
        }
    }
}
