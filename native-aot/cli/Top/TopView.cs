using System.Globalization;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace FastCore.Cli.Top;

/// <summary>Two snapshots of a process as tables: what happened between them, and how it stands at the later one.</summary>
internal static class TopView
{
    private const int MostRows = 24;

    public static IRenderable Draw(ProcessSnapshot before, ProcessSnapshot now)
    {
        var rows = new List<IRenderable>
        {
            new Markup(FormattableString.Invariant($"[bold]process {now.Pid}[/]  thread pool: {now.ThreadPool.Threads} threads, {now.ThreadPool.Queued} queued, {now.ThreadPool.Completed} done")),
        };
        foreach (var warning in now.Warnings) rows.Add(new Markup($"[red]warning:[/] {Markup.Escape(warning)}"));
        rows.Add(Threads(before, now));
        if (now.Schedulers.Length > 0) rows.Add(Workers(before, now));
        if (now.Tasks.Length > 0) rows.Add(Tasks(now));
        if (now.Reactors.Length > 0) rows.Add(Reactors(before, now));
        if (now.Channels.Length > 0) rows.Add(Channels(now));
        if (now.Waits is { Length: > 0 } waits) rows.Add(Waits(waits, now.Waiting));
        return new Rows(rows);
    }

    private static Table Threads(ProcessSnapshot before, ProcessSnapshot now)
    {
        var table = TableOf("threads", "id", "name", "busy", "queued", "idle");
        var shares = now.Threads.Select(thread => (Thread: thread, Share: ShareOf(before, now, thread))).OrderByDescending(static one => one.Share.Busy).ThenBy(static one => one.Thread.Id);
        foreach (var (thread, share) in shares.Take(MostRows))
            table.AddRow(Text(thread.Id), Text(thread.Name), Percent(share.Busy), Percent(share.Queued), Percent(share.Busy is { } busy && share.Queued is { } queued ? Math.Max(0, 100 - busy - queued) : null));
        return table;
    }

    /// <summary>What a thread did of the time between the snapshots; of its whole life if it began between them.</summary>
    private static (double? Busy, double? Queued) ShareOf(ProcessSnapshot before, ProcessSnapshot now, ThreadState thread)
    {
        var earlier = Array.Find(before.Threads, other => other.Id == thread.Id && other.Name == thread.Name);
        var time = Math.Max(1.0, earlier == null ? thread.AliveNs : (now.TimestampMs - before.TimestampMs) * 1e6);
        return (Share(thread.BusyNs - (earlier?.BusyNs ?? 0)), Share(thread.QueuedNs - (earlier?.QueuedNs ?? 0)));

        double? Share(long? nanoseconds) => nanoseconds is { } spent ? Math.Clamp(100 * spent / time, 0, 100) : null;
    }

    private static Table Workers(ProcessSnapshot before, ProcessSnapshot now)
    {
        var table = TableOf("workers", "scheduler", "worker", "does", "for ms", "polls/s", "polls", "moved", "queued", "runs", "spawned by");
        foreach (var scheduler in now.Schedulers)
        {
            var earlier = Array.Find(before.Schedulers, other => other.Name == scheduler.Name);
            foreach (var worker in scheduler.Workers.Take(MostRows))
            {
                var ran = worker.Ran - (Array.Find(earlier?.Workers ?? [], other => other.Index == worker.Index)?.Ran ?? worker.Ran);
                table.AddRow(
                    Text(scheduler.Name), Text(worker.Index), Text(worker.Activity), Text(worker.Item == null ? "" : worker.RunningMs.ToString("F0", CultureInfo.InvariantCulture)),
                    Text(PerSecond(ran, before, now)), Text(worker.Ran), Text(worker.Moved), Text(worker.Queued), Text(worker.Item ?? ""), Text(worker.SpawnPlace ?? ""));
            }
        }
        return table;
    }

    private static Table Tasks(ProcessSnapshot now)
    {
        var table = TableOf("tasks, as far back as the trace reaches", "task", "spawned by", "polls", "busy ms", "queued ms", "blocked ms", "longest ms", "run now", "queued now");
        foreach (var task in now.Tasks.Take(MostRows))
            table.AddRow(Text(task.Name), Text(task.SpawnPlace), Text(task.Polls), Milliseconds(task.BusyMs), Milliseconds(task.QueuedMs), Milliseconds(task.BlockedMs), Milliseconds(task.LongestRunMs), Text(task.Running), Text(task.Queued));
        return table;
    }

    private static Table Reactors(ProcessSnapshot before, ProcessSnapshot now)
    {
        var table = TableOf("reactors", "reactor", "transport", "connections", "in flight", "accepted", "turns/s", "out of buffers");
        foreach (var reactor in now.Reactors.Take(MostRows))
        {
            var turns = reactor.Turns - (Array.Find(before.Reactors, other => other.Name == reactor.Name)?.Turns ?? reactor.Turns);
            table.AddRow(Text(reactor.Name), Text(reactor.Transport), Text(reactor.Connections), Text(reactor.InFlight), Text(reactor.Accepted), Text(PerSecond(turns, before, now)), Text(reactor.BuffersExhausted));
        }
        return table;
    }

    private static Table Channels(ProcessSnapshot now)
    {
        var table = TableOf("channels", "channel", "depth", "capacity", "readers wait", "writers wait", "closed");
        foreach (var channel in now.Channels.Take(MostRows))
            table.AddRow(Text(channel.Name), Text(channel.Depth), Text(channel.Capacity?.ToString(CultureInfo.InvariantCulture) ?? "none"), Text(channel.WaitingReaders), Text(channel.WaitingWriters), Text(channel.Closed ? "yes" : ""));
        return table;
    }

    private static Table Waits(WaitState[] waits, int waiting)
    {
        var table = TableOf(FormattableString.Invariant($"tasks that wait: {waiting}, the longest first"), "waits ms", "for", "on", "that is", "task", "spawned by", "scheduler");
        foreach (var wait in waits.Take(MostRows))
            table.AddRow(Milliseconds(wait.AgeMs), Text(wait.Operation.Replace('_', ' ')), Text(wait.On.Length > 0 || wait.Id == 0 ? wait.On : $"#{wait.Id}"), Text(wait.Kind), Text(wait.Task), Text(wait.SpawnPlace), Text(wait.Scheduler));
        return table;
    }

    private static Table TableOf(string title, params string[] columns)
    {
        var table = new Table().Border(TableBorder.Rounded).Title(title);
        foreach (var column in columns) table.AddColumn(new TableColumn(new Text(column, new Style(decoration: Decoration.Bold))));
        return table;
    }

    private static long PerSecond(long count, ProcessSnapshot before, ProcessSnapshot now) => (long)(Math.Max(0, count) * 1000.0 / Math.Max(1, now.TimestampMs - before.TimestampMs));

    private static Text Percent(double? share) => Text(share?.ToString("F1", CultureInfo.InvariantCulture) ?? "");

    private static Text Milliseconds(double time) => Text(time.ToString("F1", CultureInfo.InvariantCulture));

    private static Text Text(long number) => Text(number.ToString(CultureInfo.InvariantCulture));

    private static Text Text(string text) => new(text);
}
