using System.Runtime.CompilerServices;
using FastCore.Atomics;
using FastCore.Channels;
using FastCore.Scheduling;

namespace FastCore.Tests.Scheduling;

/// <summary>What a scheduler promises, one promise a test.</summary>
[TestFixture]
[CancelAfter(Hang.Milliseconds)]
internal sealed class SchedulerTests
{
    [Test]
    public void EveryWayInRunsOnAWorker([Values] SchedulerPolicy policy)
    {
        using var scheduler = new Scheduler(new SchedulerOptions { Workers = 2, Policy = policy });
        using var ran = new CountdownEvent(5);
        void Run() => SignalIf(Scheduler.Current == scheduler, ran);
        scheduler.Spawn(new Call(Run));
        scheduler.Spawn(Run);
        scheduler.Spawn(static run => run(), (Action)Run);
        scheduler.SpawnPinned(1, new Call(Run));
        scheduler.SynchronizationContext.Post(_ => Run(), null);
        ran.Wait();
        Task task = Task.Factory.StartNew(() => Assert.That(TaskScheduler.Current, Is.SameAs(scheduler.TaskScheduler)), CancellationToken.None, TaskCreationOptions.None, scheduler.TaskScheduler);
        Assert.That(async () => await task, Throws.Nothing);
    }

    [Test]
    public async Task AnAwaitStaysOnTheScheduler()
    {
        await using var scheduler = new Scheduler(new SchedulerOptions { Workers = 2 });
        FastChannel<int> channel = FastChannel.CreateBounded<int>(0);
        Task<bool> reading = On(scheduler, async () =>
        {
            bool stays = true;
            for (int i = 0; i < 100; i++)
            {
                stays &= await channel.Reader.ReadAsync() == i && Scheduler.Current == scheduler;
                await Scheduler.Yield();
                stays &= Scheduler.Current == scheduler;
                await Task.Run(() => { });
                stays &= Scheduler.Current == scheduler;
            }

            return stays;
        });
        for (int i = 0; i < 100; i++) await channel.Writer.WriteAsync(i);
        Assert.That(await reading, Is.True);
    }

    [Test]
    public async Task AnExceptionGoesToTheHandlerAndTheWorkerGoesOn()
    {
        var failure = new TaskCompletionSource<Exception>();
        await using var scheduler = new Scheduler(new SchedulerOptions { Workers = 1, UnhandledException = failure.SetResult });
        scheduler.Spawn(Fail);
        Exception thrown = await failure.Task;
        Assert.That(thrown, Is.TypeOf<TimeZoneNotFoundException>());
        Assert.That(thrown.StackTrace, Does.Contain(nameof(Fail)));
        await On(scheduler, () => Task.FromResult(true));
    }

    [Test]
    public void SendThrowsWhatItsCallbackThrows()
    {
        using var scheduler = new Scheduler(new SchedulerOptions { Workers = 1 });
        Assert.That(() => scheduler.SynchronizationContext.Send(_ => Fail(), null), Throws.TypeOf<TimeZoneNotFoundException>());
    }

    [Test]
    public async Task JoinComputes([Values] SchedulerPolicy policy, [Values(1, 2)] int workers)
    {
        await using var scheduler = new Scheduler(new SchedulerOptions { Workers = workers, Policy = policy });
        Assert.That(await On(scheduler, () => Task.FromResult(Fib(18))), Is.EqualTo(2584));
        Assert.That(Fib(10), Is.EqualTo(55), "On a thread that is no worker.");
    }

    [Test]
    public async Task JoinThrowsWhenBothHaveEnded()
    {
        await using var scheduler = new Scheduler(new SchedulerOptions { Workers = 2 });
        bool ended = false;
        Task<bool> joining = On(scheduler, () =>
        {
            Scheduler.Join(Fail, () => ended = true);
            return Task.FromResult(true);
        });
        Assert.That(async () => await joining, Throws.TypeOf<TimeZoneNotFoundException>());
        Assert.That(ended);
        Assert.That(() => Scheduler.Join(Fail, Fail), Throws.TypeOf<AggregateException>());
    }

    /// <summary>What lies above a fork when its join comes forks in its turn, again and again: no stack is deep enough for all of them.</summary>
    [Test]
    public async Task WhatLiesAboveAForkMayForkWithoutEnd([Values] SchedulerPolicy policy)
    {
        await using var scheduler = new Scheduler(new SchedulerOptions { Workers = 1, SpareWorkers = 0, Policy = policy });
        using var done = new ManualResetEventSlim();
        int left = 20_000;
        int joined = 0;
        scheduler.Spawn(Tick);
        done.Wait();
        await scheduler.DisposeAsync();
        Assert.That(joined, Is.EqualTo(20_000));

        void Tick()
        {
            // Some two hundred of these inside each other are more than a thread's stack.
            Span<byte> frame = stackalloc byte[32 * 1024];
            frame[left % frame.Length] = 1;
            Scheduler.Join(
                () =>
                {
                    if (--left > 0) scheduler.Spawn(Tick);
                    else done.Set();
                },
                () => joined++);
            if (frame[^1] > 1) throw new InvalidDataException("The frame is in use until the end.");
        }
    }

    /// <summary>The fork found no room in its worker's queue, and there is no stack to run what lies before it elsewhere; nor anybody else who would.</summary>
    [Test]
    public void AForkThatOverflowedIsJoinedWhereTheStackIsShort([Values] SchedulerPolicy policy)
    {
        var scheduler = new Scheduler(new SchedulerOptions { Workers = 1, SpareWorkers = 0, Policy = policy });
        using var isOver = new ManualResetEventSlim();
        int ran = 0;
        int joined = 0;
        scheduler.Spawn(() =>
        {
            Descend();
            isOver.Set();
        });
        Assert.That(isOver.Wait(Hang.Patience), "Nobody waits for ever.");
        Assert.That(scheduler.Shutdown(ShutdownMode.Drain, Hang.Patience));
        Assert.That(joined, Is.EqualTo(1));
        Assert.That(ran, Is.EqualTo(LocalQueue<HardwareAtomics>.DefaultCapacity));
        Assert.That(scheduler.Statistics.Ran, Is.EqualTo(scheduler.Statistics.Spawned));

        void Descend()
        {
            Span<byte> frame = stackalloc byte[16 * 1024];
            frame[joined] = 1;
            if (RuntimeHelpers.TryEnsureSufficientExecutionStack())
            {
                Descend();
            }
            else
            {
                for (int i = 0; i < LocalQueue<HardwareAtomics>.DefaultCapacity; i++) scheduler.Spawn(() => ran++);
                Scheduler.Join(static () => { }, () => joined++);
            }

            if (frame[^1] > 1) throw new InvalidDataException("The frame is in use until the end.");
        }
    }

    /// <summary>The fork has left its worker's queue when the scheduler has stopped, so nobody comes for it.</summary>
    [Test]
    public void ACancelLeavesNobodyWaitingForAFork([Values] SchedulerPolicy policy, [Values(1, 2)] int workers)
    {
        var scheduler = new Scheduler(new SchedulerOptions { Workers = workers, Policy = policy });
        using var runs = new ManualResetEventSlim();
        bool isJoined = false;
        scheduler.Spawn(() => Scheduler.Join(
            () =>
            {
                runs.Set();
                while (!scheduler.IsAbandoning) Thread.SpinWait(100);
                for (int i = 0; i < 1000; i++) scheduler.Spawn(static () => { });
            },
            () => isJoined = true));
        runs.Wait();
        Assert.That(scheduler.Shutdown(ShutdownMode.Cancel, Timeout.InfiniteTimeSpan));
        Assert.That(isJoined, "An item that runs ends as it would have.");
    }

    [Test]
    public async Task JoinReturnsWhatBothReturned([Values(1, 2)] int workers)
    {
        await using var scheduler = new Scheduler(new SchedulerOptions { Workers = workers });
        Assert.That(await On(scheduler, () => Task.FromResult(Sum(1, 1000))), Is.EqualTo(500_500));
        Assert.That(Scheduler.Join(static number => number + 1, 1, static text => text.Length, "four"), Is.EqualTo((2, 4)), "On a thread that is no worker.");

        static int Sum(int first, int last)
        {
            if (first == last) return first;
            int middle = (first + last) / 2;
            (int lower, int upper) = Scheduler.Join(static part => Sum(part.first, part.middle), (first, middle), static part => Sum(part.Item1, part.last), (middle + 1, last));
            return lower + upper;
        }
    }

    /// <summary>The only worker blocks until an item behind it has run.</summary>
    [Test]
    public async Task WhatWaitsBehindABlockingCallRuns([Values(SchedulerPolicy.Hybrid, SchedulerPolicy.GlobalOnly)] SchedulerPolicy policy)
    {
        await using var scheduler = new Scheduler(new SchedulerOptions { Workers = 1, Policy = policy });
        for (int i = 0; i < 3; i++)
        {
            await On(scheduler, () =>
            {
                using var done = new ManualResetEventSlim();
                scheduler.Spawn(done.Set);
                Scheduler.Blocking(done.Wait);
                return Task.FromResult(true);
            });
        }

        Assert.That(scheduler.Statistics.Threads, Is.LessThanOrEqualTo(3));
    }

    /// <summary>
    /// Without stealing, a spare worker whose queue overflows goes out of service as the one it stood in for comes back. Odd and
    /// even numbers of items, for it looks at what is pinned in every second turn.
    /// </summary>
    [Test]
    public async Task ASpareWorkerTakesNothingWithItThatOverflowed([Values(400, 401)] int items)
    {
        var options = new SchedulerOptions { Workers = 1, Policy = SchedulerPolicy.LocalOnly };
        for (int round = 0; round < 20; round++)
        {
            await using var scheduler = new Scheduler(options);
            using var isOver = new ManualResetEventSlim();
            using var ran = new CountdownEvent(items);
            await On(scheduler, () =>
            {
                scheduler.Spawn(() =>
                {
                    for (int i = 0; i < items; i++) scheduler.Spawn(() => ran.Signal());
                    isOver.Set();
                });
                Scheduler.Blocking(isOver.Wait);
                return Task.FromResult(true);
            });
            ran.Wait();
        }
    }

    /// <summary>Every worker runs on until an item behind it has run: no call says so, the monitor must find out.</summary>
    [Test]
    public async Task WhatWaitsBehindAHogRuns()
    {
        int reports = 0;
        await using var scheduler = new Scheduler(new SchedulerOptions { Workers = 2, LongRunning = _ => Interlocked.Increment(ref reports) });
        using var behind = new CountdownEvent(2);
        Task<bool>[] hogs = [.. Enumerable.Range(0, 2).Select(_ => On(scheduler, () =>
        {
            scheduler.Spawn(() => behind.Signal());
            while (!behind.IsSet || !Scheduler.ShouldYield) Thread.SpinWait(100);
            return Task.FromResult(true);
        }))];
        await Task.WhenAll(hogs);

        // The request to yield comes before the report.
        SpinWait.SpinUntil(() => Volatile.Read(ref reports) >= 2);
        Assert.That(scheduler.Statistics.LongRuns, Is.GreaterThanOrEqualTo(2));
    }

    [Test]
    public void AReportNamesTheMethodThatRunsOn()
    {
        var reported = new TaskCompletionSource<LongRunningWork>();
        using var scheduler = new Scheduler(new SchedulerOptions { Workers = 1, LongRunning = work => reported.TrySetResult(work) });
        scheduler.Spawn(RunUntilReported, reported.Task);
        reported.Task.Wait();
        Assert.That(reported.Task.Result.Description, Is.EqualTo($"{typeof(SchedulerTests).FullName}.{nameof(RunUntilReported)}"));
    }

    /// <summary>What an item has woken waits in the next-slot for that item to end, which waits for it.</summary>
    [Test]
    public async Task WhatWaitsInTheNextSlotOfAHogRuns([Values(1, 2)] int workers)
    {
        await using var scheduler = new Scheduler(new SchedulerOptions { Workers = workers });
        await On(scheduler, () =>
        {
            using var done = new ManualResetEventSlim();
            scheduler.SynchronizationContext.Post(_ => done.Set(), null);
            while (!done.IsSet) Thread.SpinWait(100);
            return Task.FromResult(true);
        });
    }

    /// <summary>Two items wake each other for ever; the others get their turn.</summary>
    [Test]
    public void TheNextSlotStarvesNobody()
    {
        using var scheduler = new Scheduler(new SchedulerOptions { Workers = 1 });
        using var done = new ManualResetEventSlim();
        void Again(object? state)
        {
            if (!done.IsSet) scheduler.SynchronizationContext.Post(Again, null);
        }

        scheduler.Spawn(() =>
        {
            Again(null);
            scheduler.Spawn(done.Set);
        });
        done.Wait();
    }

    /// <summary>An item spawns itself for ever; one from outside gets its turn.</summary>
    [Test]
    public void TheGlobalQueueIsNotStarved()
    {
        using var scheduler = new Scheduler(new SchedulerOptions { Workers = 1 });
        using var done = new ManualResetEventSlim();
        void Again()
        {
            if (!done.IsSet) scheduler.Spawn(Again);
        }

        scheduler.Spawn(Again);
        scheduler.Spawn(done.Set);
        done.Wait();
    }

    [Test]
    public void WhatIsPinnedRunsInItsOrderOnOneThread()
    {
        using var scheduler = new Scheduler(new SchedulerOptions { Workers = 2 });
        var order = new List<int>();
        var threads = new HashSet<int>();
        using var done = new CountdownEvent(1000);
        for (int i = 0; i < 1000; i++)
        {
            int number = i;
            scheduler.SpawnPinned(1, new Call(() =>
            {
                order.Add(number);
                threads.Add(Environment.CurrentManagedThreadId);
                done.Signal();
            }));
        }

        done.Wait();
        Assert.That(order, Is.EqualTo(Enumerable.Range(0, 1000)));
        Assert.That(threads, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task SpawningAnItemAllocatesNothing()
    {
        await using var scheduler = new Scheduler(new SchedulerOptions { Workers = 1 });
        long allocated = await On(scheduler, () => MeasureSpawns(scheduler));
        Assert.That(allocated, Is.Zero);
    }

    [Test]
    public void ADrainRunsWhatWaitsAndWhatThatSpawns()
    {
        var scheduler = new Scheduler(new SchedulerOptions { Workers = 2 });
        int ran = 0;
        for (int i = 0; i < 100; i++) scheduler.Spawn(() => Descend(10));
        Assert.That(scheduler.Shutdown(ShutdownMode.Drain, Timeout.InfiniteTimeSpan));
        Assert.That(ran, Is.EqualTo(1100));
        Assert.That(() => scheduler.Spawn(() => { }), Throws.TypeOf<ObjectDisposedException>());
        Assert.That(() => scheduler.SpawnPinned(0, new NumberedItem(0)), Throws.TypeOf<ObjectDisposedException>());

        void Descend(int left)
        {
            Interlocked.Increment(ref ran);
            if (left > 0) scheduler.Spawn(Descend, left - 1);
        }
    }

    [Test]
    public async Task ACancelAbandonsWhatWaitsAndTasksGoOnElsewhere()
    {
        var scheduler = new Scheduler(new SchedulerOptions { Workers = 1 });
        using var isRunning = new ManualResetEventSlim();
        using var mayEnd = new ManualResetEventSlim();
        scheduler.Spawn(() =>
        {
            isRunning.Set();
            mayEnd.Wait();
        });
        isRunning.Wait();
        var pinned = new AbandonedItem();
        scheduler.SpawnPinned(0, pinned);
        var continuation = new TaskCompletionSource();
        scheduler.SynchronizationContext.Post(_ => continuation.SetResult(), null);
        Assert.That(scheduler.Shutdown(ShutdownMode.Cancel, TimeSpan.Zero), Is.False, "An item runs on.");
        mayEnd.Set();
        await continuation.Task;
        Assert.That((pinned.Ran, pinned.Abandoned), Is.EqualTo((0, 1)));
    }

    [Test]
    public void AWorkerCannotShutItsSchedulerDown()
    {
        using var scheduler = new Scheduler(new SchedulerOptions { Workers = 1 });
        Assert.That(() => scheduler.SynchronizationContext.Send(_ => scheduler.Dispose(), null), Throws.InvalidOperationException);
    }

    /// <summary>Work that nobody was told of: the fault that must never be, planted.</summary>
    [Test]
    public void ALostWakeUpIsRepairedAndCounted()
    {
        using var scheduler = new Scheduler(new SchedulerOptions { Workers = 2 });
        Assert.That(() => scheduler.Statistics.Parked, Is.EqualTo(2).After(10_000, 1));
        using var done = new ManualResetEventSlim();
        scheduler.Global.TryEnqueueFromOutside(new Call(done.Set));
        scheduler.Monitoring.WakeIfAsleep();
        done.Wait();
        Assert.That(scheduler.Statistics.LostWakeUps, Is.EqualTo(1));
    }

    [Test]
    public void AnIdleSchedulersMonitorSleeps()
    {
        using var scheduler = new Scheduler(new SchedulerOptions { Workers = 2 });
        using var done = new ManualResetEventSlim();
        scheduler.Spawn(done.Set);
        done.Wait();
        Assert.That(() => scheduler.Monitoring.IsAsleep && scheduler.Statistics.Parked == 2, Is.True.After(10_000, 1));
    }

    [TestCase(-1, 0)]
    [TestCase(1025, 0)]
    [TestCase(1, -1)]
    public void OptionsOutOfRangeAreRefused(int workers, int spares) =>
        Assert.That(() => new Scheduler(new SchedulerOptions { Workers = workers, SpareWorkers = spares }), Throws.TypeOf<ArgumentOutOfRangeException>());

    /// <summary>Bytes that 50 spawns allocate, on a worker that has spawned and run before.</summary>
    internal static async Task<long> MeasureSpawns(Scheduler scheduler)
    {
        var item = new NumberedItem(0);
        for (int i = 0; i < 200; i++) scheduler.Spawn(item);
        await Scheduler.Yield();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 50; i++) scheduler.Spawn(item);
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    internal static Task<T> On<T>(Scheduler scheduler, Func<Task<T>> function) =>
        Task.Factory.StartNew(function, CancellationToken.None, TaskCreationOptions.None, scheduler.TaskScheduler).Unwrap();

    private static int Fib(int n)
    {
        if (n < 2) return n;
        int[] results = [0, 0];
        Scheduler.Join(state => state[0] = Fib(n - 1), results, state => state[1] = Fib(n - 2), results);
        return results[0] + results[1];
    }

    private static void RunUntilReported(Task report)
    {
        while (!report.IsCompleted) Thread.SpinWait(100);
    }

    private static void Fail() => throw new TimeZoneNotFoundException("Planted.");

    private static void SignalIf(bool condition, CountdownEvent signal)
    {
        if (condition) signal.Signal();
    }

    private sealed class Call(Action action) : IWorkItem
    {
        public void Execute() => action();
    }

    private sealed class AbandonedItem : IWorkItem
    {
        internal int Ran;

        internal int Abandoned;

        public void Execute() => Interlocked.Increment(ref Ran);

        public void Abandon() => Interlocked.Increment(ref Abandoned);
    }
}
