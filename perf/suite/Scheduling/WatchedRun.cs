using FastCore.Diagnostics;
using FastCore.Perf.Rounds;
using FastCore.Tracing;

namespace FastCore.Perf.Scheduling;

/// <summary>Something that looks at a process, and costs what it looks at.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Start">Begins to look.</param>
/// <param name="Stop">Ends it.</param>
/// <param name="HasSeen">Whether there is anything to show for it.</param>
internal sealed record Watch(string Name, Action Start, Action Stop, Func<bool> HasSeen)
{
    /// <summary>Who waits for what, since when: what <c>fastcore top</c> and <c>fastcore profile</c> ask for.</summary>
    internal static Watch Waits { get; } = new("live-waits", LiveWaits.Start, LiveWaits.Stop, static () => LiveWaits.TakeContention().Any(static row => row.Waits > 0));

    /// <summary>Every step of every life.</summary>
    internal static Watch Trace { get; } = new("traced", static () => Tracer.Start(), Tracer.Stop, static () => Tracer.Snapshot().Threads.Any(static thread => thread.Overwritten > 0));
}

/// <summary>The rounds of another run, each while somebody looks.</summary>
internal sealed class WatchedRun(CaseRun run, Watch watch) : CaseRun
{
    private const long WorthSeeing = 100_000;

    internal override RoundResult Run(long operations)
    {
        RoundResult result;
        watch.Start();
        try
        {
            result = run.Run(operations);
        }
        finally
        {
            watch.Stop();
        }

        // A few operations may leave nothing behind; the first rounds are such.
        if (operations > WorthSeeing && !watch.HasSeen()) throw new InvalidDataException($"{watch.Name}: nothing was seen of {operations:N0} operations.");
        return result;
    }

    public override void Dispose() => run.Dispose();
}
