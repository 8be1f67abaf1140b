using FastCore.Continuations;

namespace FastCore.Scheduling;

/// <summary>A scheduler as channels know it.</summary>
internal sealed class SchedulerContinuations(Scheduler scheduler) : ContinuationScheduler
{
    public override void Schedule(Action<object?> action, object? state) => scheduler.Resume(new ContinuationItem(action, state));

    internal override void Queue(Awaitable continuation) => scheduler.Resume(continuation);
}
