using FastCore.Atomics;
using FastCore.Scheduling;
using FastCore.Tests.Channels;
using FastCore.Tests.Explorer;

namespace FastCore.Tests.Scheduling;

/// <summary>Every interleaving of workers that go to sleep and those who bring work, on the shipped source.</summary>
[TestFixture]
internal sealed class ParkingModels
{
    [Test]
    public void NoWakeUpIsLost() =>
        ModelAssert.Sound(new ModelChecker { Preemptions = 2, DelayedStores = 1 }, model => Build<ExplorerAtomics>(model, 1, 1, 2));

    // Workers, threads that bring, items each of them brings. The last: the last that searches finds one item while another
    // came unnoticed, because somebody searched.
    [TestCase(1, 2, 1)]
    [TestCase(2, 1, 2)]
    [TestCase(2, 2, 1)]
    public void NoWakeUpIsLostAmongSeveral(int workers, int bringers, int items) =>
        ModelAssert.Sound(new ModelChecker { Preemptions = 1 }, model => Build<ExplorerAtomics>(model, workers, bringers, items));

    [Test]
    public void WorkForOneWorkerWakesThatOne() =>
        ModelAssert.Sound(new ModelChecker { Preemptions = 1 }, BuildPinned<ExplorerAtomics>);

    /// <summary>The bringer reads the counts before its work can be seen.</summary>
    [Test]
    public void AMissingFenceOfAllProcessorsIsFound() =>
        ModelAssert.Found(new ModelChecker { DelayedStores = 1 }, "Deadlock or lost wake-up", model => Build<FaultyAtomics<NoFenceOfAllProcessors>>(model, 1, 1, 1));

    [Test]
    public void AMissingFenceOfAllProcessorsForOneWorkerIsFound() =>
        ModelAssert.Found(new ModelChecker { Preemptions = 0, DelayedStores = 1 }, "Deadlock or lost wake-up", BuildPinned<FaultyAtomics<NoFenceOfAllProcessors>>);

    private static void Build<TAtomics>(Model model, int workers, int bringers, int items) where TAtomics : struct, IAtomics
    {
        var parking = new Parking<TAtomics>();
        var end = new Countdown<TAtomics>(bringers * items);
        LocalQueue<TAtomics>[] queues = [.. Enumerable.Range(0, bringers).Select(_ => new LocalQueue<TAtomics>(2))];
        for (int i = 0; i < workers; i++) model.Thread($"worker {i}", new ModelWorker<TAtomics>(queues, end, parking, workers).Run);
        for (int i = 0; i < bringers; i++)
        {
            LocalQueue<TAtomics> own = queues[i];
            model.Thread($"bringer {i}", () =>
            {
                for (int item = 0; item < items; item++)
                {
                    own.TryPush(new NumberedItem(item));
                    parking.Notify();
                }
            });
        }

        model.AtEnd(() => Model.Require(parking.Parked == 0 && parking.Searching == 0, "The counts do not add up."));
    }

    private static void BuildPinned<TAtomics>(Model model) where TAtomics : struct, IAtomics
    {
        var parking = new Parking<TAtomics>();
        var end = new Countdown<TAtomics>(2);
        LocalQueue<TAtomics>[] queues = [new(2), new(2)];
        ModelWorker<TAtomics>[] workers = [.. queues.Select(queue => new ModelWorker<TAtomics>([queue], end, parking, 2))];
        for (int i = 0; i < 2; i++) model.Thread($"worker {i}", workers[i].Run);
        model.Thread("bringer", () =>
        {
            for (int i = 0; i < 2; i++)
            {
                queues[i].TryPush(new NumberedItem(i));
                parking.Notify(workers[i]);
            }
        });
    }

    /// <summary>How many items have still to be done.</summary>
    private sealed class Countdown<TAtomics>(int items) where TAtomics : struct, IAtomics
    {
        private int _left = items;

        internal bool IsOver => TAtomics.Read(in _left) == 0;

        /// <returns>Whether that was the last.</returns>
        internal bool Finish() => TAtomics.Add(ref _left, -1) == 0;
    }

    /// <summary>The loop of a worker, as far as parking knows it.</summary>
    private sealed class ModelWorker<TAtomics>(LocalQueue<TAtomics>[] queues, Countdown<TAtomics> end, Parking<TAtomics> parking, int active) : IParkable
        where TAtomics : struct, IAtomics
    {
        private readonly Parker _parker = new();

        public bool SeesWork() => queues.Any(queue => queue.Count > 0) || end.IsOver;

        public bool SeesMore() => queues.Any(queue => queue.Count > 0);

        public void Park() => _parker.Park();

        public void Unpark() => _parker.Unpark();

        internal void Run()
        {
            bool isSearching = false;
            while (!end.IsOver)
            {
                isSearching = isSearching || parking.TryBeginSearch(active);
                if (TrySteal())
                {
                    if (isSearching) parking.EndSearch(this);
                    isSearching = false;
                    if (!end.Finish()) continue;
                    while (parking.WakeAny())
                    {
                    }
                }
                else
                {
                    parking.Park(this, isSearching);
                    isSearching = true;
                }
            }

            if (isSearching) parking.EndSearch(this);
        }

        private bool TrySteal()
        {
            foreach (LocalQueue<TAtomics> queue in queues)
            {
                if (queue.Steal() is not null) return true;
            }

            return false;
        }
    }
}
