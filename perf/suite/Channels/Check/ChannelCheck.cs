namespace FastCore.Perf.Channels.Check;

/// <summary>
/// Puts channels and broadcasts of every kind through storms of cancellation and completion and counts what is lost, doubled, out of order
/// or left asleep.
/// </summary>
public static class ChannelCheck
{
    /// <summary>Items of one writer in the longest storm.</summary>
    private const int LongestShare = 1 << 15;

    private const int ShortestShare = 1 << 3;

    /// <summary>The names of all kinds.</summary>
    public static IReadOnlyList<string> Kinds { get; } = [.. CheckedKinds.All.Select(static kind => kind.Name)];

    /// <summary>Whether there are kinds of that name or below it.</summary>
    public static bool IsKnown(string name) => CheckedKinds.All.Any(kind => CheckedKinds.IsNamed(kind, name));

    /// <summary>The names of those that <paramref name="options"/> choose.</summary>
    public static IReadOnlyList<string> KindsOf(ChannelCheckOptions options) => [.. CheckedKinds.Named(options.Kinds).Select(static kind => kind.Name)];

    /// <summary>Those of the chosen kinds that the stock channels have nothing to compare with.</summary>
    public static IReadOnlyList<string> WithoutStock(ChannelCheckOptions options) =>
        [.. CheckedKinds.Named(options.Kinds).Where(static kind => !kind.IsMadeBy(ChannelSubject.Stock)).Select(static kind => kind.Name)];

    /// <summary>How many findings <paramref name="options"/> lead to.</summary>
    public static int CountOf(ChannelCheckOptions options) => CheckedKinds.Named(options.Kinds).Sum(kind => SubjectsOf(options).Count(kind.IsMadeBy));

    /// <summary>Checks the chosen kinds one after the other, ours and, if asked for, stock beside it.</summary>
    /// <param name="options">What and how much.</param>
    /// <param name="begin">Told before each kind of each subject.</param>
    /// <param name="cancellationToken">Ends it after the storm that runs, with what was found until then.</param>
    /// <returns>Findings, each when it is complete; memory does not grow with the operations.</returns>
    /// <exception cref="InvalidOperationException">Called on a thread of the pool.</exception>
    public static IEnumerable<ChannelFindings> Run(ChannelCheckOptions options, Action<string, string>? begin = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        return Run(options, SubjectsOf(options), begin, cancellationToken);
    }

    internal static IEnumerable<ChannelFindings> Run(ChannelCheckOptions options, IReadOnlyList<ChannelSubject> subjects, Action<string, string>? begin, CancellationToken cancellationToken)
    {
        if (Thread.CurrentThread.IsThreadPoolThread) throw new InvalidOperationException("The check waits for the thread pool's threads and can't run on one. Give it a thread of its own.");
        foreach (CheckedKind kind in CheckedKinds.Named(options.Kinds))
        {
            foreach (ChannelSubject subject in subjects.Where(kind.IsMadeBy))
            {
                begin?.Invoke(kind.Name, subject.Name);
                ChannelFindings found = Check(kind, subject, options, cancellationToken);
                if (found.Operations > 0) yield return found;
                if (cancellationToken.IsCancellationRequested) yield break;
            }
        }
    }

    private static ChannelSubject[] SubjectsOf(ChannelCheckOptions options) =>
        options.WithStock ? [ChannelSubject.FastCore, ChannelSubject.Stock] : [ChannelSubject.FastCore];

    private static ChannelFindings Check(CheckedKind kind, ChannelSubject subject, ChannelCheckOptions options, CancellationToken cancellationToken)
    {
        // The same draws for a kind, whichever other kinds are checked with it.
        var random = new Random(kind.Name.Aggregate(options.Seed, static (seed, letter) => unchecked(seed * 31 + letter)));
        var sum = new ChannelFindings(kind.Name, subject.Name);
        // A second hang would tell no more than the first, and take as long.
        while (sum.Operations < options.Operations && sum.Hung == 0 && !cancellationToken.IsCancellationRequested)
        {
            sum = sum.Plus(kind.Brew(subject, DrawShare(random, kind.Writers, options.Operations), new Random(random.Next())).Run(options.PatientLooks));
        }

        return sum;
    }

    /// <summary>Short storms meet many ends, long ones many items: each length's order of magnitude comes as often.</summary>
    private static int DrawShare(Random random, int writers, long operations)
    {
        // An item is two operations, and a check is several storms, however short it is to be.
        double longest = Math.Clamp(operations / (4.0 * writers), ShortestShare, LongestShare);
        return (int)(ShortestShare * Math.Pow(longest / ShortestShare, random.NextDouble()));
    }
}
