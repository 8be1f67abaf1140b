namespace FastCore.Net.Tests.Http.Fuzzing;

/// <summary>A short run of every target; <c>scripts/fuzz.sh</c> has the long ones.</summary>
internal sealed class FuzzTests
{
    private const int Seed = 20_261_128;

    private static readonly (string Name, int Rounds)[] Targets =
        [("request-head", 2500), ("chunked-body", 2500), ("response-head", 2500), ("field-value", 6000), ("server", 1200), ("client", 1000)];

    [Test]
    public void EveryTargetIsRun() => Assert.That(Targets.Select(static target => target.Name), Is.EqualTo(FuzzTargets.Names));

    [Test]
    public void TheSeedsHold([ValueSource(typeof(FuzzTargets), nameof(FuzzTargets.Names))] string name)
    {
        using var target = FuzzTargets.Create(name);
        new FuzzRun(target, Seed).FeedSeeds();
    }

    [Test]
    public void MutationsHold([ValueSource(nameof(Targets))] (string Name, int Rounds) each)
    {
        using var target = FuzzTargets.Create(each.Name);
        TestContext.Out.WriteLine($"{each.Rounds} rounds from seed {Seed}");
        new FuzzRun(target, Seed).Mutate(each.Rounds);
    }
}
