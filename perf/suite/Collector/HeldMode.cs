using System.Runtime;

namespace FastCore.Perf.Collector;

/// <summary>Puts a mode into force and keeps it there.</summary>
public static class HeldMode
{
    /// <summary>What a region without collections may allocate.</summary>
    private const long RegionBytes = 200L << 20;

    /// <summary>How much of it, when the next is begun: what is left is for those who allocate meanwhile.</summary>
    private const long RenewedAfterBytes = RegionBytes * 3 / 4;

    /// <summary>Puts <paramref name="mode"/> into force for the rest of the process's life.</summary>
    /// <exception cref="InvalidOperationException">The collector does not take it; the message says what it needs.</exception>
    public static void Enter(CollectorMode mode)
    {
        if (mode == CollectorMode.NoGcRegion) EnterRegion();
        if (mode != CollectorMode.SustainedLowLatency) return;
        GCSettings.LatencyMode = GCLatencyMode.SustainedLowLatency;
        // The collector says nothing where it can't.
        if (GCSettings.LatencyMode != GCLatencyMode.SustainedLowLatency)
            throw new InvalidOperationException("Sustained low latency needs the concurrent collector. Set DOTNET_gcConcurrent=1 in the environment.");
    }

    private static void EnterRegion()
    {
        if (!GC.TryStartNoGCRegion(RegionBytes)) throw new InvalidOperationException($"There is not enough memory for a region of {RegionBytes >> 20} MiB without collections.");
        GC.RegisterNoGCRegionCallback(RenewedAfterBytes, Renew);
    }

    /// <summary>
    /// On the finalizer's thread. The only collection takes place here, and it must be asked for: a new region takes memory that was
    /// never used rather than collect, for as long as there is any.
    /// </summary>
    private static void Renew()
    {
        try
        {
            GC.EndNoGCRegion();
        }
        catch (InvalidOperationException)
        {
            // Others have allocated what was left before this ran, and a collection has ended the region.
        }

        GC.Collect();
        EnterRegion();
    }
}
