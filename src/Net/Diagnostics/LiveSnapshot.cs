using System.Buffers;
using System.Text.Json;
using FastCore.Diagnostics;
using FastCore.Net.Transport;
using FastCore.Scheduling;

namespace FastCore.Net.Diagnostics;

/// <summary>The process as a line of JSON: its threads, and what is in the <see cref="LiveRegistry"/>. Made by one thread alone, without the pool.</summary>
/// <remarks>Names are stable; a reader must allow new members; a change that breaks a reader changes <c>schema</c>.</remarks>
internal static class LiveSnapshot
{
    private const int Schema = 1;

    private const int MostWaits = 100;

    private static readonly TimeSpan NeverYielded = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan LongRun = TimeSpan.FromMilliseconds(10);

    public static ReadOnlyMemory<byte> Take()
    {
        var buffer = new ArrayBufferWriter<byte>();
        var warnings = new List<string>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteNumber("schema", Schema);
            json.WriteNumber("pid", Environment.ProcessId);
            json.WriteNumber("timestamp_ms", Environment.TickCount64);
            WritePool(json, warnings);
            WriteList(json, "threads", ThreadTimes.Take(), WriteThread);
            WriteList(json, "schedulers", LiveRegistry.Of<Scheduler>(), (one, entry) => WriteScheduler(one, entry.Name, entry.Target, warnings));
            WriteList(json, "tasks", LiveTasks.Take(), (one, task) => WriteTask(one, task, warnings));
            WriteList(json, "reactors", LiveRegistry.Of<Reactor>(), static (one, entry) => WriteReactor(one, entry.Name, entry.Target));
            WriteList(json, "channels", LiveRegistry.Of<ILiveChannel>(), (one, entry) => WriteChannel(one, entry.Name, entry.Target.Look(), warnings));
            WriteWaits(json, warnings);
            json.WriteStartArray("warnings");
            foreach (var warning in warnings) json.WriteStringValue(warning);
            json.WriteEndArray();
            json.WriteEndObject();
        }
        buffer.Write("\n"u8);
        return buffer.WrittenMemory;
    }

    private static void WriteList<T>(Utf8JsonWriter json, string name, IReadOnlyList<T> items, Action<Utf8JsonWriter, T> write)
    {
        json.WriteStartArray(name);
        foreach (var item in items)
        {
            json.WriteStartObject();
            write(json, item);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static void WriteWaits(Utf8JsonWriter json, List<string> warnings)
    {
        var waits = LiveWaits.Take();
        json.WriteBoolean("looking_at_waits", LiveWaits.IsOn);
        json.WriteNumber("waiting", waits.Count);
        json.WriteNumber("lost", LiveWaits.Lost);
        WriteList(json, "waits", [.. waits.Take(MostWaits)], WriteWait);
        if (LiveWaits.Lost is > 0 and var lost) warnings.Add($"{lost} waits were on nobody: what they waited for was collected, and they with it. `fastcore profile --attach PATH leaks` names them.");
    }

    private static void WriteWait(Utf8JsonWriter json, WaitLook wait)
    {
        json.WriteString("operation", JsonNamingPolicy.SnakeCaseLower.ConvertName(wait.Operation.ToString()));
        json.WriteString("on", wait.On);
        json.WriteNumber("id", wait.Id);
        json.WriteString("kind", wait.Kind);
        json.WriteString("task", wait.Task);
        json.WriteString("spawn_place", wait.SpawnPlace);
        json.WriteString("scheduler", wait.Scheduler);
        json.WriteNumber("age_ms", Math.Round(wait.Age.TotalMilliseconds, 3));
    }

    private static void WritePool(Utf8JsonWriter json, List<string> warnings)
    {
        var threads = ThreadPool.ThreadCount;
        var queued = ThreadPool.PendingWorkItemCount;
        json.WriteStartObject("thread_pool");
        json.WriteNumber("threads", threads);
        json.WriteNumber("queued", queued);
        json.WriteNumber("completed", ThreadPool.CompletedWorkItemCount);
        json.WriteEndObject();
        if (queued > threads) warnings.Add($"The thread pool starves: {queued} items wait for its {threads} threads.");
    }

    private static void WriteThread(Utf8JsonWriter json, ThreadTimes thread)
    {
        json.WriteNumber("id", thread.Id);
        json.WriteString("name", thread.Name);
        if (thread.BusyNanoseconds is { } busy) json.WriteNumber("busy_ns", busy);
        if (thread.QueuedNanoseconds is { } queued) json.WriteNumber("queued_ns", queued);
        json.WriteNumber("alive_ns", thread.AliveNanoseconds);
    }

    private static void WriteScheduler(Utf8JsonWriter json, string name, Scheduler scheduler, List<string> warnings)
    {
        var statistics = scheduler.Statistics;
        var workers = scheduler.LookAtWorkers();
        json.WriteString("name", name);
        json.WriteNumber("spawned", statistics.Spawned);
        json.WriteNumber("ran", statistics.Ran);
        json.WriteNumber("queued", statistics.Queued);
        json.WriteNumber("parked", statistics.Parked);
        json.WriteNumber("long_runs", statistics.LongRuns);
        json.WriteNumber("lost_wake_ups", statistics.LostWakeUps);
        WriteList(json, "workers", workers, WriteWorker);
        foreach (var worker in workers)
        {
            if (worker.RunningFor < LongRun) continue;
            var spawned = worker.SpawnPlace is { } place ? $", spawned by {place}" : "";
            warnings.Add(worker.RunningFor < NeverYielded
                ? $"Worker {worker.Index} of {name} has run {worker.Item} for {worker.RunningFor.TotalMilliseconds:F0} ms{spawned}: it hogs its worker."
                : $"Worker {worker.Index} of {name} has run {worker.Item} for {worker.RunningFor.TotalSeconds:F1} s{spawned}: it has never yielded, though it was asked to.");
        }
        if (statistics.LostWakeUps > 0) warnings.Add($"{name} has lost {statistics.LostWakeUps} wake-ups, which is a fault of the scheduler.");
    }

    private static void WriteWorker(Utf8JsonWriter json, WorkerLook worker)
    {
        json.WriteNumber("index", worker.Index);
        json.WriteString("thread", worker.Thread);
        json.WriteString("activity", worker.Activity switch { WorkerActivity.Running => "running", WorkerActivity.Away => "away", _ => "idle" });
        json.WriteString("item", worker.Item);
        json.WriteString("spawn_place", worker.SpawnPlace);
        json.WriteNumber("running_ms", Math.Round(worker.RunningFor.TotalMilliseconds, 3));
        json.WriteNumber("ran", worker.Ran);
        json.WriteNumber("spawned", worker.Spawned);
        json.WriteNumber("moved", worker.Moved);
        json.WriteNumber("queued", worker.Queued);
    }

    private static void WriteTask(Utf8JsonWriter json, TaskLook task, List<string> warnings)
    {
        json.WriteString("name", task.Name);
        json.WriteString("spawn_place", task.SpawnPlace);
        json.WriteNumber("polls", task.Polls);
        json.WriteNumber("busy_ms", task.Busy.TotalMilliseconds);
        json.WriteNumber("queued_ms", task.Queued.TotalMilliseconds);
        json.WriteNumber("blocked_ms", task.Blocked.TotalMilliseconds);
        json.WriteNumber("longest_run_ms", task.LongestRun.TotalMilliseconds);
        json.WriteNumber("running", task.RunningNow);
        json.WriteNumber("queued", task.QueuedNow);
        if (task.LongestRun - task.Blocked >= LongRun) warnings.Add($"{task.Name} has run for {task.LongestRun.TotalMilliseconds:F0} ms without letting others run.");
    }

    private static void WriteReactor(Utf8JsonWriter json, string name, Reactor reactor)
    {
        var counters = reactor.Counters;
        json.WriteString("name", name);
        json.WriteString("transport", TransportSelector.Name(reactor.Transport));
        json.WriteNumber("connections", counters.Connections);
        json.WriteNumber("in_flight", counters.InFlight);
        json.WriteNumber("accepted", counters.Accepted);
        json.WriteNumber("turns", counters.Turns);
        json.WriteNumber("buffers_exhausted", counters.BuffersExhausted);
    }

    private static void WriteChannel(Utf8JsonWriter json, string name, ChannelLook channel, List<string> warnings)
    {
        json.WriteString("name", name);
        if (channel.Capacity is { } capacity) json.WriteNumber("capacity", capacity);
        else json.WriteNull("capacity");
        json.WriteNumber("depth", channel.Depth);
        json.WriteNumber("waiting_readers", channel.WaitingReaders);
        json.WriteNumber("waiting_writers", channel.WaitingWriters);
        json.WriteBoolean("closed", channel.IsClosed);
        if (channel is { WaitingWriters: > 0, WaitingReaders: 0 }) warnings.Add($"{channel.WaitingWriters} writes wait on {name}, and no read does.");
    }
}
