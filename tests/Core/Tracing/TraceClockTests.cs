using System.Diagnostics;
using FastCore.Tracing;

namespace FastCore.Tests.Tracing;

/// <summary>Stamps of the processor's counter become times of the system's clock, in their order. The tracer is one for the process, so this runs alone.</summary>
[TestFixture]
[NonParallelizable]
internal sealed class TraceClockTests
{
    private static readonly Transition Step = new("here", "step", "here");

    private static readonly TransitionTable Table = new("walker", "Somebody in a test.", "here", Step);

    [TearDown]
    public void StopTracing() => Tracer.Stop();

    [TestCase(1000, 500)]
    [TestCase(2000, 1000, Description = "The anchors are exact.")]
    [TestCase(4000, 2000)]
    [TestCase(6000, 3000, Description = "Behind the copy the line goes on.")]
    public void AStampIsOnTheLineBetweenTheAnchors(long counter, long ticks) =>
        Assert.That(TraceClock.ToStopwatch(counter | long.MinValue, new TraceClock(2000, 1000), new TraceClock(4000, 2000)), Is.EqualTo(ticks));

    [Test]
    public void AStampOfTheSystemsClockStaysAsItIs() => Assert.That(TraceClock.ToStopwatch(77, new TraceClock(2000, 1000), new TraceClock(4000, 2000)), Is.EqualTo(77));

    [Test]
    public void ACopyAtOnceDividesByNothing() => Assert.That(TraceClock.ToStopwatch(5000 | long.MinValue, new TraceClock(2000, 1000), new TraceClock(2000, 1000)), Is.EqualTo(1000));

    [Test]
    public void ALongTraceLosesNoTick()
    {
        const long Days = 30L * 24 * 3600;
        var start = new TraceClock(1L << 50, 1L << 49);
        var end = new TraceClock(start.Counter + (3_000_000_000 * Days), start.Ticks + (1_000_000_000 * Days));
        long middle = start.Counter + (1_500_000_000 * Days);
        Assert.That(TraceClock.ToStopwatch(middle | long.MinValue, start, end), Is.EqualTo(start.Ticks + (500_000_000 * Days)).Within(1));
    }

    /// <summary>Both clocks say when an event was; a machine that lets nobody run for long widens the gap between the readings, not the error.</summary>
    [Test]
    public void EventsLieBetweenTheReadingsAroundThem([Values] bool counter)
    {
        const int Events = 1000;
        const long Error = 1_000_000;
        Tracer.Start(new TracerOptions { TimeStampCounter = counter });
        long subject = Tracer.NewSubject();
        var readings = new long[Events + 1];
        for (int i = 0; i < Events; i++)
        {
            readings[i] = Stopwatch.GetTimestamp();
            if (i % 3 == 0) Tracer.RecordSince(Step, subject, readings[i]);
            else Tracer.Record(Step, subject, i);
        }

        readings[Events] = Stopwatch.GetTimestamp();
        Tracer.Stop();
        long[] times = [.. Tracer.Snapshot().Threads.SelectMany(static thread => thread.Events).Where(one => one.Subject == subject).Select(static one => one.Timestamp)];
        Assert.That(times, Has.Length.EqualTo(Events));
        Assert.That(times, Is.Ordered);
        for (int i = 0; i < Events; i++) Assert.That(times[i], Is.InRange(readings[i] - Error, readings[i + 1] + Error));
        Assert.That(Table.Transitions, Does.Contain(Step));
    }
}
