namespace FastCore.Perf.Channels;

/// <summary>One thing to measure. A round does its work once, checks its own result, and throws when it is wrong.</summary>
internal abstract class ChannelCase : IDisposable
{
    internal abstract string Name { get; }

    /// <summary>How many operations the first, unmeasured round does; it tells how many fill the time.</summary>
    internal virtual long WarmUpOperations => 200_000;

    internal abstract RoundResult Run(ChannelSubject subject, long operations);

    public virtual void Dispose()
    {
    }

    protected static void Check(long expected, long actual, string what)
    {
        if (expected != actual) throw new InvalidDataException($"Wrong {what}: {actual} instead of {expected}. The measurement is void.");
    }
}

/// <summary>What a round did.</summary>
internal readonly record struct RoundResult(long Operations, TimeSpan Elapsed, ProcessCost Cost, ChannelFaults? Faults = null);
