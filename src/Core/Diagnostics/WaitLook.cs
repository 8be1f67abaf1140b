namespace FastCore.Diagnostics;

/// <summary>Something that waits.</summary>
/// <param name="Operation">What for.</param>
/// <param name="On">On what, by its name in the <see cref="LiveRegistry"/>; for a select, all of its cases; empty for what has no name.</param>
/// <param name="Id">On what: its number, which is no other's; 0 for a blocking call and a join.</param>
/// <param name="Kind">What that is, such as <c>bounded channel (64) of Int32</c>; empty for a blocking call and a join.</param>
/// <param name="Task">Who waits: the async method, the thread that blocks, or the item that runs; empty while nobody has awaited the operation.</param>
/// <param name="SpawnPlace">The method that spawned it; empty where that is not recorded (<see cref="Scheduling.SchedulerOptions.RecordSpawnPlaces"/>, or a trace that records places).</param>
/// <param name="Scheduler">The scheduler on whose worker it began to wait; empty elsewhere.</param>
/// <param name="Age">For how long.</param>
public readonly record struct WaitLook(WaitOperation Operation, string On, long Id, string Kind, string Task, string SpawnPlace, string Scheduler, TimeSpan Age);
