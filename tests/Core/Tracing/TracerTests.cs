using System.Diagnostics;
using FastCore.Tracing;

namespace FastCore.Tests.Tracing;

/// <summary>The tracer is one for the process, so its tests run alone.</summary>
[TestFixture]
[NonParallelizable]
internal sealed class TracerTests
{
    private static readonly Transition Go = new("here", "go", "there");

    private static readonly Transition Return = new("there", "return", "here");

    private static readonly TransitionTable Table = new("traveller", "Somebody in a test.", "here", Go, Return);

    [TearDown]
    public void StopTracing() => Tracer.Stop();

    [Test]
    public void NothingIsRecordedWhileItIsOff()
    {
        Tracer.Start();
        Tracer.Stop();
        Tracer.Record(Go, 1);
        Assert.That(Own(Tracer.Snapshot(), 1), Is.Empty);
    }

    [Test]
    public void EventsComeInTheirOrderWithWhatTheySay()
    {
        Tracer.Start();
        long subject = Tracer.NewSubject();
        Tracer.Record(Go, subject, 5);
        Tracer.Record(Return, subject, 6);
        Tracer.Stop();
        TraceSnapshot snapshot = Tracer.Snapshot();
        TraceEvent[] events = Own(snapshot, subject);
        Assert.That(events.Select(one => (one.TransitionId, one.Argument)), Is.EqualTo(new[] { (Go.Id, 5L), (Return.Id, 6L) }));
        Assert.That(events[0].Timestamp, Is.InRange(snapshot.Start, events[1].Timestamp));
        Assert.That(events[1].Timestamp, Is.LessThanOrEqualTo(snapshot.End));
        Assert.That(TransitionTable.TryFind(events[0].TransitionId, out Transition? found) && found == Go && found.Table == Table);
    }

    [Test]
    public void StartingAgainForgets()
    {
        Tracer.Start();
        Tracer.Record(Go, 1);
        Tracer.Start();
        Assert.That(Own(Tracer.Snapshot(), 1), Is.Empty);
    }

    [Test]
    public void TheOldestAreOverwritten()
    {
        Tracer.Start(new TracerOptions { EventsPerThread = 7 });
        long subject = Tracer.NewSubject();
        for (int i = 0; i < 100; i++) Tracer.Record(Go, subject, i);
        TraceThread track = Tracer.Snapshot().Threads.Single(thread => thread.Events.Any(one => one.Subject == subject));
        Assert.That(track.Events.Select(one => one.Argument), Is.EqualTo(Enumerable.Range(93, 7)));
        Assert.That(track.Overwritten, Is.EqualTo(93));
    }

    [Test]
    public void AnEventAllocatesNothing()
    {
        Tracer.Start();
        Tracer.Record(Go, 1);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++) Tracer.Record(Go, 1, i);
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
    }

    [Test]
    public void EveryThreadHasATrackAndThoseThatEndedAreForgottenInTime()
    {
        Tracer.Start(new TracerOptions { EventsPerThread = 1 });
        long subject = Tracer.NewSubject();
        const int Threads = 100;
        for (int i = 0; i < Threads; i++)
        {
            int number = i;
            var thread = new Thread(() => Tracer.Record(Go, subject, number)) { Name = $"walker {number}" };
            thread.Start();
            thread.Join();
        }

        TraceThread[] tracks = [.. Tracer.Snapshot().Threads.Where(track => track.Name.StartsWith("walker", StringComparison.Ordinal))];
        Assert.That(tracks, Has.Length.InRange(2, TraceSession.MostEndedThreads + 1));
        Assert.That(tracks[^1].Name, Is.EqualTo($"walker {Threads - 1}"));
        Assert.That(tracks.Select(track => track.Events.Single().Argument), Is.EqualTo(Enumerable.Range(Threads - tracks.Length, tracks.Length)));
    }

    /// <summary>Four threads write rising numbers as fast as they can; every copy must hold runs of them without a gap.</summary>
    [Test]
    public void CopiesAreWholeWhileThreadsWrite()
    {
        Tracer.Start(new TracerOptions { EventsPerThread = 255 });
        long subject = Tracer.NewSubject();
        bool isOver = false;
        Thread[] writers = [.. Enumerable.Range(0, 4).Select(_ => new Thread(() =>
        {
            for (long number = 0; !Volatile.Read(ref isOver); number++) Tracer.Record(Go, subject, number);
        }))];
        Array.ForEach(writers, static writer => writer.Start());
        long checkedEvents = 0;
        int copies = 0;
        for (; copies < 2000 || checkedEvents == 0; copies++)
        {
            foreach (TraceThread track in Tracer.Snapshot().Threads)
            {
                for (int i = 0; i < track.Events.Count && track.Events[i].Subject == subject; i++, checkedEvents++)
                {
                    if (track.Events[i].Argument != track.Overwritten + i || track.Events[i].TransitionId != Go.Id)
                        Assert.Fail($"Event {track.Overwritten + i} of {track.Name} reads {track.Events[i]}.");
                }
            }
        }

        Volatile.Write(ref isOver, true);
        Array.ForEach(writers, static writer => writer.Join());
        TestContext.Out.WriteLine($"{checkedEvents} events in {copies} copies");
    }

    [Test]
    public void TheRecorderTripsOnceInASlowSpell()
    {
        TraceSnapshot? told = null;
        int trips = 0;
        var recorder = new FlightRecorder(TimeSpan.FromMinutes(1), TimeSpan.FromMilliseconds(10), snapshot =>
        {
            told = snapshot;
            trips++;
        });
        long start = Stopwatch.GetTimestamp();
        long late = start + Stopwatch.Frequency;
        Assert.That(recorder.Report(start, late), Is.False, "Tracing is off.");
        Tracer.Start();
        long subject = Tracer.NewSubject();
        Tracer.Record(Go, subject);
        Assert.That(recorder.Report(start, start + (Stopwatch.Frequency / 200)), Is.False, "Within the limit.");
        Assert.That(recorder.Report(start, late), Is.True);
        Assert.That(recorder.Report(start, late + 1), Is.False, "Told a moment ago.");
        Assert.That(recorder.Report(start, late + (61 * Stopwatch.Frequency)), Is.True);
        Assert.That(trips, Is.EqualTo(2));
        Assert.That(Own(told!, subject), Has.Length.EqualTo(1));
    }

    [Test]
    public void TheMeterTellsOfCollections()
    {
        Tracer.Start();
        using var meter = new PauseMeter();
        // A busy machine has hiccups, too.
        string[] Told() => [.. Tracer.Snapshot().Events.Select(static one => TransitionTable.TryFind(one.TransitionId, out Transition? step) && step.Table.Name == "GC pause" ? step.Name : "").Where(static name => name is "pause" or "resume")];
        Assert.That(() =>
        {
            GC.Collect();
            return Told();
        }, Does.Contain("resume").After(10_000, 5));
        Assert.That(Told().Take(2), Is.EqualTo(new[] { "pause", "resume" }));
        meter.Dispose();
        Assert.That(meter.Dispose, Throws.Nothing);
    }

    [Test]
    public void ASnapshotIsCutAtATime()
    {
        var snapshot = new TraceSnapshot(0, 100, [new TraceThread(1, "a", [At(10), At(60)], 0), new TraceThread(2, "b", [At(20)], 0)]);
        TraceSnapshot cut = snapshot.Since(50);
        Assert.That(cut.Start, Is.EqualTo(50));
        Assert.That(cut.Threads.Select(thread => thread.Name), Is.EqualTo(new[] { "a" }));
        Assert.That(cut.Events.Select(one => one.Timestamp), Is.EqualTo(new[] { 60 }));
        Assert.That(snapshot.Events.Select(one => one.Timestamp), Is.EqualTo(new[] { 10, 20, 60 }));

        static TraceEvent At(long timestamp) => new(timestamp, 1, 0, Go.Id);
    }

    [TestCase(0)]
    [TestCase(1 << 24)]
    public void SizesOutOfRangeAreRefused(int events) =>
        Assert.That(() => Tracer.Start(new TracerOptions { EventsPerThread = events }), Throws.InstanceOf<ArgumentOutOfRangeException>());

    private static TraceEvent[] Own(TraceSnapshot snapshot, long subject) => [.. snapshot.Events.Where(one => one.Subject == subject)];
}
