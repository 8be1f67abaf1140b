using FastCore.Perf.Load;
using FastCore.Perf.Processes;
using FastCore.Perf.Results;

namespace FastCore.Perf.Http;

/// <summary>One round of one subject in one case.</summary>
internal sealed record Round(LoadResult Load, long? AllocatedBytes, long? PeakResidentKib)
{
    /// <summary>What only some servers are asked.</summary>
    public IReadOnlyList<(Metric Metric, double Value)> Counts { get; init; } = [];
}

/// <summary>The rounds of one subject in one case, and what they come to.</summary>
internal sealed class Cell(HttpCase httpCase, ServerSubject subject)
{
    // Where the middle half of the rounds spreads over more than this share of the median, the machine was too restless.
    private const double MaxSpread = 0.35;
    private const double IdleServer = 0.30;
    private const double BusyLoad = 0.95;
    private const double SpareServer = 0.75;
    private const int MinimumTicks = 50;

    private readonly List<Round> _rounds = [];

    public ServerSubject Subject => subject;

    public int Count => _rounds.Count;

    /// <summary>Why there can be no round, or null.</summary>
    public string? Failure { get; set; }

    public void Add(Round round) => _rounds.Add(round);

    /// <summary>The medians of the rounds so far, with the ratio to <paramref name="reference"/>.</summary>
    public CaseResult Summarise(CaseResult? reference, int plannedRounds)
    {
        var refusal = Failure ?? Refusal();
        if (refusal != null) return new CaseResult { Name = httpCase.Name, Subject = subject.Name, Refused = refusal };
        var rounds = RoundFigures();
        var metrics = rounds.ToDictionary(pair => pair.Key, pair => Statistics.Median(pair.Value));
        AddShares(metrics);
        var result = new CaseResult
        {
            Name = httpCase.Name,
            Subject = subject.Name,
            Metrics = InOrder(metrics),
            Rounds = rounds,
            Latency = MedianCurve(round => round.Load.Latency),
            ServiceTime = _rounds[0].Load.ServiceTime == null ? null : MedianCurve(round => round.Load.ServiceTime!),
            Notes = Notes(plannedRounds) is { Count: > 0 } notes ? notes : null,
        };
        return reference is { Refused: null } ? result with { Ratio = CaseRatio.Between(result, reference) } : result;
    }

    private string? Refusal()
    {
        if (_rounds.Count == 0) return "no round was finished";
        var errors = new Dictionary<string, long>();
        foreach (var (cause, count) in _rounds.SelectMany(round => round.Load.Errors)) errors[cause] = errors.GetValueOrDefault(cause) + count;
        if (errors.Count > 0) return string.Join("; ", errors.OrderByDescending(error => error.Value).Select(error => $"{error.Key} ({error.Value}×)"));
        if (_rounds.Exists(round => round.Load.Requests == 0)) return "a round without one answer";
        if (httpCase.Plan.Rate == null && IdleReason() is { } idle) return idle;
        return !httpCase.IsBursty && Spread() is { } spread ? $"{spread}; the machine was too restless" : null;
    }

    /// <summary>How far the rounds lie apart, if that is far.</summary>
    private string? Spread()
    {
        var spread = Statistics.RelativeSpread(_rounds.Select(CpuMicroseconds));
        return spread > MaxSpread ? FormattableString.Invariant($"CPU per request spread over {spread:P0} of its median from round to round") : null;
    }

    /// <summary>A closed loop keeps a server busy, unless something else is slow; then the figures are about that.</summary>
    private string? IdleReason()
    {
        var busy = Median(load => load.ServerBusy);
        var starved = Median(load => load.ServerStarved);
        if (busy + starved >= IdleServer) return null;
        var loadStarved = Median(load => load.LoadStarved);
        var cause = loadStarved > busy ? FormattableString.Invariant($"; other work had the load generator's processor for {loadStarved:P0} of it") : ", so something else was the limit";
        return FormattableString.Invariant($"the server was idle for {1 - busy - starved:P0} of the time{cause}");
    }

    private double Median(Func<LoadResult, double> value) => Statistics.Median(_rounds.Select(round => value(round.Load)));

    private List<string> Notes(int plannedRounds)
    {
        var notes = new List<string>();
        if (_rounds.Count < plannedRounds) notes.Add($"interrupted after {_rounds.Count} of {plannedRounds} rounds");
        if (httpCase.IsBursty && Spread() is { } spread) notes.Add(spread);
        var serverBusy = Median(load => load.ServerBusy);
        var starved = Math.Max(Median(load => load.ServerStarved), httpCase.SharesLoadProcessor ? 0 : Median(load => load.LoadStarved));
        if (starved > OtherWork.Much) notes.Add(FormattableString.Invariant($"other work had a processor for {starved:P0} of the time, which requests/s and latencies show"));
        if (httpCase.Plan.Rate is not { } rate)
        {
            if (starved <= OtherWork.Much && serverBusy < SpareServer && Median(load => load.LoadBusy) > BusyLoad)
                notes.Add(FormattableString.Invariant($"the load generator was the limit (server busy {serverBusy:P0}): requests/s is a lower bound, CPU per request holds"));
            return notes;
        }
        var reached = Median(load => load.Requests / load.Seconds);
        if (reached < 0.99 * rate) notes.Add(FormattableString.Invariant($"{reached:N0} of {rate:N0} requests/s were reached; response times grow with the length of the run"));
        var delay = _rounds.Max(round => round.Load.WorstDelayMicroseconds);
        if (delay > 1_000) notes.Add(FormattableString.Invariant($"the generator itself was late by up to {delay:N0} µs; the response time includes it"));
        return notes;
    }

    private Dictionary<string, double[]> RoundFigures()
    {
        var figures = new Dictionary<string, double[]>();
        void Add(Metric metric, int decimals, Func<Round, double> value) => figures[metric.Name] = [.. _rounds.Select(round => Math.Round(value(round), decimals))];

        Add(Metric.RequestsPerSecond, 1, round => round.Load.Requests / round.Load.Seconds);
        Add(Metric.CpuPerRequest, 4, CpuMicroseconds);
        Add(Metric.P50, 2, round => round.Load.Latency.At(50));
        Add(Metric.P90, 2, round => round.Load.Latency.At(90));
        Add(Metric.P99, 2, round => round.Load.Latency.At(99));
        Add(Metric.P999, 2, round => round.Load.Latency.At(99.9));
        Add(Metric.P9999, 2, round => round.Load.Latency.At(99.99));
        Add(Metric.Maximum, 2, round => round.Load.Latency.At(100));
        if (_rounds[0].Load.ServiceTime != null)
        {
            Add(Metric.ServiceP50, 2, round => round.Load.ServiceTime!.At(50));
            Add(Metric.ServiceP99, 2, round => round.Load.ServiceTime!.At(99));
            Add(Metric.ServiceP999, 2, round => round.Load.ServiceTime!.At(99.9));
        }
        if (_rounds.TrueForAll(round => round.PeakResidentKib != null)) Add(Metric.PeakMemory, 0, round => round.PeakResidentKib!.Value);
        if (_rounds.TrueForAll(round => round.AllocatedBytes != null)) Add(Metric.AllocatedPerRequest, 4, round => round.AllocatedBytes!.Value / (double)round.Load.Requests);
        Add(Metric.SwitchesPerRequest, 4, round => round.Load.Server.ContextSwitches / (double)round.Load.Requests);
        Add(Metric.ServerBusy, 1, round => 100 * round.Load.ServerBusy);
        Add(Metric.LoadBusy, 1, round => 100 * round.Load.LoadBusy);
        for (var i = 0; i < _rounds[0].Counts.Count; i++)
        {
            var at = i;
            Add(_rounds[0].Counts[i].Metric, 4, round => round.Counts[at].Value);
        }
        return figures;
    }

    /// <summary>User and system time: the kernel only samples them, so all rounds together say how the exact sum divides, if there are enough.</summary>
    private void AddShares(Dictionary<string, double> metrics)
    {
        var user = _rounds.Sum(round => round.Load.Server.UserTicks);
        var ticks = user + _rounds.Sum(round => round.Load.Server.SystemTicks);
        // Of fewer samples the share would be a guess.
        if (ticks < MinimumTicks) return;
        var cpu = metrics[Metric.CpuPerRequest.Name];
        metrics[Metric.UserPerRequest.Name] = Math.Round(cpu * user / ticks, 4);
        metrics[Metric.SystemPerRequest.Name] = Math.Round(cpu * (ticks - user) / ticks, 4);
    }

    private List<LatencyPoint> MedianCurve(Func<Round, IPercentiles> percentiles)
    {
        var curves = _rounds.ConvertAll(round => percentiles(round).Curve().ToDictionary(point => point.Percentile, point => point.Us));
        var shared = curves[0].Keys.Where(percentile => curves.TrueForAll(curve => curve.ContainsKey(percentile)));
        return [.. shared.Select(percentile => new LatencyPoint(percentile, Math.Round(Statistics.Median(curves.Select(curve => curve[percentile])), 2)))];
    }

    private static Dictionary<string, double> InOrder(Dictionary<string, double> metrics) =>
        Metric.All.Where(metric => metrics.ContainsKey(metric.Name)).ToDictionary(metric => metric.Name, metric => metrics[metric.Name]);

    private static double CpuMicroseconds(Round round) => round.Load.Server.CpuNanoseconds / 1e3 / round.Load.Requests;
}
