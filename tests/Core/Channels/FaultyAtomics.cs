using System.Runtime.CompilerServices;
using FastCore.Atomics;
using FastCore.Tests.Explorer;

namespace FastCore.Tests.Channels;

/// <summary>What is wrong with an <see cref="FaultyAtomics{TFault}"/>.</summary>
internal interface IAtomicsFault
{
    static virtual bool ForgetsFences => false;

    static virtual bool ForgetsFencesOfAllProcessors => false;

    static virtual bool LeavesTheGateOpen => false;

    /// <summary>A read-modify-write is a read, and later a write.</summary>
    static virtual bool SplitsUpdates => false;

    /// <summary>A slot is written after the store that should publish it.</summary>
    static virtual bool PublishesBeforeWriting => false;

    /// <summary>The look that follows the copy of a racing slot moves before it: it gives what the look before gave.</summary>
    static virtual bool LooksBeforeTheCopy => false;

    /// <summary>An array that others replace is always seen empty: who is in it is ignored.</summary>
    static virtual bool SeesEmptyArrays => false;

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
    [ThreadStatic] private static Action? _lateSlot;

    [ThreadStatic] private static long _lastRead;

    [ThreadStatic] private static bool _hasCopied;

    public static int Read(ref readonly int location) => ExplorerAtomics.Read(in location);

    public static long Read(ref readonly long location)
    {
        if (_hasCopied)
        {
            _hasCopied = false;
            return _lastRead;
        }

        return _lastRead = ExplorerAtomics.Read(in location);
    }

    public static T Read<T>(ref readonly T location) where T : class? =>
        TFault.SeesEmptyArrays && typeof(T).IsArray ? EmptyArray<T>.Instance : ExplorerAtomics.Read(in location);

    public static long ReadOwned(ref readonly long location) => ExplorerAtomics.ReadOwned(in location);

    public static void Write(ref int location, int value)
    {
        ExplorerAtomics.Write(ref location, value);
        WriteLateSlot();
    }

    public static void Write(ref long location, long value)
    {
        ExplorerAtomics.Write(ref location, value);
        WriteLateSlot();
    }

    public static void Write<T>(ref T location, T value) where T : class?
    {
        ExplorerAtomics.Write(ref location, value);
        WriteLateSlot();
    }

    public static int CompareExchange(ref int location, int value, int comparand)
    {
        if (!TFault.SplitsUpdates && !TFault.ClaimsInTwoSteps) return ExplorerAtomics.CompareExchange(ref location, value, comparand);
        int before = ExplorerAtomics.Read(in location);
        if (before == comparand) ExplorerAtomics.Write(ref location, value);
        return before;
    }

    public static long CompareExchange(ref long location, long value, long comparand)
    {
        if (!TFault.SplitsUpdates) return ExplorerAtomics.CompareExchange(ref location, value, comparand);
        long before = ExplorerAtomics.Read(in location);
        if (before == comparand) ExplorerAtomics.Write(ref location, value);
        return before;
    }

    public static T CompareExchange<T>(ref T location, T value, T comparand) where T : class? => ExplorerAtomics.CompareExchange(ref location, value, comparand);

    public static int Exchange(ref int location, int value)
    {
        if (!TFault.SplitsUpdates) return ExplorerAtomics.Exchange(ref location, value);
        int before = ExplorerAtomics.Read(in location);
        ExplorerAtomics.Write(ref location, value);
        return before;
    }

    public static T Exchange<T>(ref T location, T value) where T : class? => ExplorerAtomics.Exchange(ref location, value);

    public static int Add(ref int location, int value) => ExplorerAtomics.Add(ref location, value);

    public static long Add(ref long location, long value) => ExplorerAtomics.Add(ref location, value);

    public static T ReadSlot<T>(ref readonly T slot) => ExplorerAtomics.ReadSlot(in slot);

    public static T ReadRacingSlot<T>(ref readonly T slot)
    {
        _hasCopied = TFault.LooksBeforeTheCopy;
        return ExplorerAtomics.ReadRacingSlot(in slot);
    }

    public static unsafe void WriteSlot<T>(ref T slot, T value)
    {
        if (!TFault.PublishesBeforeWriting)
        {
            ExplorerAtomics.WriteSlot(ref slot, value);
            return;
        }

        // Good until a collection moves the slot, and then the checker runs the execution again.
        nint address = (nint)Unsafe.AsPointer(ref slot);
        _lateSlot = () =>
        {
            ExplorerAtomics.Fence();
            ExplorerAtomics.WriteSlot(ref Unsafe.AsRef<T>((void*)address), value);
        };
    }

    public static void ReadSlots<T>(ReadOnlySpan<T> slots, Span<T> items) => ExplorerAtomics.ReadSlots(slots, items);

    public static void WriteSlots<T>(Span<T> slots, ReadOnlySpan<T> items) => ExplorerAtomics.WriteSlots(slots, items);

    public static void ClearSlots<T>(Span<T> slots) => ExplorerAtomics.ClearSlots(slots);

    public static void FenceWrites()
    {
        if (!TFault.ForgetsFences) ExplorerAtomics.FenceWrites();
    }

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

    private static void WriteLateSlot()
    {
        Action? write = _lateSlot;
        _lateSlot = null;
        write?.Invoke();
    }

    private static class EmptyArray<T>
    {
        internal static readonly T Instance = (T)(object)Array.CreateInstance(typeof(T).GetElementType()!, 0);
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

internal readonly struct SplitUpdates : IAtomicsFault
{
    public static bool SplitsUpdates => true;
}

internal readonly struct PublishFirst : IAtomicsFault
{
    public static bool PublishesBeforeWriting => true;
}

internal readonly struct EmptyArrays : IAtomicsFault
{
    public static bool SeesEmptyArrays => true;
}

internal readonly struct EarlyLook : IAtomicsFault
{
    public static bool LooksBeforeTheCopy => true;
}
