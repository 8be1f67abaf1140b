using System.Threading.Channels;
using FastCore.Perf.Processes;

namespace FastCore.Perf.Channels;

/// <summary>
/// Measures FastCore's channels beside the stock ones, round by round in turns, so that a busy machine disturbs both alike.
/// </summary>
public static class ChannelBench
{
    /// <summary>The names of all cases, in the order they run.</summary>
    public static IReadOnlyList<string> Cases { get; } = [.. AllCases().Select(static make => make.Name)];

    /// <summary>Runs the cases; takes about cases × rounds × 2 × the duration of a round.</summary>
    /// <param name="options">What and how long.</param>
    /// <param name="progress">Told after each round, on the calling thread.</param>
    /// <param name="cancellationToken">Ends the run after the current round, with what is complete so far.</param>
    /// <returns>Two measurements a case: ours, then stock.</returns>
    /// <exception cref="InvalidDataException">A round's result was wrong; the message says which.</exception>
    /// <exception cref="InvalidOperationException">Called on a thread of the pool.</exception>
    public static IReadOnlyList<ChannelMeasurement> Run(
        ChannelBenchOptions options, Action<ChannelProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        // It waits for tasks on the pool; doing so on one of the pool's threads would leave them one processor less.
        if (Thread.CurrentThread.IsThreadPoolThread) throw new InvalidOperationException("The channel bench measures the thread pool's threads and can't run on one. Give it a thread of its own.");
        CaseMaker[] chosen = [.. AllCases().Where(made => options.Filter is null || made.Name.Contains(options.Filter, StringComparison.OrdinalIgnoreCase))];
        var measurements = new List<ChannelMeasurement>();
        int step = 0;
        int steps = chosen.Length * options.Rounds * 2;
        int[] processors = CpuPinning.Allowed();
        foreach (CaseMaker maker in chosen)
        {
            // A pool thread that started because a bound thread queued work inherited its place, and would keep the next
            // case on one processor.
            CpuPinning.PinProcess(processors);
            using ChannelCase measured = maker.Make();
            SubjectRounds[] subjects = [new(measured, ChannelSubject.FastCore), new(measured, ChannelSubject.Stock)];
            foreach (SubjectRounds subject in subjects) subject.WarmUp(options.RoundDuration);
            for (int round = 0; round < options.Rounds; round++)
            {
                foreach (SubjectRounds subject in subjects)
                {
                    if (cancellationToken.IsCancellationRequested) return measurements;
                    double speed = subject.RunRound();
                    progress?.Invoke(new ChannelProgress(measured.Name, subject.Name, ++step, steps, speed));
                }
            }

            measurements.AddRange(subjects.Select(static subject => subject.Summarise()));
        }

        return measurements;
    }

    private static CaseMaker[] AllCases() =>
    [
        new("channels/ring-spsc/c1024", static () => new RingCase(BoundedOneToOne("channels/ring-spsc/c1024"))),
        new("channels/bounded-1to1/c1024", static () => BoundedOneToOne("channels/bounded-1to1/c1024")),
        new("channels/bounded-4to4/c1024", static () => new ManyToManyCase(
            "channels/bounded-4to4/c1024", 4, 4, static subject => subject.CreateBounded(new BoundedChannelOptions(1024)))),
        new("channels/unbounded-1to1", static () => new OneToOneCase(
            "channels/unbounded-1to1",
            static subject => subject.CreateUnbounded(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true }))),
        new("channels/cancel-storm/c100", static () => new CancelStormCase()),
    ];

    private static OneToOneCase BoundedOneToOne(string name) => new(
        name,
        static subject => subject.CreateBounded(new BoundedChannelOptions(1024) { SingleReader = true, SingleWriter = true }));

    private sealed record CaseMaker(string Name, Func<ChannelCase> Make);
}
