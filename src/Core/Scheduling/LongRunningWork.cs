namespace FastCore.Scheduling;

/// <summary>An item that runs for longer than <see cref="SchedulerOptions.LongRun"/>.</summary>
/// <param name="Worker">The number of its worker.</param>
/// <param name="Description">What runs: the method of a delegate, or the type of the item.</param>
/// <param name="Elapsed">For at least how long it has run.</param>
/// <param name="SpawnPlace">The method that spawned it; null unless that is recorded (<see cref="SchedulerOptions.RecordSpawnPlaces"/>), or if it goes on after an await.</param>
public readonly record struct LongRunningWork(int Worker, string Description, TimeSpan Elapsed, string? SpawnPlace);
