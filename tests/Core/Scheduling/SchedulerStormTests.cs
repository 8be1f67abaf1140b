using FastCore.Scheduling;

namespace FastCore.Tests.Scheduling;

/// <summary>Spawns from inside and outside, steals, blocking calls, yields and shutdowns by chance: each item meets one end, once.</summary>
[TestFixture]
internal sealed class SchedulerStormTests
{
    [TestCase(SchedulerPolicy.Hybrid, ShutdownMode.Drain, 700_000)]
    [TestCase(SchedulerPolicy.Hybrid, ShutdownMode.Cancel, 150_000)]
    [TestCase(SchedulerPolicy.GlobalOnly, ShutdownMode.Drain, 100_000)]
    [TestCase(SchedulerPolicy.LocalOnly, ShutdownMode.Drain, 100_000)]
    [CancelAfter(Hang.Milliseconds)]
    public void NoItemIsLostOrRunTwice(SchedulerPolicy policy, ShutdownMode mode, int items) => Run(policy, mode, items);

    [Test]
    [Explicit("Minutes.")]
    public void NoItemIsLostOrRunTwiceForLong([Values] SchedulerPolicy policy, [Values] ShutdownMode mode)
    {
        for (int round = 0; round < 30; round++) Run(policy, mode, 1_000_000);
    }

    private static void Run(SchedulerPolicy policy, ShutdownMode mode, int items)
    {
        const int PerScheduler = 10_000;
        int seed = Environment.TickCount;
        TestContext.Out.WriteLine($"Seed {seed}");
        for (int round = 0; round < items / PerScheduler; round++) new Storm(policy, PerScheduler, unchecked(seed + round)).Run(mode);
    }

    private sealed class Storm(SchedulerPolicy policy, int items, int seed)
    {
        private const int Outsiders = 2;

        private readonly Scheduler _scheduler = new(new SchedulerOptions { Workers = 3, SpareWorkers = 4, Policy = policy });

        private readonly int[] _ends = new int[items];

        private int Seed => seed;

        /// <summary>How many items have been made; each makes more until there are enough.</summary>
        private int _made;

        private int _accepted;

        internal void Run(ShutdownMode mode)
        {
            Thread[] outsiders = [.. Enumerable.Range(0, Outsiders).Select(index => new Thread(() => SpawnFromOutside(new Random(seed + index))))];
            foreach (Thread outsider in outsiders) outsider.Start();

            // In a drain the end comes when the outside has ended; a cancel comes in between.
            if (mode == ShutdownMode.Drain)
            {
                foreach (Thread outsider in outsiders) outsider.Join();
            }
            else
            {
                while (Volatile.Read(ref _made) < items / 2) Thread.Yield();
            }

            Assert.That(_scheduler.Shutdown(mode, Hang.Patience), "It ends in time.");
            foreach (Thread outsider in outsiders) outsider.Join();
            Assert.That(_ends.Max(), Is.EqualTo(1), "No item runs twice.");
            Assert.That(_ends.Sum(), Is.EqualTo(_accepted), "No item is lost.");
            SchedulerStatistics statistics = _scheduler.Statistics;
            Assert.That(statistics.LostWakeUps, Is.Zero);
            if (mode == ShutdownMode.Drain) Assert.That(statistics.Ran, Is.EqualTo(statistics.Spawned));
        }

        private void SpawnFromOutside(Random random)
        {
            while (true)
            {
                if (TryMake() is not { } item) return;
                Interlocked.Increment(ref _accepted);
                try
                {
                    if (random.Next(8) == 0) _scheduler.SpawnPinned(random.Next(_scheduler.Workers), item);
                    else _scheduler.Spawn(item);
                }
                catch (ObjectDisposedException)
                {
                    Interlocked.Decrement(ref _accepted);
                    return;
                }

                if (random.Next(16) == 0) Thread.Yield();
            }
        }

        private StormItem? TryMake()
        {
            int number = Interlocked.Increment(ref _made) - 1;
            return number < items ? new StormItem(this, number) : null;
        }

        private sealed class StormItem(Storm storm, int number) : IWorkItem
        {
            public void Execute()
            {
                var random = new Random(unchecked((storm.Seed * 31) + number));
                int children = random.Next(3);
                for (int i = 0; i < children && storm.TryMake() is { } child; i++)
                {
                    Interlocked.Increment(ref storm._accepted);
                    if (random.Next(4) == 0) storm._scheduler.Resume(child);
                    else storm._scheduler.Spawn(child);
                }

                switch (random.Next(64))
                {
                    case 0:
                        Scheduler.Blocking(Thread.Yield);
                        break;
                    case 1:
                        Thread.Yield();
                        break;
                    case 2:
                        Scheduler.Join(static () => { }, static () => { });
                        break;
                    default:
                        break;
                }

                End();
            }

            public void Abandon() => End();

            private void End() => Interlocked.Increment(ref storm._ends[number]);
        }
    }
}
