namespace FastCore.Net.Tests.Http.Fuzzing;

/// <summary>A short run of every target; <c>scripts/fuzz.sh</c> has the long ones.</summary>
internal sealed class FuzzTests
{
    private const int Seed = 20_261_128;

    private static readonly (string Name, int Rounds)[] Targets =
        [("request-head", 2500), ("chunked-body", 2500), ("response-head", 2500), ("field-value", 6000), ("server", 1200), ("client", 1000), ("proxy-header", 3000), ("forwarded", 1500), ("content-coding", 1500)];

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

    /// <summary>What the long run is made of: a target is run, its last input can be fed again, and there are seeds and a dictionary for afl-fuzz.</summary>
    [Test]
    public void TheCommandRuns()
    {
        var folder = Directory.CreateTempSubdirectory("fastcore-fuzz-");
        try
        {
            var input = Path.Combine(folder.FullName, "input");
            ChildProcess.Run(FuzzCommand.Name, "run", "field-value", "0.001", $"{Seed}", input);
            Assert.That(new FileInfo(input).Exists, Is.True);
            ChildProcess.Run(FuzzCommand.Name, "replay", "field-value", input);
            var dictionary = Path.Combine(folder.FullName, "dictionary");
            ChildProcess.Run(FuzzCommand.Name, "dictionary", dictionary);
            Assert.That(File.ReadAllLines(dictionary), Has.Length.EqualTo(Mutator.Inserts.Length).And.All.Matches("^\"(\\\\x[0-9A-F]{2})+\"$"));
            var seeds = Path.Combine(folder.FullName, "seeds");
            ChildProcess.Run(FuzzCommand.Name, "seeds", "client", seeds);
            Assert.That(Directory.GetFiles(seeds), Has.Length.EqualTo(ResponseSeeds.All.Length));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
