using FastCore.Perf.Results;
using FastCore.Perf.Rounds;
using FastCore.Perf.Scheduling;

namespace FastCore.EndToEnd.Tests.Scheduling;

/// <summary>The bench of the scheduler refuses what is wrong.</summary>
internal sealed class SchedulerBenchTests
{
    [TestCase(0, true)]
    [TestCase(1, false)]
    public void A_wrong_number_is_told(long error, bool isRight)
    {
        using var run = new Fibonacci(error);
        Assert.That(() => run.Run(1000), isRight ? Throws.Nothing : Throws.TypeOf<InvalidDataException>());
    }

    [TestCase(0, true)]
    [TestCase(-1, false)]
    public void A_wrong_sum_is_told(long error, bool isRight)
    {
        using var run = new Skynet(error);
        Assert.That(() => run.Run(100), isRight ? Throws.Nothing : Throws.TypeOf<InvalidDataException>());
    }

    [Test]
    public void An_item_that_ran_twice_is_told()
    {
        using var run = new OutsideRun<Doubling>(default);
        Assert.That(() => run.Run(1000), Throws.TypeOf<InvalidDataException>());
    }

    [Test]
    public void A_wrong_round_refuses_the_cell()
    {
        var known = new SchedulerCase("known", [new Contender(Contender.FastCore, static () => new Fibonacci(1)), new Contender(Contender.Stock, static () => new Fibonacci(0))]);
        var bench = new CaseBench("scheduler", [known]);
        IReadOnlyList<CaseResult> results = [];

        // The bench does not run on a thread of the pool, as a test may.
        var thread = new Thread(() => results = bench.Run(new CaseBenchOptions { Rounds = 1, RoundDuration = TimeSpan.FromMilliseconds(1) }).Single());
        thread.Start();
        thread.Join();
        Assert.That(results.Select(static result => (result.Refused != null, result.Metrics.Count == 0)), Is.EqualTo(((bool, bool)[])[(true, true), (false, false)]));
    }

    private sealed class Fibonacci(long error) : FibonacciRun
    {
        public override void Dispose()
        {
        }

        protected override long Compute(int number) => Of(number) + error;

        private static long Of(int number) => number < 2 ? number : Of(number - 1) + Of(number - 2);
    }

    private sealed class Skynet(long error) : SkynetRun(default(Doubling))
    {
        protected override void Start(long leaves, Action<long> finish) => finish((leaves * (leaves - 1) / 2) + error);
    }

    /// <summary>Runs each item on the spot, and twice.</summary>
    private readonly struct Doubling : ITarget
    {
        public long? Stolen => null;

        public void Spawn(WorkItem item) => SpawnFromOutside(item);

        public void SpawnFromOutside(WorkItem item)
        {
            item.Execute();
            item.Execute();
        }

        public Task Start(Func<Task> work) => work();

        public void Dispose()
        {
        }
    }
}
