using FastCore.Perf.Processes;
using FastCore.Scheduling;

namespace FastCore.Perf.Scheduling.Check;

/// <summary>
/// Puts schedulers of every policy through storms of spawns, steals, joins, blocking calls and shutdowns, and counts the items
/// that are lost or run twice.
/// </summary>
public static class SchedulerCheck
{
    private const int LongestStorm = 1 << 16;

    private const int ShortestStorm = 1 << 6;

    private static readonly (SchedulerPolicy Policy, ShutdownMode Mode, string Name)[] All =
    [
        (SchedulerPolicy.Hybrid, ShutdownMode.Drain, "scheduler/hybrid/drain"),
        (SchedulerPolicy.Hybrid, ShutdownMode.Cancel, "scheduler/hybrid/cancel"),
        (SchedulerPolicy.LocalOnly, ShutdownMode.Drain, "scheduler/local-only/drain"),
        (SchedulerPolicy.LocalOnly, ShutdownMode.Cancel, "scheduler/local-only/cancel"),
        (SchedulerPolicy.GlobalOnly, ShutdownMode.Drain, "scheduler/global-only/drain"),
        (SchedulerPolicy.GlobalOnly, ShutdownMode.Cancel, "scheduler/global-only/cancel"),
    ];

    /// <summary>The names of all kinds of storms.</summary>
    public static IReadOnlyList<string> Kinds { get; } = [.. All.Select(static kind => kind.Name)];

    /// <summary>Checks the kinds one after the other, each with its share of the operations.</summary>
    /// <param name="options">How much.</param>
    /// <param name="begin">Told before each kind.</param>
    /// <param name="cancellationToken">Ends it after the storm that runs, with what was found until then.</param>
    /// <returns>Findings, each when it is complete; memory does not grow with the operations.</returns>
    public static IEnumerable<SchedulerFindings> Run(SchedulerCheckOptions options, Action<string>? begin = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        long share = Math.Max(1, options.Operations / All.Length);
        foreach ((SchedulerPolicy policy, ShutdownMode mode, string name) in All)
        {
            if (cancellationToken.IsCancellationRequested) yield break;
            begin?.Invoke(name);
            var random = new Random(name.Aggregate(options.Seed, static (seed, letter) => unchecked((seed * 31) + letter)));
            var sum = new SchedulerFindings(name);

            // A second hang would tell no more than the first, and take as long.
            while (sum.Spawned < share && sum.Hung == 0 && !cancellationToken.IsCancellationRequested)
            {
                using var storm = new SchedulerStorm(name, policy, workers: random.Next(1, 5), DrawItems(random, share), random.Next());
                sum = sum.Plus(storm.Run(mode, options.Patience));
            }

            yield return sum.Plus(AuditThreads(name, options.Patience));
        }
    }

    /// <summary>Short storms meet many ends, long ones many items: each length's order of magnitude comes as often.</summary>
    private static int DrawItems(Random random, long share)
    {
        double longest = Math.Clamp(share / 4.0, ShortestStorm, LongestStorm);
        return (int)(ShortestStorm * Math.Pow(longest / ShortestStorm, random.NextDouble()));
    }

    /// <summary>No thread outlives its scheduler; but the monitor may come back from its sleep a moment later.</summary>
    private static SchedulerFindings AuditThreads(string name, TimeSpan patience)
    {
        int left = 0;
        DateTime end = DateTime.UtcNow + patience;
        while (DateTime.UtcNow < end && (left = ThreadClock.TimesOf(SchedulerStorm.ThreadNames).Count) > 0) Thread.Sleep(1);
        return new SchedulerFindings(name) { Hung = left, FirstFailure = left > 0 ? $"{left} threads have outlived their scheduler." : null };
    }
}
