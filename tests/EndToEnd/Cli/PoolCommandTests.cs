using FastCore.Perf;
using FastCore.Perf.Pooling;
using FastCore.Perf.Results;
using Microsoft.Extensions.ObjectPool;

namespace FastCore.EndToEnd.Tests.Cli;

/// <summary><c>fastcore bench pool</c>: a short run whose figures mean nothing, and a pool that is wrong.</summary>
internal sealed class PoolCommandTests
{
    private static readonly string[] Speed = ["mean_ns", "mops", "context_switches_per_kop", "allocated_bytes_per_op", "cpu_ns_per_operation"];

    private static readonly string[] Collections = ["gen0_collections", "gen1_collections", "gen2_collections", "gc_pause_total_ms"];

    [Test]
    public void Every_case_is_measured_beside_the_stock_pool()
    {
        var run = FastCoreProgram.Run("bench", "pool", "--rounds", "1", "--duration", "5ms", "--json", "-");
        Assert.That(run.ExitCode, Is.Zero, run.Error);
        var report = BenchReport.FromJson(run.Output);
        Assert.That(report.Cases.Select(static result => result.Name).Distinct(), Is.EqualTo(CaseBenches.Pool.Cases));
        foreach (var group in report.Cases.GroupBy(static result => result.Name))
        {
            var isExperiment = group.Key.StartsWith("pool/requests", StringComparison.Ordinal);
            string[] subjects = isExperiment ? ["fastcore", "no-pool", "array-pool", "stock"] : ["fastcore", "stock"];
            Assert.That(group.Select(static result => result.Subject), Is.EqualTo(subjects), group.Key);
            foreach (var result in group) Assert.That(result.Metrics.Keys, Is.EquivalentTo([.. Speed, .. isExperiment ? Collections : []]), $"{result.Name} {result.Subject}");
        }
    }

    [Test]
    public void A_pool_that_hands_an_object_to_two_is_told()
    {
        using var run = new RequestsRun<PooledBuffers, PooledBuffer>(new PooledBuffers(new OneForAll()));
        // The bench does not wait on a thread of the pool, as a test may be.
        Exception? thrown = null;
        var thread = new Thread(() =>
        {
            try
            {
                run.Run(1);
            }
            catch (InvalidDataException wrong)
            {
                thrown = wrong;
            }
        });
        thread.Start();
        thread.Join();
        Assert.That(thrown, Is.Not.Null);
    }

    private sealed class OneForAll : ObjectPool<PooledBuffer>
    {
        private readonly PooledBuffer _only = new();

        public override PooledBuffer Get() => _only;

        public override void Return(PooledBuffer obj)
        {
        }
    }
}
