using FastCore.Continuations;

namespace FastCore.Scheduling;

/// <summary>What an <c>await</c> on a worker captures, so that its code goes on on the same scheduler.</summary>
internal sealed class SchedulerContext(Scheduler scheduler) : SynchronizationContext
{
    public override void Post(SendOrPostCallback d, object? state) => scheduler.Resume(new PostedItem(d, state));

    public override void Send(SendOrPostCallback d, object? state)
    {
        if (scheduler.IsWorker)
        {
            d(state);
            return;
        }

        using var item = new SentItem(d, state);
        scheduler.Resume(item);
        item.Wait();
    }

    public override SynchronizationContext CreateCopy() => this;

    /// <summary>As <see cref="Post"/>, without an object for it.</summary>
    internal void Queue(Awaitable continuation) => scheduler.Resume(continuation);
}
