using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace FastCore.Net.Tests.Simulation;

/// <summary>
/// The reactor on a simulated kernel. A failing seed is repeated by setting FASTCORE_SEED to it; FASTCORE_SEEDS sets how
/// many seeds a run tries, from the first on.
/// </summary>
internal sealed class SimulationTests
{
    private const string SeedVariable = "FASTCORE_SEED";
    private const string CountVariable = "FASTCORE_SEEDS";
    private const int DefaultCount = 2000;
    private const int LimitMilliseconds = 10_000;

    private IDisposable _asserts = null!;

    [OneTimeSetUp]
    public void RecordAsserts() => _asserts = AssertRecorder.Install();

    [OneTimeTearDown]
    public void LeaveAsserts() => _asserts.Dispose();

    [Test]
    public void The_reactor_keeps_its_promises_under_every_seed() => RunSeeds(static seed => Simulation.RunEcho(seed));

    [Test]
    public void The_http_server_answers_the_same_under_every_seed() => RunSeeds(Simulation.RunHttp);

    private static IEnumerable<Misbehaviour> Defects() => Enum.GetValues<Misbehaviour>().Where(one => one != Misbehaviour.None);

    [TestCaseSource(nameof(Defects))]
    public void The_simulation_finds_a_kernel_that(Misbehaviour misbehaviour)
    {
        const int Most = 300;
        for (var seed = 0; seed < Most; seed++)
        {
            if (Simulation.RunEcho(seed, misbehaviour) is not { } found) continue;
            TestContext.Out.WriteLine($"Seed {seed}: {found}");
            return;
        }
        Assert.Fail($"Not found in {Most} seeds.");
    }

    [Test]
    public void A_run_is_a_function_of_its_seed()
    {
        for (var seed = 0; seed < 20; seed++)
        {
            var first = Simulation.RunEcho(seed, Misbehaviour.UndercountsASend);
            Assert.That(Simulation.RunEcho(seed, Misbehaviour.UndercountsASend), Is.EqualTo(first));
        }
    }

    private static void RunSeeds(Func<int, string?> run, [CallerMemberName] string test = "")
    {
        if (int.TryParse(Environment.GetEnvironmentVariable(SeedVariable), out var only))
        {
            Check(only);
            return;
        }
        var isCounted = int.TryParse(Environment.GetEnvironmentVariable(CountVariable), out var count);
        var time = Stopwatch.StartNew();
        var seed = 0;
        for (; seed < (isCounted ? count : DefaultCount) && (isCounted || time.ElapsedMilliseconds < LimitMilliseconds); seed++) Check(seed);
        TestContext.Out.WriteLine($"{seed} seeds in {time.ElapsedMilliseconds} ms");

        void Check(int seed)
        {
            if (run(seed) is { } found) Assert.Fail($"{SeedVariable}={seed} dotnet test --filter {test}\n{found}");
        }
    }
}
