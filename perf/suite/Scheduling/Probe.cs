using System.Diagnostics;
using FastCore.Perf.Rounds;

namespace FastCore.Perf.Scheduling;

/// <summary>An item that says when it started.</summary>
internal sealed class Probe : WorkItem
{
    private long _started;

    private long _spawned;

    /// <summary>Between its spawn and its start, in ticks of <see cref="Stopwatch"/>; null before.</summary>
    internal long? Waited => Volatile.Read(ref _started) is var started and not 0 ? started - _spawned : null;

    /// <summary>Spawns it, from outside.</summary>
    internal void Spawn<TTarget>(TTarget target) where TTarget : struct, ITarget
    {
        Volatile.Write(ref _started, 0);
        _spawned = Stopwatch.GetTimestamp();
        target.SpawnFromOutside(this);
    }

    public override void Execute() => Volatile.Write(ref _started, Stopwatch.GetTimestamp());

    /// <summary>Waits for its start.</summary>
    /// <param name="pause">What the caller does between two looks.</param>
    /// <returns>How long that took.</returns>
    /// <exception cref="InvalidDataException">It never started.</exception>
    internal long Await(Action pause)
    {
        while (true)
        {
            if (Waited is { } waited) return waited;
            if (Stopwatch.GetElapsedTime(_spawned) > Round.Patience) throw new InvalidDataException("An item that was spawned never ran.");
            pause();
        }
    }
}
