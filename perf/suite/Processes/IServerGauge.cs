using FastCore.Perf.Results;

namespace FastCore.Perf.Processes;

/// <summary>What a server is asked in each round, beside its load.</summary>
internal interface IServerGauge : IDisposable
{
    /// <summary>The server is warm, and the stretch that counts begins.</summary>
    /// <exception cref="InvalidDataException">It is not what it was to be.</exception>
    void Begin();

    /// <summary>The stretch has ended.</summary>
    /// <returns>What it was, by metric; the same metrics each time.</returns>
    /// <exception cref="InvalidDataException">It is not what it was to be.</exception>
    IReadOnlyList<(Metric Metric, double Value)> End();
}
