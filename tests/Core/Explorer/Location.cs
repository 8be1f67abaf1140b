using System.Runtime.Intrinsics;

namespace FastCore.Tests.Explorer;

/// <summary>What a location can hold: a number of up to 64 bits, or a reference.</summary>
internal readonly record struct Cell(long Bits, object? Reference)
{
    public override string ToString() => Reference is null ? Bits.ToString() : Reference.ToString() ?? Reference.GetType().Name;
}

/// <summary>One location of the model's memory: its value as all threads see it, and who has touched it when.</summary>
internal sealed class Location(int number)
{
    /// <summary>Counts locations in the order of their first access: the same in every execution of a schedule.</summary>
    internal int Number { get; } = number;

    internal Cell Value;

    /// <summary>What a thread that reads this value has seen.</summary>
    internal Vector128<int> Released;

    /// <summary>The moment of the last write.</summary>
    internal Vector128<int> LastWrite;

    /// <summary>Slots: the moment of each thread's last read.</summary>
    internal Vector128<int> LastReads;

    /// <summary>The chain of its writes; zero before the first.</summary>
    internal ulong Version;

    internal void Start(Cell initial)
    {
        Value = initial;
        Version = 0;
        Released = LastWrite = LastReads = Vector128<int>.Zero;
    }
}
