using FastCore.Atomics;

namespace FastCore.Channels;

/// <summary>Short waits for another thread that is expected to be running.</summary>
internal static class Pause<TAtomics>
    where TAtomics : struct, IAtomics
{
    /// <summary>
    /// One turn that never gives up the processor. On a busy machine a thread that yields comes back many milliseconds later,
    /// a thousand times what the wait was meant to save; when pauses don't help, sleeping and being woken does.
    /// </summary>
    internal static void Once(ref SpinWait spinner)
    {
        if (spinner.NextSpinWillYield) spinner.Reset();
        TAtomics.Spin(ref spinner);
    }

    internal static void Repeatedly(ref SpinWait spinner, int turns)
    {
        for (int turn = 0; turn < turns; turn++) Once(ref spinner);
    }
}
