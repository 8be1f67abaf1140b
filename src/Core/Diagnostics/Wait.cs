using FastCore.Scheduling;

namespace FastCore.Diagnostics;

/// <summary>A wait, as it is known when it begins.</summary>
/// <param name="Since">From when, in ticks of <see cref="System.Diagnostics.Stopwatch"/>.</param>
/// <param name="Operation">What for.</param>
/// <param name="SpawnPlace">The method that spawned what waits; null where that is not recorded.</param>
/// <param name="Scheduler">Of the worker on which it began; null elsewhere. Weak, for it is kept for as long as the object that waits.</param>
internal readonly record struct Wait(long Since, WaitOperation Operation, string? SpawnPlace, WeakReference<Scheduler>? Scheduler);
