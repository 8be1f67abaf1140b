using FastCore.Perf.Processes;
using FastCore.Perf.Results;

namespace FastCore.Perf.Rounds;

/// <summary>
/// Measures the cases of an area in this process, each contender's rounds in turns with the others', so that a busy machine
/// disturbs all alike.
/// </summary>
public sealed class CaseBench
{
    private readonly IReadOnlyList<BenchCase> _cases;

    private readonly string[]? _headline;

    /// <param name="area">What the cases' names begin with.</param>
    /// <param name="cases">All of them.</param>
    /// <param name="headline">The names, without the area's, of those that stand for it; all when null.</param>
    internal CaseBench(string area, IReadOnlyList<BenchCase> cases, string[]? headline = null)
    {
        (Area, _cases) = (area, cases);
        _headline = headline is null ? null : [.. headline.Select(name => $"{area}/{name}")];
    }

    /// <summary>What its cases' names begin with.</summary>
    public string Area { get; }

    /// <summary>The names of all cases, in the order they run.</summary>
    public IReadOnlyList<string> Cases => [.. _cases.Select(static known => known.Name)];

    /// <summary>Whether <see cref="CaseBenchOptions.Filter"/> leaves any case to run.</summary>
    public bool HasCase(string filter) => _cases.Any(known => Matches(known, filter));

    /// <summary>How many rounds <paramref name="options"/> ask for, of all contenders together.</summary>
    public int CountRounds(CaseBenchOptions options) => Choose(options).Sum(chosen => ContendersOf(chosen, options).Count() * chosen.Rounds(options.Rounds));

    /// <summary>Runs the cases; takes about the rounds, and one more of each contender, times their duration.</summary>
    /// <param name="options">What and how long.</param>
    /// <param name="progress">Told after each round, on the calling thread.</param>
    /// <param name="cancellationToken">Ends the run after the current round, with what is complete so far.</param>
    /// <returns>Each case's results as they are complete, the stock part's last.</returns>
    /// <exception cref="InvalidOperationException">Called on a thread of the pool.</exception>
    public IEnumerable<IReadOnlyList<CaseResult>> Run(CaseBenchOptions options, Action<CaseProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        // It waits for tasks on the pool; doing so on one of the pool's threads would leave them one processor less.
        if (Thread.CurrentThread.IsThreadPoolThread) throw new InvalidOperationException("The bench measures the thread pool's threads and can't run on one. Give it a thread of its own.");
        int[] processors = CpuPinning.Allowed();
        foreach (BenchCase measured in Choose(options))
        {
            // A pool thread that started because a bound thread queued work inherited its place, and would keep the next
            // case on one processor.
            CpuPinning.PinProcess(processors);
            ContenderRounds[] contenders = [.. ContendersOf(measured, options).Select(contender => new ContenderRounds(measured, contender))];
            try
            {
                foreach (ContenderRounds contender in contenders) contender.WarmUp(options.RoundDuration);
                int rounds = measured.Rounds(options.Rounds);
                for (int round = 1; round <= rounds; round++)
                {
                    foreach (ContenderRounds contender in contenders)
                    {
                        if (cancellationToken.IsCancellationRequested) yield break;
                        CaseResult figures = contender.RunRound();
                        progress?.Invoke(new CaseProgress(round, rounds, figures));
                    }
                }

                yield return [.. contenders.Select(static contender => contender.Summarise())];
            }
            finally
            {
                foreach (ContenderRounds contender in contenders) contender.Dispose();
            }
        }
    }

    private static bool Matches(BenchCase known, string filter) => known.Name.Contains(filter, StringComparison.OrdinalIgnoreCase);

    private static IEnumerable<Contender> ContendersOf(BenchCase measured, CaseBenchOptions options) =>
        options.Headline ? measured.Contenders.Where(static contender => contender.IsOurs || contender.IsStock) : measured.Contenders;

    private IEnumerable<BenchCase> Choose(CaseBenchOptions options) => _cases.Where(known =>
        (options.Filter is null || Matches(known, options.Filter))
        && (!options.Headline || _headline is null || _headline.Contains(known.Name)));
}
