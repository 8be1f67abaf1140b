using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace FastCore.Tracing;

/// <summary>
/// The clock of events: the processor's counter where there is one to rely on, else the system's. Which of the two made a stamp is in the
/// stamp: the counter's are below zero, so both may stand in one ring.
/// </summary>
/// <remarks>
/// A stamp becomes ticks of <see cref="Stopwatch"/> when it is copied, by the two moments at which both clocks were read: when the
/// session began, and the copy. Between two such moments the way from one clock to the other is a straight line, which keeps the order
/// of stamps. Has no static constructor, as the tracer has none.
/// </remarks>
/// <param name="Counter">The counter; 0 where there is none.</param>
/// <param name="Ticks">The same moment in ticks of <see cref="Stopwatch"/>.</param>
internal readonly record struct TraceClock(long Counter, long Ticks)
{
    private static nint _reader;

    /// <summary>A stamp of now.</summary>
    internal static long Now
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            nint reader = _reader;
            return reader != 0 ? TimeStampCounter.Read(reader) | long.MinValue : Stopwatch.GetTimestamp();
        }
    }

    /// <summary>Chooses what <see cref="Now"/> reads.</summary>
    internal static void Use(bool counter) => _reader = counter ? TimeStampCounter.Handle : 0;

    /// <summary>Both clocks at one moment.</summary>
    internal static TraceClock Read() => TimeStampCounter.IsUsable ? ReadBoth() : new TraceClock(0, Stopwatch.GetTimestamp());

    /// <summary>When it was, in ticks of <see cref="Stopwatch"/>.</summary>
    /// <param name="stamp">The stamp.</param>
    /// <param name="start">When its session began.</param>
    /// <param name="end">The copy.</param>
    internal static long ToStopwatch(long stamp, in TraceClock start, in TraceClock end)
    {
        if (stamp >= 0) return stamp;
        long counter = stamp & long.MaxValue;
        double rate = end.Counter == start.Counter ? 0 : (double)(end.Ticks - start.Ticks) / (end.Counter - start.Counter);
        return start.Ticks + (long)((counter - start.Counter) * rate);
    }

    // Of a few tries the one between whose readings of the system's clock the least time passed: nobody came between.
    private static TraceClock ReadBoth()
    {
        long shortest = long.MaxValue;
        TraceClock best = default;
        for (int i = 0; i < 5; i++)
        {
            long before = Stopwatch.GetTimestamp();
            long counter = TimeStampCounter.Read(TimeStampCounter.Handle) & long.MaxValue;
            long after = Stopwatch.GetTimestamp();
            if (after - before >= shortest) continue;
            shortest = after - before;
            best = new TraceClock(counter, before + ((after - before) / 2));
        }

        return best;
    }
}
