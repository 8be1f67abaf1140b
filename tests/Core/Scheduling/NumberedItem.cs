using FastCore.Scheduling;

namespace FastCore.Tests.Scheduling;

/// <summary>An item that is told from others by its number, and counts what became of it.</summary>
internal sealed class NumberedItem(int number) : IWorkItem
{
    internal int Number { get; } = number;

    internal int Taken;

    public void Execute() => Interlocked.Increment(ref Taken);
}
