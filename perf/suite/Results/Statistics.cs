namespace FastCore.Perf.Results;

/// <summary>What is said of a handful of rounds.</summary>
public static class Statistics
{
    /// <summary>The middle value; of an even number, the mean of the two in the middle.</summary>
    /// <exception cref="ArgumentException">There is none.</exception>
    public static double Median(IEnumerable<double> values) => Quantile(Sorted(values), 0.5);

    /// <summary>The distance between the quartiles, divided by the median: how much the rounds disagree.</summary>
    /// <exception cref="ArgumentException">There is none.</exception>
    public static double RelativeSpread(IEnumerable<double> values)
    {
        var sorted = Sorted(values);
        var median = Quantile(sorted, 0.5);
        return median == 0 ? 0 : (Quantile(sorted, 0.75) - Quantile(sorted, 0.25)) / Math.Abs(median);
    }

    private static double[] Sorted(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted.Length > 0 ? sorted : throw new ArgumentException("There is no value.", nameof(values));
    }

    // Linear between the two nearest values (type 7 of Hyndman and Fan, 1996).
    private static double Quantile(double[] sorted, double share)
    {
        var at = share * (sorted.Length - 1);
        var below = (int)at;
        var above = Math.Min(below + 1, sorted.Length - 1);
        return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
    }
}
