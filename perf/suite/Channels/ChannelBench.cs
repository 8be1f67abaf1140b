using FastCore.Perf.Processes;

namespace FastCore.Perf.Channels;

/// <summary>
/// Measures our channels, or the rings below them, beside the stock channels, round by round in turns, so that a busy
/// machine disturbs both alike.
/// </summary>
public sealed class ChannelBench
{
    private readonly IReadOnlyList<ChannelCase> _cases;

    private ChannelBench(string area, IReadOnlyList<ChannelCase> cases) => (Area, _cases) = (area, cases);

    /// <summary>The channels.</summary>
    public static ChannelBench Channels { get; } = new("channels", ChannelCases.All);

    /// <summary>The rings, beside the stock channel that does the same.</summary>
    public static ChannelBench Rings { get; } = new("rings", [new RingCase()]);

    /// <summary>What its cases' names begin with.</summary>
    public string Area { get; }

    /// <summary>The names of all cases, in the order they run.</summary>
    public IReadOnlyList<string> Cases => [.. _cases.Select(static known => known.Name)];

    /// <summary>The names of the cases that <paramref name="options"/> choose.</summary>
    public IReadOnlyList<string> Chosen(ChannelBenchOptions options) => [.. Choose(options).Select(static chosen => chosen.Name)];

    /// <summary>Runs the cases; takes about cases × (rounds + 1) × 2 × the duration of a round.</summary>
    /// <param name="options">What and how long.</param>
    /// <param name="progress">Told after each round, on the calling thread.</param>
    /// <param name="cancellationToken">Ends the run after the current round, with what is complete so far.</param>
    /// <returns>Two measurements a case, as they are complete: ours, then stock.</returns>
    /// <exception cref="InvalidOperationException">Called on a thread of the pool.</exception>
    public IEnumerable<ChannelMeasurement> Run(ChannelBenchOptions options, Action<ChannelProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        // It waits for tasks on the pool; doing so on one of the pool's threads would leave them one processor less.
        if (Thread.CurrentThread.IsThreadPoolThread) throw new InvalidOperationException("The channel bench measures the thread pool's threads and can't run on one. Give it a thread of its own.");
        int[] processors = CpuPinning.Allowed();
        foreach (ChannelCase measured in Choose(options))
        {
            // A pool thread that started because a bound thread queued work inherited its place, and would keep the next
            // case on one processor.
            CpuPinning.PinProcess(processors);
            using var ours = new SubjectRounds(measured, ChannelSubject.FastCore);
            using var stock = new SubjectRounds(measured, ChannelSubject.Stock);
            SubjectRounds[] subjects = [ours, stock];
            foreach (SubjectRounds subject in subjects) subject.WarmUp(options.RoundDuration);
            for (int round = 0; round < options.Rounds; round++)
            {
                foreach (SubjectRounds subject in subjects)
                {
                    if (cancellationToken.IsCancellationRequested) yield break;
                    progress?.Invoke(new ChannelProgress(measured.Name, subject.Name, subject.RunRound()));
                }
            }

            foreach (SubjectRounds subject in subjects) yield return subject.Summarise();
        }
    }

    private IEnumerable<ChannelCase> Choose(ChannelBenchOptions options) =>
        _cases.Where(known => options.Filter is null || known.Name.Contains(options.Filter, StringComparison.OrdinalIgnoreCase));
}
