using System.Diagnostics;
using FastCore.Tests.Channels.Metrics;
using FastCore.Tracing;

namespace FastCore.Tests.Tracing;

/// <summary>What the pause meter tells without a trace.</summary>
[NonParallelizable]
internal sealed class PauseMeterTests
{
    private const int Collections = 5;

    [Test]
    public void CollectionsAreCountedByGenerationAndPausesMeasured()
    {
        using var meter = new PauseMeter();
        TimeSpan before = GC.GetTotalPauseDuration();
        Collect(generation: 2);
        Collect(generation: 0);
        PauseReading reading = AwaitPauses(meter);
        Assert.That(reading.Generation2, Is.GreaterThanOrEqualTo(Collections));
        Assert.That(reading.Generation0, Is.GreaterThanOrEqualTo(Collections));
        Assert.That(reading.TotalPause, Is.GreaterThan(TimeSpan.Zero).And.LessThanOrEqualTo(GC.GetTotalPauseDuration() - before));
        Assert.That(reading.Pauses.Count, Is.GreaterThan(0));
        Assert.That(reading.Pauses.Longest, Is.LessThanOrEqualTo(reading.Pauses.Total));
        Assert.That(reading.Pauses.P50, Is.LessThanOrEqualTo(reading.Pauses.P99));
    }

    [Test]
    public void FromARestartItCountsAnew()
    {
        using var meter = new PauseMeter();
        Collect(generation: 2);
        AwaitPauses(meter);
        PauseReading ended = meter.Restart();
        PauseReading begun = meter.Read();
        Assert.That(ended.Generation2, Is.GreaterThanOrEqualTo(Collections));
        Assert.That(begun.Generation2, Is.LessThan(Collections), "The collections before do not count.");
        Assert.That(begun.Time, Is.LessThan(ended.Time));
    }

    [Test]
    public void WhatWasSeenCanBeReadAfterItsEnd()
    {
        var meter = new PauseMeter();
        Collect(generation: 2);
        AwaitPauses(meter);
        meter.Dispose();
        Assert.That(meter.Read().Pauses.Count, Is.GreaterThan(0));
    }

    [Test]
    public void TheInstrumentsAreTold()
    {
        using var recorder = new Recorder();
        using var meter = new PauseMeter(new PauseMetrics(recorder));
        Collect(generation: 2);
        AwaitPauses(meter);
        meter.Dispose();
        double[] told = [.. Enumerable.Range(0, 3).SelectMany(generation => recorder.Of($"fastcore.gc.pause.duration[s]{{gc.heap.generation=gen{generation}}}"))];
        Assert.That(told.Sum(), Is.EqualTo(meter.Read().Pauses.Total.TotalSeconds).Within(1e-9));
        Assert.That(recorder.Of("fastcore.gc.pause.duration[s]{gc.heap.generation=gen2}"), Is.Not.Empty);
        Assert.That(() => new PauseMetrics(null!), Throws.ArgumentNullException);
    }

    private static void Collect(int generation)
    {
        for (int i = 0; i < Collections; i++) GC.Collect(generation, GCCollectionMode.Forced, blocking: true);
    }

    /// <summary>Until the meter has woken since.</summary>
    private static PauseReading AwaitPauses(PauseMeter meter)
    {
        long start = Stopwatch.GetTimestamp();
        PauseReading reading;
        while ((reading = meter.Read()).Pauses.Total < reading.TotalPause && Stopwatch.GetElapsedTime(start) < Hang.Patience) Thread.Yield();
        return reading;
    }
}
