using System.Runtime.Intrinsics;

namespace FastCore.Tests.Explorer;

/// <summary>
/// Happens-before by vector clocks (Mattern 1989; for races: Flanagan and Freund, "FastTrack", 2009). A clock is a vector
/// with one count for each thread; joining is the maximum of each.
/// </summary>
internal static class VectorClock
{
    /// <summary>As many as a vector has lanes.</summary>
    internal const int Threads = 4;

    internal static Vector128<int> Tick(Vector128<int> clock, int thread) => clock.WithElement(thread, clock.GetElement(thread) + 1);

    /// <summary>The moment of one thread, and zero for the others.</summary>
    internal static Vector128<int> Moment(Vector128<int> clock, int thread) =>
        Vector128<int>.Zero.WithElement(thread, clock.GetElement(thread));

    internal static bool HappensBefore(Vector128<int> earlier, Vector128<int> later) => Vector128.LessThanOrEqualAll(earlier, later);
}
