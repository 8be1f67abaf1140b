using System.Runtime.CompilerServices;

namespace FastCore.Atomics;

/// <summary>The processor's own accesses: each access compiles to the instruction and nothing else.</summary>
internal readonly struct HardwareAtomics : IAtomics
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Read(ref readonly int location) => Volatile.Read(in location);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long Read(ref readonly long location) => Volatile.Read(in location);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Read<T>(ref readonly T location) where T : class? => Volatile.Read(in location);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long ReadOwned(ref readonly long location) => location;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Write(ref int location, int value) => Volatile.Write(ref location, value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Write(ref long location, long value) => Volatile.Write(ref location, value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Write<T>(ref T location, T value) where T : class? => Volatile.Write(ref location, value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int CompareExchange(ref int location, int value, int comparand) => Interlocked.CompareExchange(ref location, value, comparand);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long CompareExchange(ref long location, long value, long comparand) => Interlocked.CompareExchange(ref location, value, comparand);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T CompareExchange<T>(ref T location, T value, T comparand) where T : class? => Interlocked.CompareExchange(ref location, value, comparand);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Exchange(ref int location, int value) => Interlocked.Exchange(ref location, value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Exchange<T>(ref T location, T value) where T : class? => Interlocked.Exchange(ref location, value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Add(ref int location, int value) => Interlocked.Add(ref location, value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long Add(ref long location, long value) => Interlocked.Add(ref location, value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T ReadSlot<T>(ref readonly T slot) => slot;

    /// <remarks>References in it are each read whole, so a torn value is safe to hold until it is dropped.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T ReadRacingSlot<T>(ref readonly T slot)
    {
        T item = slot;
        Volatile.ReadBarrier();
        return item;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void WriteSlot<T>(ref T slot, T value) => slot = value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void ReadSlots<T>(ReadOnlySpan<T> slots, Span<T> items) => slots.CopyTo(items);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void WriteSlots<T>(Span<T> slots, ReadOnlySpan<T> items) => items.CopyTo(slots);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void ClearSlots<T>(Span<T> slots) => slots.Clear();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void FenceWrites() => Volatile.WriteBarrier();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Fence() => Interlocked.MemoryBarrier();

    public static void FenceAllProcessors() => Interlocked.MemoryBarrierProcessWide();

    /// <remarks>
    /// <see cref="SpinWait"/> sleeps for zero time now and then, and a sleep throws in a thread that was interrupted; a yield
    /// does not.
    /// </remarks>
    public static void Spin(ref SpinWait spinner)
    {
        if (spinner.NextSpinWillYield) Thread.Yield();
        else spinner.SpinOnce(sleep1Threshold: -1);
    }

    public static void Pause(int turns) => Thread.SpinWait(turns);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Enter(Gate gate)
    {
        if (Interlocked.CompareExchange(ref gate.Taken, 1, 0) != 0) EnterSlowly(gate);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Exit(Gate gate) => Volatile.Write(ref gate.Taken, 0);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void EnterSlowly(Gate gate)
    {
        SpinWait spinner = default;
        do
        {
            Spin(ref spinner);
        }
        while (Volatile.Read(ref gate.Taken) != 0 || Interlocked.CompareExchange(ref gate.Taken, 1, 0) != 0);
        gate.Contended++;
    }
}
