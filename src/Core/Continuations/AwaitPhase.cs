// The word that the one who awaits and the one who completes race for.
//
// Invariant: it goes from None to Done, at most once through Registered; Done is final until the word is reset, which the
// awaiter does when it has its result. TryRegister and Complete are each called by one thread, Complete once. Of the two
// exactly one runs the continuation: the completing side if it finds Registered, the registering side if it finds Done.
//
// Linearisation points: the compare-and-swap to Registered, and the exchange to Done or, if Registered has been read, the store
// of Done: nobody but the completing side leaves Registered, so what it has read is still so when it stores.
//
// Memory order: the continuation is written before the compare-and-swap and read after the acquire or the exchange that found
// Registered; the result is written before Done, by a release store or the exchange, and read after Done was seen.

using FastCore.Atomics;

namespace FastCore.Continuations;

/// <summary>What the two sides of an await do to the word that decides who runs the continuation.</summary>
internal static class AwaitPhase<TAtomics>
    where TAtomics : struct, IAtomics
{
    internal const int None = 0;

    private const int Registered = 1;

    private const int Done = 2;

    /// <summary>Whether the result is there.</summary>
    internal static bool IsDone(ref readonly int phase) => TAtomics.Read(in phase) == Done;

    /// <summary>Whether a continuation waits for it.</summary>
    internal static bool IsAwaited(ref readonly int phase) => TAtomics.Read(in phase) == Registered;

    /// <summary>Lets the continuation, which has been written, wait.</summary>
    /// <param name="phase">The word.</param>
    /// <param name="isAwaited">Whether another continuation waits already: a mistake of the caller's.</param>
    /// <returns>False: the operation is done, and the caller runs the continuation; unless another waits.</returns>
    internal static bool TryRegister(ref int phase, out bool isAwaited)
    {
        int seen = TAtomics.CompareExchange(ref phase, Registered, None);
        isAwaited = seen == Registered;
        return seen == None;
    }

    /// <summary>Shows the result, which has been written.</summary>
    /// <returns>Whether a continuation waited, which the caller runs.</returns>
    internal static bool Complete(ref int phase)
    {
        // An exchange is half of what an await costs the processor, and most awaits have registered by now.
        if (TAtomics.Read(in phase) != Registered) return TAtomics.Exchange(ref phase, Done) == Registered;
        TAtomics.Write(ref phase, Done);
        return true;
    }
}
