using System.Runtime.CompilerServices;

namespace FastCore.Atomics;

/// <summary>The processor's own accesses: each member compiles to the instruction and nothing else.</summary>
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
    public static void Fence() => Interlocked.MemoryBarrier();

    public static void FenceAllProcessors() => Interlocked.MemoryBarrierProcessWide();

    public static void Spin(ref SpinWait spinner) => spinner.SpinOnce(sleep1Threshold: -1);

    public static void Pause(int turns) => Thread.SpinWait(turns);

    /// <remarks>
    /// An interrupt of the thread is put off to its next wait: the caller has taken a step already, and must take those that
    /// belong to it.
    /// </remarks>
    public static void Enter(Lock gate)
    {
        if (!gate.TryEnter()) EnterWithoutInterrupt(gate);
    }

    public static void Exit(Lock gate) => gate.Exit();

    private static void EnterWithoutInterrupt(Lock gate)
    {
        bool interrupted = false;
        while (true)
        {
            try
            {
                gate.Enter();
                break;
            }
            catch (ThreadInterruptedException)
            {
                interrupted = true;
            }
        }

        if (interrupted) Thread.CurrentThread.Interrupt();
    }
}
