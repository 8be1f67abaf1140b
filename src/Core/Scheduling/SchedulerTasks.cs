namespace FastCore.Scheduling;

/// <summary>A scheduler as the platform's tasks know it.</summary>
internal sealed class SchedulerTasks(Scheduler scheduler) : TaskScheduler
{
    public override int MaximumConcurrencyLevel => scheduler.Workers;

    protected override void QueueTask(Task task) => scheduler.Spawn(new TaskItem(this, task));

    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) =>
        !taskWasPreviouslyQueued && scheduler.IsWorker && TryExecuteTask(task);

    /// <remarks>For debuggers; the queues do not know which of their items are tasks.</remarks>
    protected override IEnumerable<Task> GetScheduledTasks() => [];

    private sealed class TaskItem(SchedulerTasks scheduler, Task task) : LastingItem
    {
        public override void Execute() => scheduler.TryExecuteTask(task);
    }
}
