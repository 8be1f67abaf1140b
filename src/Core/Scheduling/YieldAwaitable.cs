using System.Runtime.CompilerServices;

namespace FastCore.Scheduling;

/// <summary>What <see cref="Scheduler.Yield"/> gives to <c>await</c>.</summary>
public readonly struct YieldAwaitable
{
    /// <summary>Called by <c>await</c>.</summary>
    public Awaiter GetAwaiter() => default;

    /// <summary>Called by <c>await</c>.</summary>
    public readonly struct Awaiter : ICriticalNotifyCompletion
    {
        /// <summary>False: there is always a turn to give up.</summary>
        public bool IsCompleted => false;

        /// <summary>Does nothing.</summary>
        public void GetResult()
        {
        }

        /// <inheritdoc/>
        public void OnCompleted(Action continuation)
        {
            ExecutionContext? flow = ExecutionContext.Capture();
            UnsafeOnCompleted(flow is null ? continuation : () => ExecutionContext.Run(flow, static action => ((Action)action!)(), continuation));
        }

        /// <inheritdoc/>
        public void UnsafeOnCompleted(Action continuation)
        {
            if (Worker.Current is { } worker)
            {
                worker.NoteYield();
                worker.PushLast(worker.Scheduler.Watch(new ContinuationItem(static action => ((Action)action!)(), continuation), TaskOrigin.Yield));
                return;
            }

            ThreadPool.UnsafeQueueUserWorkItem(static action => action(), continuation, preferLocal: false);
        }
    }
}
