using FastCore.Perf.Processes;

namespace FastCore.Perf.Load;

/// <summary>A way to make load.</summary>
internal interface ILoadDriver : IDisposable
{
    /// <summary>Loads the server, first for <paramref name="warmUp"/>, then for a stretch that is measured.</summary>
    /// <param name="server">Whose CPU time is measured.</param>
    /// <param name="target">The request.</param>
    /// <param name="plan">The load.</param>
    /// <param name="warmUp">How long before it counts.</param>
    /// <param name="duration">How long it counts.</param>
    /// <param name="begins">Called when the server is warm, just before the stretch.</param>
    /// <param name="ends">Called after the stretch.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    Task<LoadResult> MeasureAsync(ServerProcess server, LoadTarget target, LoadPlan plan, TimeSpan warmUp, TimeSpan duration, Action begins, Action ends, CancellationToken cancellationToken);
}
