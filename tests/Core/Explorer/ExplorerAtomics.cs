using System.Runtime.CompilerServices;
using FastCore.Atomics;

namespace FastCore.Tests.Explorer;

/// <summary>
/// The accesses of lock-free code under the scheduler: each one is a step, in the model's memory. Outside of a model's
/// threads, while a model is built, they are plain accesses.
/// </summary>
/// <remarks>
/// Slots are no steps: they are checked for races instead. In a program without races, interleaving at the ordering
/// accesses alone shows every behaviour there is (Adve and Hill's data-race-free theorem).
/// </remarks>
internal readonly unsafe struct ExplorerAtomics : IAtomics
{
    public static int Read(ref readonly int location) => (int)Load(Address(in location), new(location, null)).Bits;

    public static long Read(ref readonly long location) => Load(Address(in location), new(location, null)).Bits;

    public static T Read<T>(ref readonly T location) where T : class? => Reference<T>(Load(Address(in location), new(0, location)));

    public static long ReadOwned(ref readonly long location)
    {
        var initial = new Cell(location, null);
        return ModelThread.Current is { } thread ? thread.LoadOwned(Address(in location), initial).Bits : initial.Bits;
    }

    public static void Write(ref int location, int value)
    {
        ModelThread.Current?.Store(Address(in location), new(location, null), new(value, null));
        location = value;
    }

    public static void Write(ref long location, long value)
    {
        ModelThread.Current?.Store(Address(in location), new(location, null), new(value, null));
        location = value;
    }

    public static void Write<T>(ref T location, T value) where T : class?
    {
        ModelThread.Current?.Store(Address(in location), new(0, location), new(0, value));
        location = value;
    }

    public static int CompareExchange(ref int location, int value, int comparand)
    {
        Cell before = Exchange(Address(in location), new(location, null), new(value, null), new Cell(comparand, null));
        if (before.Bits == comparand) location = value;
        return (int)before.Bits;
    }

    public static long CompareExchange(ref long location, long value, long comparand)
    {
        Cell before = Exchange(Address(in location), new(location, null), new(value, null), new Cell(comparand, null));
        if (before.Bits == comparand) location = value;
        return before.Bits;
    }

    public static T CompareExchange<T>(ref T location, T value, T comparand) where T : class?
    {
        Cell before = Exchange(Address(in location), new(0, location), new(0, value), new Cell(0, comparand));
        if (ReferenceEquals(before.Reference, comparand)) location = value;
        return Reference<T>(before);
    }

    public static int Exchange(ref int location, int value)
    {
        Cell before = Exchange(Address(in location), new(location, null), new(value, null), comparand: null);
        location = value;
        return (int)before.Bits;
    }

    public static T Exchange<T>(ref T location, T value) where T : class?
    {
        Cell before = Exchange(Address(in location), new(0, location), new(0, value), comparand: null);
        location = value;
        return Reference<T>(before);
    }

    public static int Add(ref int location, int value)
    {
        int sum = (int)Sum(Address(in location), location, value, static sum => (int)sum);
        location = sum;
        return sum;
    }

    public static long Add(ref long location, long value)
    {
        long sum = Sum(Address(in location), location, value, static sum => sum);
        location = sum;
        return sum;
    }

    public static T ReadSlot<T>(ref readonly T slot)
    {
        ModelThread.Current?.ReadSlot(Address(in slot));
        return slot;
    }

    public static T ReadRacingSlot<T>(ref readonly T slot) =>
        ModelThread.Current is { } thread && !thread.ReadRacingSlot(Address(in slot)) ? default! : slot;

    public static void WriteSlot<T>(ref T slot, T value)
    {
        ModelThread.Current?.WriteSlot(Address(in slot));
        slot = value;
    }

    public static void ReadSlots<T>(ReadOnlySpan<T> slots, Span<T> items)
    {
        for (int i = 0; i < slots.Length; i++) items[i] = ReadSlot(in slots[i]);
    }

    public static void WriteSlots<T>(Span<T> slots, ReadOnlySpan<T> items)
    {
        for (int i = 0; i < items.Length; i++) WriteSlot(ref slots[i], items[i]);
    }

    public static void ClearSlots<T>(Span<T> slots)
    {
        foreach (ref T slot in slots) WriteSlot(ref slot, default!);
    }

    public static void FenceWrites() => ModelThread.Current?.Fence();

    public static void Fence() => ModelThread.Current?.Fence();

    public static void FenceAllProcessors() => ModelThread.Current?.FenceAll();

    public static void Spin(ref SpinWait spinner) => ModelThread.Current?.Spin();

    public static void Pause(int turns)
    {
        // Time is not modelled: whatever others can do meanwhile, they can do between any two steps.
    }

    public static void Enter(Gate gate) => ModelThread.Current?.Enter(gate);

    public static void Exit(Gate gate) => ModelThread.Current?.Exit(gate);

    /// <summary>Good until a collection moves the object; the checker sees to that.</summary>
    private static nint Address<T>(ref readonly T location) => (nint)Unsafe.AsPointer(ref Unsafe.AsRef(in location));

    private static T Reference<T>(Cell cell) where T : class? => Unsafe.As<T>(cell.Reference)!;

    private static Cell Load(nint address, Cell initial) => ModelThread.Current is { } thread ? thread.Load(address, initial) : initial;

    private static Cell Exchange(nint address, Cell initial, Cell value, Cell? comparand)
    {
        if (ModelThread.Current is not { } thread) return initial;
        Location location = thread.BeginUpdate(address, initial);
        Cell before = location.Value;
        if (comparand is null || (before.Bits == comparand.Value.Bits && ReferenceEquals(before.Reference, comparand.Value.Reference))) thread.Update(location, value);
        return before;
    }

    /// <summary>Adds; <paramref name="wrap"/> brings the sum into the range of the location's type.</summary>
    private static long Sum(nint address, long initial, long value, Func<long, long> wrap)
    {
        if (ModelThread.Current is not { } thread) return wrap(initial + value);
        Location location = thread.BeginUpdate(address, new(initial, null));
        var sum = new Cell(wrap(location.Value.Bits + value), null);
        thread.Update(location, sum);
        return sum.Bits;
    }
}
