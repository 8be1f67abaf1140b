namespace FastCore.Scheduling;

/// <summary>A scheduler as the platform's tasks know it.</summary>
internal sealed class SchedulerTasks(Scheduler scheduler) : TaskScheduler
{
    public override int MaximumConcurrencyLevel => scheduler.Workers;

    /// <remarks>
    /// What a task queues when it has completed are its continuations. Their turn is next, as that of all that was woken: the
    /// item that completed the task is about to end.
    /// </remarks>
    protected override void QueueTask(Task task)
    {
        var item = new TaskItem(this, task);
        if (Worker.Current is { } worker && worker.Scheduler == scheduler && HasCompleted(worker.Running)) scheduler.Resume(item);
        else scheduler.Spawn(item);
    }

    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) =>
        !taskWasPreviouslyQueued && scheduler.IsWorker && TryExecuteTask(task);

    /// <remarks>For debuggers; the queues do not know which of their items are tasks.</remarks>
    protected override IEnumerable<Task> GetScheduledTasks() => [];

    private static bool HasCompleted(IWorkItem? running)
    {
        if (running is WatchedItem watched) running = watched.Item;
        return running is TaskItem { IsCompleted: true };
    }

    private sealed class TaskItem(SchedulerTasks scheduler, Task task) : LastingItem
    {
        internal bool IsCompleted => task.IsCompleted;

        public override void Execute() => scheduler.TryExecuteTask(task);
    }
}
