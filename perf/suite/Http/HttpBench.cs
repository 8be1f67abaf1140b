using FastCore.Perf.Load;
using FastCore.Perf.Processes;
using FastCore.Perf.Results;

namespace FastCore.Perf.Http;

/// <summary>
/// Measures our HTTP server beside Kestrel: separate processes on one processor, the load on another, the subjects in
/// turn within each round, so that what disturbs the machine disturbs all of them.
/// </summary>
public sealed class HttpBench(HttpBenchOptions options, IBenchProgress progress)
{
    private readonly Placement _placement = Placement.Choose(options);

    /// <summary>Whether <see cref="LoadKind.Wrk"/> can be asked for.</summary>
    public static bool IsWrkInstalled => WrkLoad.IsInstalled;

    /// <summary>The names of what can be asked for.</summary>
    public static IReadOnlyList<string> Requests => HttpCase.Names;

    /// <summary>Measures everything that the options ask for and adds each finished cell to <paramref name="report"/>.</summary>
    /// <exception cref="ServerStartException">Our own server can't be started.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled; what is finished is in the report.</exception>
    public async Task RunAsync(BenchReport report, CancellationToken cancellationToken)
    {
        var cases = HttpCase.For(options);
        using var file = new ServedFile(cases);
        var kestrel = options.Traced ? null : ServerSubject.FindKestrel(options.Executable)?.Serving(file.Folder);
        var ours = options.Transports.Select(transport => ServerSubject.FastCore(options.Executable, transport, _placement.Server).Serving(file.Folder));
        ServerSubject[] subjects =
        [
            .. options.Traced ? ours.SelectMany(static subject => new[] { subject.Traced(), subject }) : ours,
            .. kestrel == null ? [] : new[] { kestrel },
            .. options.Beside.Select(name => Peer(name, file)).Where(peer => cases.Any(httpCase => peer.Answers(httpCase.Path))),
        ];
        // What a trace costs is a matter of requests alone.
        var hasMore = options is { IsDefaultSet: true, Traced: false };
        var extraSteps = hasMore ? subjects.Length * (options.Starts + 1) : 0;
        progress.Begin("http", cases.Sum(httpCase => subjects.Count(subject => subject.Answers(httpCase.Path))) * options.Rounds + extraSteps);
        if (_placement.Doubt is { } doubt) progress.Note(doubt);

        var allowedBefore = CpuPinning.Allowed();
        CpuPinning.PinProcess([_placement.Load]);
        try
        {
            DescriptorLimit.Raise();
            await new LoadRounds(options, _placement, progress).RunAsync(report, cases, subjects, cancellationToken).ConfigureAwait(false);
            if (!hasMore) return;
            await new StartTime(options, _placement, progress).RunAsync(report, subjects, cancellationToken).ConfigureAwait(false);
            await new IdleMemory(options, _placement, progress).RunAsync(report, subjects, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            CpuPinning.PinProcess(allowedBefore);
        }
    }

    private ServerSubject Peer(string name, ServedFile file) => MorePeers.Find(options.Executable, name, file.Folder, file.Paths) ?? throw new ServerStartException($"there is no program for {name}: {MorePeers.Hint}");

    /// <summary>Where the processes would run, in words.</summary>
    public static string PinningOf(HttpBenchOptions options) => Placement.Choose(options).ToString();

    /// <summary>Why nothing that was measured here allows a conclusion, or null.</summary>
    public string? Inconclusive =>
        _placement.IsInconclusive ? _placement.Doubt
        : !options.Traced && ServerSubject.FindKestrel(options.Executable) == null ? $"there is no kestrel-peer to compare with: {ServerSubject.KestrelHint}"
        : null;
}
