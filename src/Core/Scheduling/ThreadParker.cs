// Invariant: _permits[0] is the number of wake-ups that no park has used yet, or Asleep: there are none, and the thread sleeps or
// is about to. A park sleeps only where it has made zero Asleep, and the kernel looks again under its own lock, in which a
// wake-up finds it; so a permit that comes in between is seen. Who finds the thread not asleep leaves the permit, and
// the kernel alone.

namespace FastCore.Scheduling;

/// <summary>Where one thread sleeps until it is woken, once for each wake-up.</summary>
/// <remarks>
/// A number and a futex, since it lies between an item's spawn and its start: the monitor's lock that other systems get takes
/// two locks and a list there.
/// </remarks>
internal sealed class ThreadParker
{
    private const int Asleep = -1;

    /// <summary>Does not move, for the kernel knows it by its address.</summary>
    private readonly int[] _permits = GC.AllocateArray<int>(1, pinned: true);

    /// <summary>Sleeps until one <see cref="Unpark"/> has been made for it, before or after. By one thread.</summary>
    internal void Park()
    {
        while (true)
        {
            int permits = Volatile.Read(ref _permits[0]);
            if (permits == Asleep) Sleep();
            else if (Interlocked.CompareExchange(ref _permits[0], permits - 1, permits) == permits && permits > 0) return;
        }
    }

    /// <summary>Ends one <see cref="Park"/>. By anyone.</summary>
    internal void Unpark()
    {
        int permits = Volatile.Read(ref _permits[0]);
        while (true)
        {
            int seen = Interlocked.CompareExchange(ref _permits[0], Math.Max(permits, 0) + 1, permits);
            if (seen == permits) break;
            permits = seen;
        }

        if (permits == Asleep) Wake();
    }

    private void Wake()
    {
        if (Futex.IsSupported)
        {
            Futex.WakeOne(ref _permits[0]);
            return;
        }

        lock (_permits) Monitor.Pulse(_permits);
    }

    private void Sleep()
    {
        if (Futex.IsSupported)
        {
            Futex.SleepWhile(ref _permits[0], Asleep);
            return;
        }

        lock (_permits)
        {
            if (Volatile.Read(ref _permits[0]) == Asleep) Monitor.Wait(_permits);
        }
    }
}
