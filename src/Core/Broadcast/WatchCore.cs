// The last value, and those who wait for another.
//
// Invariants:
//   1. _state is replaced under the gate only, by a state of the next version, or of the same version and completed. A state
//      never changes after that. So a reader that takes no lock sees a value and the version that belongs to it, whole.
//   2. A waiter in the list waits for a version above the one that is there now. It looks and joins the list under the gate;
//      whoever replaces the state empties the list in the same hold of the gate. So no change falls between look and sleep,
//      and nobody is woken without one.

using FastCore.Atomics;
using FastCore.Channels.Waiting;
using FastCore.Continuations;

namespace FastCore.Broadcast;

/// <summary>The engine of <see cref="Watch{T}"/>.</summary>
internal sealed class WatchCore<T, TAtomics>(T initial, ContinuationScheduler continuations) : WaitGate<TAtomics>(continuations)
    where TAtomics : struct, IAtomics
{
    private readonly WaiterList<Waiter<bool>> _waiting = new();

    /// <summary>Completed before any waiter hears of the end; what waits for it never runs inside the call that completes.</summary>
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private WatchState<T> _state = new(initial, 0, isCompleted: false, error: null);

    internal WatchState<T> State => TAtomics.Read(in _state);

    internal Task Completion => _completion.Task;

    public override string Kind => $"watch of {typeof(T).Name}";

    public override bool HasWaiters
    {
        get
        {
            Enter();
            bool has = !_waiting.IsEmpty;
            Exit();
            return has;
        }
    }

    /// <param name="value">The next value.</param>
    /// <param name="expected">The state that must still be there, or null for any.</param>
    /// <returns>Whether the value was set; false when completed, or when the state is another.</returns>
    internal bool TrySet(T value, WatchState<T>? expected)
    {
        Decided decided = default;
        Enter();
        WatchState<T> before = State;
        bool sets = !before.IsCompleted && (expected is null || expected == before);
        if (sets)
        {
            TAtomics.Write(ref _state, new WatchState<T>(value, before.Version + 1, isCompleted: false, error: null));
            Wake(_waiting, true, ref decided);
        }

        Exit();
        Tell(in decided);
        return sets;
    }

    internal bool TryComplete(Exception? error)
    {
        Decided decided = default;
        Enter();
        WatchState<T> before = State;
        bool completes = !before.IsCompleted;
        if (completes)
        {
            TAtomics.Write(ref _state, new WatchState<T>(before.Value, before.Version, isCompleted: true, error));
            EndWaits(_waiting, error, ref decided);
        }

        Exit();
        if (completes) Completions.Complete(_completion, error);
        Tell(in decided);
        return completes;
    }

    internal ValueTask<bool> WaitForChangeAsync(long seen, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested) return ValueTask.FromCanceled<bool>(cancellationToken);
        WatchState<T> state = State;
        if (IsDecided(state, seen)) return Decision(state, seen);
        Enter();
        state = State;
        if (IsDecided(state, seen))
        {
            Exit();
            return Decision(state, seen);
        }

        Waiter<bool> waiter = Add(_waiting);
        Exit();
        return Leave(waiter, cancellationToken);
    }

    private static bool IsDecided(WatchState<T> state, long seen) => state.Version > seen || state.IsCompleted;

    private static ValueTask<bool> Decision(WatchState<T> state, long seen)
    {
        if (state.Version > seen) return new ValueTask<bool>(true);
        return state.Error is null ? new ValueTask<bool>(false) : ValueTask.FromException<bool>(state.Error);
    }
}
