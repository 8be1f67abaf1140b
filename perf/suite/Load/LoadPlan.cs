namespace FastCore.Perf.Load;

/// <summary>How a server is loaded.</summary>
/// <param name="Connections">Connections held open.</param>
/// <param name="Pipeline">Requests in flight on each; in a closed loop they are sent together, and again when all are answered.</param>
/// <param name="Rate">Requests a second over all connections (open loop), or null for as many as are answered (closed loop).</param>
public sealed record LoadPlan(int Connections, int Pipeline, double? Rate = null);
