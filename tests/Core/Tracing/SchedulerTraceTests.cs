using System.Diagnostics;
using FastCore.Channels;
using FastCore.Scheduling;
using FastCore.Tests.Scheduling;
using FastCore.Tracing;

namespace FastCore.Tests.Tracing;

/// <summary>What a scheduler does is in the trace, step by step.</summary>
[TestFixture]
[NonParallelizable]
[CancelAfter(Hang.Milliseconds)]
internal sealed class SchedulerTraceTests
{
    private Scheduler _scheduler = null!;

    [SetUp]
    public void StartTracing() => Tracer.Start(new TracerOptions { EventsPerThread = (1 << 18) - 1, SpawnPlaces = true });

    [TearDown]
    public void StopTracing()
    {
        _scheduler.Dispose();
        Tracer.Stop();
    }

    [Test]
    public void AScriptIsTracedAsItRuns()
    {
        Run(1, () => _scheduler.Spawn(Second));
        Assert.That(Steps("task"), Is.EqualTo(new[]
        {
            "spawn", "run", "spawn", "end", "run", "end",
        }));
        TraceEvent[] tasks = [.. Taken("task").Select(static one => one.Event)];
        long first = tasks[0].Subject;
        long second = tasks[2].Subject;
        Assert.That(tasks.Select(one => one.Subject), Is.EqualTo(new[] { first, first, second, first, second, second }));
        Assert.That(NameOf(tasks[2]), Is.EqualTo($"{typeof(SchedulerTraceTests).FullName}.{nameof(Second)}"));
        Assert.That(Steps("global queue"), Is.EqualTo(new[] { "enqueue", "dequeue last" }));
        Assert.That(Steps("local ring"), Is.EqualTo(new[] { "fill", "run dry" }));
    }

    [Test]
    public void AnAwaitEndsInAWakeUpThatNamesItsWaiter()
    {
        FastChannel<int> channel = FastChannel.CreateBounded<int>(1);
        Run(1, async () =>
        {
            _scheduler.Spawn(() => channel.Writer.TryWrite(7));
            await channel.Reader.ReadAsync();
        });
        Assert.That(Steps("task"), Is.EqualTo(new[] { "spawn", "run", "spawn", "end", "run", "wake", "end", "run", "end" }));
        Assert.That(Steps("next-slot"), Is.EqualTo(new[] { "put", "run" }));
        TraceEvent wake = Taken("task").Single(static one => one.Step.Name == "wake").Event;
        Assert.That(TaskArguments.ReadOrigin(wake.Argument).Waiter, Is.EqualTo(Taken("waiter").First(static one => one.Step.Name == "announce").Event.Subject));
        Assert.That(NameOf(wake), Does.Contain(nameof(AnAwaitEndsInAWakeUpThatNamesItsWaiter)));
        Assert.That(Taken("next-slot").First().Event.Subject, Is.EqualTo(wake.Subject));
    }

    [Test]
    public void AStealNamesItsVictim()
    {
        using var isStolen = new ManualResetEventSlim();
        Run(2, () =>
        {
            _scheduler.Spawn(isStolen.Set);
            while (!isStolen.IsSet) Thread.SpinWait(10);
        });
        Transition[] stolen = [.. Taken("steal").Select(static one => one.Step).Where(static step => step.Name.StartsWith("steal", StringComparison.Ordinal))];
        Assert.That(stolen.Select(static step => step.Name), Does.Contain("steal half"));
        TraceEvent steal = Taken("steal").First(static one => one.Step.Name == "steal half").Event;
        Assert.That(TaskArguments.ReadSteal(steal.Argument).Taken, Is.EqualTo(1));
        Assert.That(Tracer.Snapshot().Threads.Count(static thread => thread.Events.Any(static one => StepOf(one) is { Name: "run", Table.Name: "task" })), Is.EqualTo(2));
    }

    [Test]
    public void ABlockingCallHandsOver()
    {
        Run(1, () =>
        {
            using var done = new ManualResetEventSlim();
            _scheduler.Spawn(done.Set);
            Scheduler.Blocking(done.Wait);
        });
        Assert.That(Steps("task"), Is.EqualTo(new[] { "spawn", "run", "spawn", "block", "run", "end", "return", "end" }));
        Assert.That(Steps("blocking call hand-over"), Is.EqualTo(new[] { "block", "come back" }));
        Assert.That(Steps("steal"), Does.Contain("steal half"), "The spare worker's way to the item.");
    }

    [Test]
    public void AHogIsReportedWithItsPlaceAndYields()
    {
        // No spare worker, which might run what comes after the yield before the turn is over.
        var reported = new TaskCompletionSource<LongRunningWork>();
        _scheduler = new Scheduler(new SchedulerOptions { Workers = 1, SpareWorkers = 0, LongRunning = work => reported.TrySetResult(work) });
        using var hasYielded = new ManualResetEventSlim();
        _scheduler.Spawn(async () =>
        {
            while (!Scheduler.ShouldYield) Thread.SpinWait(100);
            await Scheduler.Yield();
            hasYielded.Set();
        });
        hasYielded.Wait();
        Assert.That(reported.Task.Result.SpawnPlace, Is.EqualTo($"{typeof(SchedulerTraceTests).FullName}.{nameof(AHogIsReportedWithItsPlaceAndYields)}"));
        _scheduler.Dispose();
        Assert.That(Steps("cooperative yield"), Is.EqualTo(new[] { "ask", "yield", "end" }));
        Assert.That(Steps("monitor"), Does.Contain("report long run"));
        Assert.That(Steps("task"), Is.EqualTo(new[] { "spawn", "run", "yield", "end", "run", "end" }));
    }

    [Test]
    public void AWorkerWithoutWorkSleepsAndIsWoken()
    {
        _scheduler = new Scheduler(new SchedulerOptions { Workers = 1 });
        Assert.That(() => Steps("parking"), Is.EqualTo(new[] { "announce", "sleep" }).After(10_000, 1));
        Assert.That(Steps("spinning worker"), Is.EqualTo(new[] { "begin", "give up" }));
        Assert.That(Steps("worker"), Is.EqualTo(new[] { "run dry", "park" }));
        using var done = new ManualResetEventSlim();
        _scheduler.Spawn(done.Set);
        done.Wait();
        Assert.That(() => Steps("parking"), Is.EqualTo(new[] { "announce", "sleep", "unpark", "go on", "announce", "sleep" }).After(10_000, 1));
        Assert.That(Steps("worker"), Is.EqualTo(new[] { "run dry", "park", "wake", "find work", "run dry", "park" }));
        Assert.That(Steps("spinning worker"), Is.EqualTo(new[] { "begin", "give up", "wake", "find work", "begin", "give up" }));
    }

    [Test]
    public void AFullRingOverflowsIntoTheGlobalQueue()
    {
        Run(1, () =>
        {
            for (int i = 0; i <= 256; i++) _scheduler.Spawn(new NumberedItem(i));
        });
        Assert.That(Steps("local ring"), Is.EqualTo(new[] { "fill", "overflow", "run dry" }).Or.EqualTo(new[] { "fill", "overflow", "run dry", "fill", "run dry" }));
        Assert.That(Taken("local ring").Single(static one => one.Step.Name == "overflow").Event.Argument, Is.EqualTo(129));
        Assert.That(Taken("global queue").Max(static one => one.Event.Argument), Is.EqualTo(129));
    }

    [Test]
    public void WhatIsAbandonedOrRefusedOrFailsEndsSo()
    {
        _scheduler = new Scheduler(new SchedulerOptions { Workers = 1, UnhandledException = static _ => { } });
        using var isRunning = new ManualResetEventSlim();
        using var mayEnd = new ManualResetEventSlim();
        _scheduler.Spawn(() =>
        {
            isRunning.Set();
            mayEnd.Wait();
            throw new TimeZoneNotFoundException("Planted.");
        });
        isRunning.Wait();
        _scheduler.SpawnPinned(0, new NumberedItem(0));
        _scheduler.Shutdown(ShutdownMode.Cancel, TimeSpan.Zero);
        Assert.That(() => _scheduler.Spawn(new NumberedItem(0)), Throws.TypeOf<ObjectDisposedException>());
        mayEnd.Set();
        Assert.That(() => Steps("task"), Is.EquivalentTo(new[] { "spawn", "run", "pin", "abandon", "spawn", "refuse", "fail" }).After(10_000, 1));
    }

    /// <summary>The worker is kept until there is no doubt that the item behind has waited for longer than the limit.</summary>
    [Test]
    public void AnItemThatWaitsTooLongTripsTheRecorder()
    {
        var tripped = new TaskCompletionSource<TraceSnapshot>();
        TimeSpan limit = TimeSpan.FromMilliseconds(5);
        var recorder = new FlightRecorder(TimeSpan.FromMinutes(1), limit, tripped.SetResult);
        _scheduler = new Scheduler(new SchedulerOptions { Workers = 1, FlightRecorder = recorder, LongRun = TimeSpan.FromMinutes(1) });
        _scheduler.Spawn(() =>
        {
            _scheduler.Spawn(Second);
            long start = Stopwatch.GetTimestamp();
            while (Stopwatch.GetElapsedTime(start) < 2 * limit) Thread.SpinWait(100);
        });

        // On a machine with much to do it may be the first that waits too long.
        TraceEvent[] tasks = [.. tripped.Task.Result.Events.Where(static one => StepOf(one).Table.Name == "task")];
        Assert.That(StepOf(tasks[^1]).Name, Is.EqualTo("run"));
        TraceEvent spawn = tasks.Single(one => one.Subject == tasks[^1].Subject && StepOf(one).Name == "spawn");
        Assert.That(Stopwatch.GetElapsedTime(spawn.Timestamp, tasks[^1].Timestamp), Is.GreaterThan(limit));
    }

    [Test]
    public async Task TracedSpawnsAllocateNothingOnceTheWorkerIsWarm()
    {
        Tracer.Start();
        _scheduler = new Scheduler(new SchedulerOptions { Workers = 1 });
        long allocated = await SchedulerTests.On(_scheduler, () => SchedulerTests.MeasureSpawns(_scheduler));
        Assert.That(allocated, Is.Zero);
    }

    [Test]
    public async Task TracedWakeUpsAllocateNothingOnceTheWorkerIsWarm()
    {
        Tracer.Start();
        _scheduler = new Scheduler(new SchedulerOptions { Workers = 1 });
        FastChannel<int> channel = FastChannel.CreateBounded<int>(0);
        Task<bool> reader = SchedulerTests.On(_scheduler, async () =>
        {
            while (await channel.Reader.ReadAsync() != 0)
            {
            }

            return true;
        });
        long allocated = await SchedulerTests.On(_scheduler, async () =>
        {
            await Write(1000);
            long before = GC.GetAllocatedBytesForCurrentThread();
            await Write(100);
            return GC.GetAllocatedBytesForCurrentThread() - before;
        });
        await channel.Writer.WriteAsync(0);
        await reader;
        Assert.That(allocated, Is.LessThan(100 * IntPtr.Size), "The object of the async method that writes, and less than one of each wake-up.");

        async Task Write(int count)
        {
            for (int i = 1; i <= count; i++) await channel.Writer.WriteAsync(i);
        }
    }

    /// <summary>Each step starts where the one before it of the same subject ended, whatever the threads do.</summary>
    [Test]
    public async Task EveryLifeGoesThroughItsTable()
    {
        // What an earlier test's scheduler still does when it ends was begun before the recording.
        long older = Tracer.NewSubject();
        _scheduler = new Scheduler(new SchedulerOptions { Workers = 2, LongRun = TimeSpan.FromMilliseconds(1) });
        FastChannel<int> channel = FastChannel.CreateBounded<int>(0);
        const int Items = 1000;
        Task<bool>[] ends =
        [
            SchedulerTests.On(_scheduler, async () =>
            {
                for (int i = 0; i < Items; i++) await channel.Writer.WriteAsync(i);
                return true;
            }),
            SchedulerTests.On(_scheduler, async () =>
            {
                for (int i = 0; i < Items; i++)
                {
                    await channel.Reader.ReadAsync();
                    if (i % 7 == 0) await Scheduler.Yield();
                    if (i % 100 == 0) Scheduler.Blocking(static () => Thread.SpinWait(10_000));
                }

                return true;
            }),
            SchedulerTests.On(_scheduler, () =>
            {
                for (int i = 0; i < 50; i++) Scheduler.Join(static () => Thread.SpinWait(1000), static () => Thread.SpinWait(1000));
                return Task.FromResult(true);
            }),
        ];
        await Task.WhenAll(ends);
        _scheduler.Dispose();
        Tracer.Stop();
        var lives = Tracer.Snapshot().Events.Select(static one => (one.Subject, Step: StepOf(one)))
            .Where(one => one.Subject > older)
            .GroupBy(static one => (one.Subject, one.Step.Table), static one => one.Step);
        foreach (IGrouping<(long Subject, TransitionTable Table), Transition> life in lives)
        {
            string state = life.Key.Table.Initial;
            foreach (Transition step in life)
            {
                if (step.From != state) Assert.Fail($"Subject {life.Key.Subject} was {state}, and then: {step}.");
                state = step.To;
            }

            if (life.Key.Table.Name == "task") Assert.That(state, Is.EqualTo("ended"));
        }
    }

    private static void Second()
    {
    }

    /// <summary>Runs one item and what it leads to.</summary>
    private void Run(int workers, Action action)
    {
        _scheduler = new Scheduler(OfWorkers(workers));
        _scheduler.Spawn(action);
        _scheduler.Dispose();
    }

    /// <summary>However long the machine lets an item stand, it counts as none that runs on.</summary>
    private static SchedulerOptions OfWorkers(int workers) => new() { Workers = workers, LongRun = TimeSpan.FromMinutes(1) };

    /// <inheritdoc cref="Run(int, Action)"/>
    private void Run(int workers, Func<Task> function)
    {
        Task? task = null;
        _scheduler = new Scheduler(OfWorkers(workers));
        _scheduler.Spawn(() => { task = function(); });
        SpinWait.SpinUntil(() => Volatile.Read(ref task) is { IsCompleted: true });
        _scheduler.Dispose();
    }

    private static Transition StepOf(TraceEvent one) =>
        TransitionTable.TryFind(one.TransitionId, out Transition? found) ? found : throw new AssertionException($"{one} names no transition.");

    private static string NameOf(TraceEvent origin) => Tracer.Snapshot().Names[TaskArguments.ReadOrigin(origin.Argument).Name].Split('\n')[0];

    private static IEnumerable<(TraceEvent Event, Transition Step)> Taken(string table) =>
        Tracer.Snapshot().Events.Select(static one => (Event: one, Step: StepOf(one))).Where(one => one.Step.Table.Name == table);

    private static string[] Steps(string table) => [.. Taken(table).Select(static one => one.Step.Name)];
}
