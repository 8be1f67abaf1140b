using FastCore.Atomics;

namespace FastCore.Tests.Rings;

/// <summary>
/// The processor's accesses, and between them, now and then, a thread gives up its turn: on real processors this opens the
/// windows between two steps that a free run hardly ever stops in.
/// </summary>
internal readonly struct YieldingAtomics : IAtomics
{
    [ThreadStatic] private static uint _state;

    /// <summary>Sets the calling thread's sequence of yields.</summary>
    internal static void Seed(int seed) => _state = ((uint)seed * 2654435761u) | 1;

    public static int Read(ref readonly int location)
    {
        MaybeYield();
        return HardwareAtomics.Read(in location);
    }

    public static long Read(ref readonly long location)
    {
        MaybeYield();
        return HardwareAtomics.Read(in location);
    }

    public static T Read<T>(ref readonly T location) where T : class?
    {
        MaybeYield();
        return HardwareAtomics.Read(in location);
    }

    public static long ReadOwned(ref readonly long location) => HardwareAtomics.ReadOwned(in location);

    public static void Write(ref int location, int value)
    {
        MaybeYield();
        HardwareAtomics.Write(ref location, value);
    }

    public static void Write(ref long location, long value)
    {
        MaybeYield();
        HardwareAtomics.Write(ref location, value);
    }

    public static void Write<T>(ref T location, T value) where T : class?
    {
        MaybeYield();
        HardwareAtomics.Write(ref location, value);
    }

    public static int CompareExchange(ref int location, int value, int comparand)
    {
        MaybeYield();
        return HardwareAtomics.CompareExchange(ref location, value, comparand);
    }

    public static long CompareExchange(ref long location, long value, long comparand)
    {
        MaybeYield();
        return HardwareAtomics.CompareExchange(ref location, value, comparand);
    }

    public static T CompareExchange<T>(ref T location, T value, T comparand) where T : class?
    {
        MaybeYield();
        return HardwareAtomics.CompareExchange(ref location, value, comparand);
    }

    public static int Exchange(ref int location, int value)
    {
        MaybeYield();
        return HardwareAtomics.Exchange(ref location, value);
    }

    public static T Exchange<T>(ref T location, T value) where T : class?
    {
        MaybeYield();
        return HardwareAtomics.Exchange(ref location, value);
    }

    public static int Add(ref int location, int value)
    {
        MaybeYield();
        return HardwareAtomics.Add(ref location, value);
    }

    public static long Add(ref long location, long value)
    {
        MaybeYield();
        return HardwareAtomics.Add(ref location, value);
    }

    public static T ReadSlot<T>(ref readonly T slot)
    {
        MaybeYield();
        return HardwareAtomics.ReadSlot(in slot);
    }

    public static T ReadRacingSlot<T>(ref readonly T slot)
    {
        MaybeYield();
        T item = HardwareAtomics.ReadRacingSlot(in slot);
        MaybeYield();
        return item;
    }

    public static void WriteSlot<T>(ref T slot, T value)
    {
        MaybeYield();
        HardwareAtomics.WriteSlot(ref slot, value);
    }

    public static void ReadSlots<T>(ReadOnlySpan<T> slots, Span<T> items)
    {
        MaybeYield();
        HardwareAtomics.ReadSlots(slots, items);
    }

    public static void WriteSlots<T>(Span<T> slots, ReadOnlySpan<T> items)
    {
        MaybeYield();
        HardwareAtomics.WriteSlots(slots, items);
    }

    public static void ClearSlots<T>(Span<T> slots) => HardwareAtomics.ClearSlots(slots);

    public static void FenceWrites() => HardwareAtomics.FenceWrites();

    public static void Fence() => HardwareAtomics.Fence();

    public static void FenceAllProcessors() => HardwareAtomics.FenceAllProcessors();

    public static void Spin(ref SpinWait spinner) => HardwareAtomics.Spin(ref spinner);

    public static void Pause(int turns) => HardwareAtomics.Pause(turns);

    public static void Enter(Gate gate) => HardwareAtomics.Enter(gate);

    public static void Exit(Gate gate) => HardwareAtomics.Exit(gate);

    /// <summary>One access in 128, by a xorshift (Marsaglia 2003); a thread that was not seeded never yields.</summary>
    private static void MaybeYield()
    {
        uint state = _state;
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        _state = state;
        if (state != 0 && (state & 127) == 0) Thread.Yield();
    }
}
