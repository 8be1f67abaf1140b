using FastCore.Tracing;
using FastCore.Tracing.Analysis;

namespace FastCore.Tests.Tracing;

/// <summary>The lengths of pauses in a fixed amount of memory.</summary>
internal sealed class PauseHistogramTests
{
    [Test]
    public void PercentilesAreThoseOfAllLengthsToThreePercent([Values(1, 2, 3)] int seed)
    {
        var random = new Random(seed);
        // Over all magnitudes, as pauses are.
        long[] ticks = [.. Enumerable.Range(0, 1 + random.Next(5000)).Select(_ => (long)Math.Pow(2, random.NextDouble() * 39))];
        var histogram = new PauseHistogram();
        foreach (long one in ticks) histogram.Add(TimeSpan.FromTicks(one));
        var exact = new LatencyHistogram(ticks.Select(static one => (double)one));
        foreach (double percent in (double[])[0, 1, 50, 99, 99.9, 100])
        {
            long told = histogram.Percentile(percent).Ticks;
            Assert.That(told, Is.InRange(exact.Percentile(percent), exact.Percentile(percent) * 33 / 32), $"p{percent}, seed {seed}");
        }

        PauseLengths lengths = histogram.Read();
        Assert.That((lengths.Count, lengths.Total.Ticks, lengths.Longest.Ticks), Is.EqualTo(((long)ticks.Length, ticks.Sum(), ticks.Max())));
    }

    [Test]
    public void WhatIsOutOfRangeIsTheEndOfTheRange()
    {
        var histogram = new PauseHistogram();
        histogram.Add(TimeSpan.FromTicks(-5));
        Assert.That(histogram.Read().Longest, Is.EqualTo(TimeSpan.Zero));
        histogram.Add(TimeSpan.MaxValue);
        Assert.That(histogram.Read().Longest.TotalDays, Is.GreaterThan(1).And.LessThan(2));
    }

    [Test]
    public void OfNothingAllIsZero()
    {
        var histogram = new PauseHistogram();
        histogram.Add(TimeSpan.FromSeconds(1));
        histogram.Clear();
        Assert.That(histogram.Read(), Is.EqualTo(default(PauseLengths)));
    }
}
