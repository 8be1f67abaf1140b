using FastCore.Tracing;
using FastCore.Tracing.Analysis;

namespace FastCore.Tests.Tracing;

/// <summary>What is read out of a trace, on one that is made by hand.</summary>
[TestFixture]
internal sealed class TraceModelTests
{
    private readonly TraceModel _model = new(ScriptedTrace.Create());

    [Test]
    public void TasksKnowWhatLedToThem()
    {
        TraceTask parent = Task(ScriptedTrace.Parent);
        TraceTask child = Task(ScriptedTrace.Child);
        TraceTask rest = Task(ScriptedTrace.Rest);
        Assert.That((parent.Name, parent.SpawnPlace, parent.Cause), Is.EqualTo(("Script.Parent", "Program.Main", (TraceTask?)null)));
        Assert.That(child.Cause, Is.SameAs(parent));
        Assert.That(rest.Cause, Is.SameAs(child));
        Assert.That(rest.Wait!.Task, Is.SameAs(parent), "What waited.");
        Assert.That((rest.Wait.Waker, rest.Wait.On), Is.EqualTo((child, new TraceTarget(ScriptedTrace.Channel, "rendezvous of Int32", "Program.Main"))));
        Assert.That(_model.Tasks.Select(static task => task.State), Is.EqualTo(new[] { "ended", "ended", "running", "running" }));
        Assert.That(child.Blocked, Is.EqualTo(ScriptedTrace.At(55) - ScriptedTrace.At(25)));
    }

    [Test]
    public void SpansOfAThreadLieInsideOrBesideEachOther()
    {
        Assert.That(Spans(1), Is.EqualTo(new[] { "Script.Parent 6-11", "Script.Outer 13-100", "Script.Rest 40-100" }));
        Assert.That(Spans(2), Is.EqualTo(new[] { "searching 2-15", "Script.Child 16-60", "blocked 25-55", "searching 61-62", "asleep 62-100" }));
        Assert.That(Spans(3), Is.EqualTo(new[] { "GC pause 70-75" }));
    }

    [Test]
    public void QueuesAndStealsAreRead()
    {
        Assert.That(_model.Queues.Take(2), Is.EqualTo(new[] { new QueueLength(ScriptedTrace.At(6), 1, 3), new QueueLength(ScriptedTrace.At(6), -1, 7) }));
        Assert.That(_model.Steals, Is.EqualTo(new[] { new TraceSteal(ScriptedTrace.At(14), 2, 0, 2) }));
    }

    [Test]
    public void ASummaryCounts()
    {
        var summary = new TraceSummary(_model);
        Assert.That(summary.Scheduling.Count, Is.EqualTo(4));
        Assert.That(summary.Scheduling.Most, Is.EqualTo(18_000).Within(1), "The rest waited from 22 to 40.");
        Assert.That(summary.Origins.Select(static one => (one.Origin, one.Latency.Count)), Is.EqualTo(new[] { ("spawn", 2), ("fork", 1), ("wake", 1) }));
        Assert.That(summary.Groups.Select(static group => group.Name), Is.EqualTo(new[] { "Script.Outer", "Script.Rest", "Script.Child", "Script.Parent" }));
        Assert.That(summary.Groups[2].Ran, Is.EqualTo(14_000).Within(1), "Without the time in its blocking call.");
        ThreadUse first = summary.Workers[0];
        Assert.That(first.Running, Is.EqualTo(92_000).Within(1), "What runs inside another is not counted twice.");
        Assert.That(summary.LongestWaits.Single().Outcome, Is.EqualTo("claim"));
        Assert.That(summary.Pauses.Most, Is.EqualTo(5000).Within(1));
        Assert.That(summary.Overwritten, Is.EqualTo(5));
    }

    [Test]
    public void AHistogramHasNearestRanksAndPowersOfTwo()
    {
        var latency = new LatencyHistogram(Enumerable.Range(1, 100).Select(static one => (double)one));
        Assert.That((latency.Percentile(50), latency.Percentile(99), latency.Percentile(99.9), latency.Most), Is.EqualTo((50d, 99d, 100d, 100d)));
        Assert.That(latency.Buckets, Is.EqualTo(new[] { (1L, 1), (2, 2), (4, 4), (8, 8), (16, 16), (32, 32), (64, 37) }));
        Assert.That(new LatencyHistogram([]).Percentile(50), Is.Zero);
    }

    /// <summary>What began before the trace did is left out, and nothing is made of its end.</summary>
    [Test]
    public void ATraceMayBeginInTheMiddle()
    {
        for (int from = 0; from < 100; from++)
        {
            var cut = new TraceModel(ScriptedTrace.Create().Since(ScriptedTrace.At(from)));
            Assert.That(cut.Spans.All(static span => span.End >= span.Start), $"From {from}.");
            Assert.That(cut.Tasks, Has.Count.LessThanOrEqualTo(4));
        }
    }

    [Test]
    public void WithoutGapsItBeginsWhereEveryRingDid()
    {
        TraceSnapshot whole = ScriptedTrace.Create().WithoutGaps();
        Assert.That(whole.Start, Is.EqualTo(ScriptedTrace.At(70)), "The ring of the pauses has lost what came before.");
        Assert.That(whole.Events, Has.Count.EqualTo(2));
    }

    private TraceTask Task(long subject) => _model.Tasks.Single(task => task.Subject == subject);

    private IEnumerable<string> Spans(int track) => _model.Spans.Where(span => span.Track == track)
        .Select(static span => $"{span.Name} {Microseconds(span.Start)}-{Microseconds(span.End)}");

    private static double Microseconds(long time) => Math.Round(TraceStep.Nanoseconds(time - ScriptedTrace.At(0)) / 1000);
}
