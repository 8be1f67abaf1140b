namespace FastCore.Perf.Channels;

/// <summary>One thing to measure.</summary>
internal abstract class ChannelCase
{
    internal abstract string Name { get; }

    /// <summary>Makes what a subject is measured on. It lives through the warm-up and all rounds, as in a program that runs on.</summary>
    internal abstract CaseRun Begin(ChannelSubject subject);
}

/// <summary>A case with a subject in it. A round does its work once, checks its own result, and throws when it is wrong.</summary>
internal abstract class CaseRun : IDisposable
{
    /// <returns>What the round did.</returns>
    /// <exception cref="InvalidDataException">An item was lost, doubled or out of order, or somebody hung. No further round may follow.</exception>
    internal abstract RoundResult Run(long operations);

    public abstract void Dispose();
}

/// <summary>What a round did.</summary>
internal readonly record struct RoundResult(long Operations, TimeSpan Elapsed, ProcessCost Cost);
