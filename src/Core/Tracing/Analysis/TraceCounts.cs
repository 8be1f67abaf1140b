namespace FastCore.Tracing.Analysis;

/// <summary>How often each step of the tables was taken in a trace, and after how long in the state before it. Immutable.</summary>
public sealed class TraceCounts
{
    private readonly Dictionary<Transition, (int Count, double? Median)> _taken;

    /// <param name="snapshot">The trace to count in.</param>
    public TraceCounts(TraceSnapshot snapshot)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        var stays = new Dictionary<Transition, (int Count, List<double> Nanoseconds)>();
        var last = new Dictionary<(long, TransitionTable), TraceStep>();
        foreach (TraceStep step in TraceStep.Of(snapshot))
        {
            (long, TransitionTable) life = (step.Subject, step.Transition.Table);
            (int count, List<double> nanoseconds) = stays.GetValueOrDefault(step.Transition, (0, []));
            if (last.TryGetValue(life, out TraceStep? before) && before.Transition.To == step.Transition.From) nanoseconds.Add(TraceStep.Nanoseconds(step.Time - before.Time));
            stays[step.Transition] = (count + 1, nanoseconds);
            last[life] = step;
        }

        _taken = stays.ToDictionary(static one => one.Key, static one => (one.Value.Count, Median(one.Value.Nanoseconds)));
    }

    /// <summary>How often it was taken.</summary>
    public int CountOf(Transition transition) => _taken.GetValueOrDefault(transition).Count;

    /// <summary>The median time in the state before it, in nanoseconds; null where no beginning of that is in the trace.</summary>
    public double? MedianNanoseconds(Transition transition) => _taken.GetValueOrDefault(transition).Median;

    /// <summary>A step's name, and after it how often and after how long it was taken, if it was.</summary>
    internal static string Label(Transition transition, TraceCounts? counts)
    {
        int count = counts?.CountOf(transition) ?? 0;
        if (count == 0) return transition.Name;
        return counts!.MedianNanoseconds(transition) is { } median
            ? $"{transition.Name} ×{count} {TraceText.Time(median)}"
            : $"{transition.Name} ×{count}";
    }

    private static double? Median(List<double> nanoseconds) =>
        nanoseconds.Count == 0 ? null : new LatencyHistogram(nanoseconds).Percentile(50);
}
