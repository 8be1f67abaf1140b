using FastCore.Perf;
using FastCore.Perf.Results;
using FastCore.Perf.Rounds;

namespace FastCore.EndToEnd.Tests.Cli;

/// <summary>What <c>fastcore bench</c>, beside HTTP, measures of each area.</summary>
internal sealed class HeadlineTests
{
    private static IEnumerable<TestCaseData> Areas =>
    [
        // The select beside the stock channels read in runs, too.
        new(CaseBenches.Channels, (18 * 2) + 1),
        new(CaseBenches.Pool, 4 * 2),
        new(CaseBenches.Alloc, 6 * 2),
        new(CaseBenches.Map, 4 * 2),
    ];

    /// <summary>A name that no case has would be missing here.</summary>
    [TestCaseSource(nameof(Areas))]
    public void Ours_and_stock_alone_in_the_cases_that_are_named(CaseBench bench, int rounds) =>
        Assert.That(bench.CountRounds(new CaseBenchOptions { Rounds = 1, Headline = true }), Is.EqualTo(rounds));

    [Test]
    public void Each_case_is_run_with_both()
    {
        IReadOnlyList<CaseResult>[] results = [];

        // The bench does not run on a thread of the pool, as a test may.
        var thread = new Thread(() => results = [.. CaseBenches.Alloc.Run(new CaseBenchOptions { Rounds = 1, RoundDuration = TimeSpan.FromMilliseconds(1), Headline = true, Filter = "passed-on" })]);
        thread.Start();
        thread.Join();
        Assert.That(results.SelectMany(static of => of).Select(static result => $"{result.Name} {result.Subject}"), Is.EqualTo((string[])
            ["alloc/16/passed-on fastcore", "alloc/16/passed-on stock", "alloc/2048/passed-on fastcore", "alloc/2048/passed-on stock"]));
    }
}
