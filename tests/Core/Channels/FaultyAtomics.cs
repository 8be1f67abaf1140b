using FastCore.Atomics;
using FastCore.Tests.Explorer;

namespace FastCore.Tests.Channels;

/// <summary>What is wrong with an <see cref="FaultyAtomics{TFault}"/>.</summary>
internal interface IAtomicsFault
{
    static virtual bool ForgetsFences => false;

    static virtual bool ForgetsFencesOfAllProcessors => false;

    static virtual bool LeavesTheGateOpen => false;

    /// <summary>A compare-and-swap of an int in two steps: in what it is tried on, the claims of a select and the count of leases.</summary>
    static virtual bool ClaimsInTwoSteps => false;
}

/// <summary>
/// The explorer's atomics with a fault: the shipped engine on these is a planted bug, and the explorer must find it before
/// it is trusted with the sound ones.
/// </summary>
internal readonly struct FaultyAtomics<TFault> : IAtomics
    where TFault : struct, IAtomicsFault
{
    public static int Read(ref readonly int location) => ExplorerAtomics.Read(in location);

    public static long Read(ref readonly long location) => ExplorerAtomics.Read(in location);

    public static T Read<T>(ref readonly T location) where T : class? => ExplorerAtomics.Read(in location);

    public static long ReadOwned(ref readonly long location) => ExplorerAtomics.ReadOwned(in location);

    public static void Write(ref int location, int value) => ExplorerAtomics.Write(ref location, value);

    public static void Write(ref long location, long value) => ExplorerAtomics.Write(ref location, value);

    public static void Write<T>(ref T location, T value) where T : class? => ExplorerAtomics.Write(ref location, value);

    public static int CompareExchange(ref int location, int value, int comparand)
    {
        if (!TFault.ClaimsInTwoSteps) return ExplorerAtomics.CompareExchange(ref location, value, comparand);
        int seen = ExplorerAtomics.Read(in location);
        if (seen == comparand) ExplorerAtomics.Write(ref location, value);
        return seen;
    }

    public static long CompareExchange(ref long location, long value, long comparand) => ExplorerAtomics.CompareExchange(ref location, value, comparand);

    public static T CompareExchange<T>(ref T location, T value, T comparand) where T : class? => ExplorerAtomics.CompareExchange(ref location, value, comparand);

    public static int Exchange(ref int location, int value) => ExplorerAtomics.Exchange(ref location, value);

    public static T Exchange<T>(ref T location, T value) where T : class? => ExplorerAtomics.Exchange(ref location, value);

    public static int Add(ref int location, int value) => ExplorerAtomics.Add(ref location, value);

    public static long Add(ref long location, long value) => ExplorerAtomics.Add(ref location, value);

    public static T ReadSlot<T>(ref readonly T slot) => ExplorerAtomics.ReadSlot(in slot);

    public static void WriteSlot<T>(ref T slot, T value) => ExplorerAtomics.WriteSlot(ref slot, value);

    public static void ReadSlots<T>(ReadOnlySpan<T> slots, Span<T> items) => ExplorerAtomics.ReadSlots(slots, items);

    public static void WriteSlots<T>(Span<T> slots, ReadOnlySpan<T> items) => ExplorerAtomics.WriteSlots(slots, items);

    public static void ClearSlots<T>(Span<T> slots) => ExplorerAtomics.ClearSlots(slots);

    public static void Fence()
    {
        if (!TFault.ForgetsFences) ExplorerAtomics.Fence();
    }

    public static void FenceAllProcessors()
    {
        if (!TFault.ForgetsFencesOfAllProcessors) ExplorerAtomics.FenceAllProcessors();
    }

    public static void Spin(ref SpinWait spinner) => ExplorerAtomics.Spin(ref spinner);

    public static void Pause(int turns) => ExplorerAtomics.Pause(turns);

    public static void Enter(Gate gate)
    {
        if (!TFault.LeavesTheGateOpen) ExplorerAtomics.Enter(gate);
    }

    public static void Exit(Gate gate)
    {
        if (!TFault.LeavesTheGateOpen) ExplorerAtomics.Exit(gate);
    }
}

internal readonly struct NoFence : IAtomicsFault
{
    public static bool ForgetsFences => true;
}

internal readonly struct NoFenceOfAllProcessors : IAtomicsFault
{
    public static bool ForgetsFencesOfAllProcessors => true;
}

internal readonly struct TwoStepClaim : IAtomicsFault
{
    public static bool ClaimsInTwoSteps => true;
}

internal readonly struct OpenGate : IAtomicsFault
{
    public static bool LeavesTheGateOpen => true;
}
