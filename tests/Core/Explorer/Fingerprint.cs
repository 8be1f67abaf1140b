using System.Numerics;

namespace FastCore.Tests.Explorer;

/// <summary>
/// What a thread knows, or what a location holds, in 64 bits. A body is a function of what it has read, so a thread's state
/// is the chain of its accesses, each with the version of the location that it met; a location's version is the chain of
/// its writes, each with the state of its writer (happens-before caching: Musuvathi and Qadeer, "Fair Stateless Model
/// Checking", 2008, and "CHESS", 2007).
/// </summary>
/// <remarks>Addresses and references are no part of it: they differ from execution to execution.</remarks>
internal static class Fingerprint
{
    /// <summary>The chain with one more link. Order counts.</summary>
    internal static ulong Link(ulong chain, ulong fact)
    {
        // The finaliser of MurmurHash3 (Appleby), so that a link changes every bit of the chain.
        ulong mixed = BitOperations.RotateLeft(chain, 27) * 0x9E37_79B9_7F4A_7C15 + fact + 0x52DC_E729;
        mixed = (mixed ^ (mixed >> 33)) * 0xFF51_AFD7_ED55_8CCD;
        mixed = (mixed ^ (mixed >> 33)) * 0xC4CE_B9FE_1A85_EC53;
        return mixed ^ (mixed >> 33);
    }
}

/// <summary>What an access is, as a link of its thread's chain.</summary>
internal enum Did : ulong
{
    Read = 1,
    ReadOwnStore,
    Stored,
    WillStore,
    Updated,
    Fenced,
    FencedAll,
    Spun,
    Waited,
    ReadRacing,
    Entered,
    Parked,
    Unparked,
    Looked,
}

/// <summary>A state of an execution, and what it cost to come there.</summary>
/// <param name="Key">Equal for equal states: what all threads know, what is on its way in their buffers, who may be left for nothing.</param>
/// <param name="Preemptions">How many preemptions have been used up.</param>
/// <param name="Delays">How many stores have been delayed.</param>
internal readonly record struct ModelState(ulong Key, int Preemptions, int Delays);

/// <summary>The states an exploration has come to. From one that it came to before, at no higher cost, it learns nothing new.</summary>
internal sealed class SeenStates
{
    private const int MostPreemptions = 16;
    private const int MostDelays = 4;

    /// <summary>For each key one bit for each cost at which everything beyond is known.</summary>
    private readonly Dictionary<ulong, ulong> _known = [];

    /// <summary>False when the state is known. <paramref name="before"/> is what <see cref="Forget"/> needs.</summary>
    internal bool TryAdd(ModelState state, out ulong before)
    {
        ulong bit = Bit(state.Preemptions, state.Delays);
        before = _known.GetValueOrDefault(state.Key);
        if ((before & bit) != 0) return false;
        ulong known = before;
        for (int preemptions = state.Preemptions; preemptions < MostPreemptions; preemptions++)
        {
            for (int delays = state.Delays; delays < MostDelays; delays++) known |= Bit(preemptions, delays);
        }

        _known[state.Key] = known;
        return true;
    }

    /// <summary>Undoes the latest addition of this key.</summary>
    internal void Forget(ulong key, ulong before) => _known[key] = before;

    private static ulong Bit(int preemptions, int delays)
    {
        if (preemptions >= MostPreemptions || delays >= MostDelays) throw new ArgumentOutOfRangeException(nameof(preemptions), "Merging knows up to 15 preemptions and 3 delayed stores.");
        return 1UL << ((preemptions * MostDelays) + delays);
    }
}
