using FastCore.Diagnostics;
using FastCore.Tracing;

namespace FastCore.Scheduling;

/// <summary>How a <see cref="Scheduler"/> is set up.</summary>
public sealed class SchedulerOptions
{
    /// <summary>How many workers run at once; 0, the default, is one per processor. At most 1024.</summary>
    public int Workers { get; init; }

    /// <summary>How many more threads may stand in for workers that block or run on. The default is 64.</summary>
    public int SpareWorkers { get; init; } = 64;

    /// <summary>Where spawned work waits.</summary>
    public SchedulerPolicy Policy { get; init; }

    /// <summary>The name in front of its threads' names.</summary>
    public string Name { get; init; } = "FastCore";

    /// <summary>
    /// Gets what work items throw, with its original stack, on the worker that ran the item. Without it such an exception ends
    /// the process, as on the thread pool.
    /// </summary>
    public Action<Exception>? UnhandledException { get; init; }

    /// <summary>
    /// An item that runs for longer is reported (<see cref="LongRunning"/>), and another worker takes over what waits behind it.
    /// The default is 10 ms.
    /// </summary>
    public TimeSpan LongRun { get; init; } = TimeSpan.FromMilliseconds(10);

    /// <summary>Told of each item that runs for longer than <see cref="LongRun"/>, once, by the monitor's thread. Must not throw.</summary>
    public Action<LongRunningWork>? LongRunning { get; init; }

    /// <summary>A task that waits for longer, or a call that blocks for longer, is told to <see cref="Blocked"/>. The default is a second.</summary>
    public TimeSpan BlockedLimit { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Told of each task that waits for longer than <see cref="BlockedLimit"/>, with what it waits for, once, by the monitor's thread.
    /// Must not throw. With it <see cref="LiveWaits"/> is on for as long as the scheduler is there.
    /// </summary>
    public Action<WaitLook>? Blocked { get; init; }

    /// <summary>
    /// Whether it is recorded where work is spawned, for <see cref="LongRunning"/>, <see cref="Blocked"/> and the trace. Costs some microseconds for
    /// each spawn: the stack is walked.
    /// </summary>
    public bool RecordSpawnPlaces { get; init; }

    /// <summary>
    /// Told for how long each item has waited for its turn, on the worker that begins it, while work is traced: so an item that
    /// waited too long has the trace of what kept it.
    /// </summary>
    public FlightRecorder? FlightRecorder { get; init; }

    internal int WorkerCount => Workers == 0 ? Environment.ProcessorCount : Workers;

    internal void Verify()
    {
        ArgumentOutOfRangeException.ThrowIfNegative(Workers);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Workers, 1024);
        ArgumentOutOfRangeException.ThrowIfNegative(SpareWorkers);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(SpareWorkers, 16384);
        ArgumentOutOfRangeException.ThrowIfLessThan(LongRun, TimeSpan.FromMilliseconds(1));
        ArgumentOutOfRangeException.ThrowIfLessThan(BlockedLimit, TimeSpan.FromMilliseconds(1));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(BlockedLimit, TimeSpan.FromDays(1));
        ArgumentNullException.ThrowIfNull(Name);
        if (!Enum.IsDefined(Policy)) throw new ArgumentOutOfRangeException(nameof(Policy), Policy, "There is no such policy.");
    }
}
