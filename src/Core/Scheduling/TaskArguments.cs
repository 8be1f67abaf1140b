namespace FastCore.Scheduling;

/// <summary>What the arguments of the scheduler's events are made of: two numbers each.</summary>
internal static class TaskArguments
{
    private const int NameBits = 24;

    private const long NameMask = (1 << NameBits) - 1;

    /// <summary>Of the steps to "queued": the item's name in the trace, and the waiter whose end woke it, if that is known.</summary>
    internal static long OfOrigin(int name, long waiter) => (waiter << NameBits) | (name & NameMask);

    internal static (int Name, long Waiter) ReadOrigin(long argument) => ((int)(argument & NameMask), argument >> NameBits);

    /// <summary>Of a run: how many wait behind it at its worker, and in the global queue.</summary>
    internal static long OfRun(int own, int shared) => Pair(own, shared);

    internal static (int Own, int Shared) ReadRun(long argument) => Pair(argument);

    /// <summary>Of a steal: whose it was, and how many.</summary>
    internal static long OfSteal(int victim, int taken) => Pair(victim, taken);

    internal static (int Victim, int Taken) ReadSteal(long argument) => Pair(argument);

    private static long Pair(int first, int second) => ((long)first << 32) | (uint)second;

    private static (int First, int Second) Pair(long argument) => ((int)(argument >> 32), (int)argument);
}
