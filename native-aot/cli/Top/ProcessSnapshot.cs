using System.Text.Json.Serialization;

namespace FastCore.Cli.Top;

/// <summary>A process as its control socket tells it.</summary>
internal sealed record ProcessSnapshot(
    int Schema, int Pid, long TimestampMs, PoolState ThreadPool, ThreadState[] Threads, SchedulerState[] Schedulers, TaskState[] Tasks, ReactorState[] Reactors, ChannelState[] Channels, string[] Warnings, WaitState[]? Waits = null, bool LookingAtWaits = false, int Waiting = 0);

internal sealed record PoolState(int Threads, long Queued, long Completed);

internal sealed record ThreadState(int Id, string Name, long? BusyNs, long? QueuedNs, long AliveNs);

internal sealed record SchedulerState(string Name, long Spawned, long Ran, int Queued, int Parked, long LongRuns, long LostWakeUps, WorkerState[] Workers);

internal sealed record WorkerState(int Index, string Thread, string Activity, string? Item, string? SpawnPlace, double RunningMs, long Ran, long Spawned, long Moved, int Queued);

internal sealed record TaskState(string Name, string SpawnPlace, long Polls, double BusyMs, double QueuedMs, double BlockedMs, double LongestRunMs, int Running, int Queued);

internal sealed record ReactorState(string Name, string Transport, int Connections, int InFlight, long Accepted, long Turns, long BuffersExhausted);

internal sealed record ChannelState(string Name, int? Capacity, int Depth, int WaitingReaders, int WaitingWriters, bool Closed);

internal sealed record WaitState(string Operation, string On, long Id, string Kind, string Task, string SpawnPlace, string Scheduler, double AgeMs);

/// <summary>The reader of snapshots.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, RespectRequiredConstructorParameters = true, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(ProcessSnapshot))]
internal sealed partial class SnapshotJson : JsonSerializerContext;
