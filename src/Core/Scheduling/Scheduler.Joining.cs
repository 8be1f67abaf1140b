// Fork and join after Cilk and Rayon: the second action waits in the worker's queue while the first runs. If nobody has stolen
// it by then, its worker takes it back from the end it pushed it to, and runs it: the cost of a fork that nobody helps with is
// a push and a take. If it was stolen, the worker runs other work meanwhile, and sleeps where there is none; but
// first it claims the fork, so it sleeps only for one that another runs, and never for one that waits in some queue.

using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using FastCore.Atomics;

namespace FastCore.Scheduling;

/// <content>Fork and join.</content>
public sealed partial class Scheduler
{
    private const int HelpRounds = 16;

    private const int HelpPause = 10;

    /// <summary>
    /// Runs both actions, at the same time if another worker is free, and returns when both have ended. On a thread that is no
    /// worker it runs one after the other.
    /// </summary>
    /// <remarks>
    /// While it waits for the second action it may run other work of the scheduler inside the call: hold no lock.
    /// </remarks>
    /// <exception cref="AggregateException">Both have failed. If one has, its exception is thrown as it is, when both have ended.</exception>
    public static void Join(Action first, Action second)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        Join(static action => action(), first, static action => action(), second);
    }

    /// <inheritdoc cref="Join(Action, Action)"/>
    public static void Join<TFirst, TSecond>(Action<TFirst> first, TFirst firstState, Action<TSecond> second, TSecond secondState)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        var firstCall = new ActionCall<TFirst>(first, firstState);
        Worker? worker = Worker.Current;
        var fork = Fork<ActionCall<TSecond>>.Of(new ActionCall<TSecond>(second, secondState), worker);
        if (Join(ref firstCall, fork, worker)) fork.Leave(worker!);
    }

    /// <summary>
    /// Runs both functions, at the same time if another worker is free, and returns what both have returned. On a thread that
    /// is no worker it runs one after the other.
    /// </summary>
    /// <inheritdoc cref="Join(Action, Action)"/>
    public static (TFirstResult First, TSecondResult Second) Join<TFirst, TFirstResult, TSecond, TSecondResult>(
        Func<TFirst, TFirstResult> first, TFirst firstState, Func<TSecond, TSecondResult> second, TSecond secondState)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        var firstCall = new FunctionCall<TFirst, TFirstResult>(first, firstState);
        Worker? worker = Worker.Current;
        var fork = Fork<FunctionCall<TSecond, TSecondResult>>.Of(new FunctionCall<TSecond, TSecondResult>(second, secondState), worker);
        bool isSpare = Join(ref firstCall, fork, worker);
        TSecondResult secondResult = fork.Made.Result!;
        if (isSpare) fork.Leave(worker!);
        return (firstCall.Result!, secondResult);
    }

    /// <returns>Whether the fork is the worker's alone again.</returns>
    private static bool Join<TCall>(ref TCall first, Fork fork, Worker? worker) where TCall : struct, ICall
    {
        IWorkItem queued = fork;
        if (worker is not null)
        {
            queued = worker.Scheduler.Watch(fork, TaskOrigin.Fork);
            worker.PushLast(queued);
        }

        ExceptionDispatchInfo? failure = null;
        try
        {
            first.Make();
        }
        catch (Exception thrown)
        {
            failure = ExceptionDispatchInfo.Capture(thrown);
        }

        bool isBack = false;
        if (worker is null) fork.Execute();
        else if (worker.TryTakeBack(fork)) isBack = queued == fork;
        else AwaitFork(worker, fork);
        if (failure is null && fork.Failure is null) return isBack;
        if (failure is not null && fork.Failure is not null) throw new AggregateException(failure.SourceException, fork.Failure.SourceException);
        (failure ?? fork.Failure)!.Throw();
        return false;
    }

    private static void AwaitFork(Worker worker, Fork fork)
    {
        for (int round = 0; !fork.IsDone; round++)
        {
            bool hasStack = RuntimeHelpers.TryEnsureSufficientExecutionStack();
            IWorkItem? item = hasStack ? worker.TakeAny() : null;
            if (item is not null)
            {
                worker.EndSearch();
                worker.RunInside(item);
                round = 0;
            }
            else if (hasStack && round < HelpRounds)
            {
                worker.BeginSearch();
                HardwareAtomics.Pause(HelpPause);
            }
            else
            {
                worker.EndSearch();
                if (fork.TryClaim())
                {
                    fork.CallHere();
                    return;
                }

                Blocking(static waited =>
                {
                    waited.Wait();
                    return true;
                }, fork);
            }
        }

        worker.EndSearch();
        if (fork.IsAbandoned) fork.CallHere();
    }
}
