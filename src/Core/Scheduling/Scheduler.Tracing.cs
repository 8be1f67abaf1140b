using System.Runtime.CompilerServices;
using FastCore.Tracing;

namespace FastCore.Scheduling;

/// <content>What is asked of an item that comes in: whether it is watched.</content>
public sealed partial class Scheduler
{
    /// <summary>As the options say; asked for each spawn.</summary>
    private readonly bool _recordsSpawnPlaces;

    /// <summary>Whether it is recorded where work is spawned, now.</summary>
    internal bool RecordsSpawnPlaces => _recordsSpawnPlaces || (Tracer.IsOn && Tracer.RecordsSpawnPlaces);

    /// <summary>What goes into the queues for an item: itself, unless somebody watches.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal IWorkItem Watch(IWorkItem item, TaskOrigin origin) => Lifecycle.IsWatched || _recordsSpawnPlaces ? BeginToWatch(item, origin) : item;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private WatchedItem BeginToWatch(IWorkItem item, TaskOrigin origin)
    {
        WatchedItem watched = Worker.Current?.TakeKept() ?? new WatchedItem();
        watched.Begin(item, origin, _recordsSpawnPlaces || Tracer.RecordsSpawnPlaces, _options.FlightRecorder);
        return watched;
    }
}
