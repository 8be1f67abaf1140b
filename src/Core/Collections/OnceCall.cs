namespace FastCore.Collections;

/// <summary>A factory that runs for several callers, seen as a place in the graph of who waits for whom.</summary>
/// <remarks>
/// A factory that waits for itself, by its own key or in a circle through others', would wait for ever. So each wait of one
/// factory for another is entered here first, and refused if it would close a circle. Waits of callers that are no factory
/// themselves are not entered: nobody waits for those.
/// </remarks>
internal abstract class OnceCall
{
    private static readonly AsyncLocal<OnceCall?> Running = new();

    /// <summary>Guards all graphs: waits of factories for factories are rare, and last.</summary>
    private static readonly Lock Graph = new();

    private readonly List<OnceCall> _waitsFor = [];

    /// <summary>The factory in whose flow of control the caller is.</summary>
    internal static OnceCall? Current
    {
        get => Running.Value;
        set => Running.Value = value;
    }

    /// <summary>Enters that the caller waits for <paramref name="call"/>.</summary>
    /// <returns>What to give <see cref="EndWait"/>.</returns>
    /// <exception cref="InvalidOperationException">It would wait for itself.</exception>
    internal static OnceCall? BeginWait(OnceCall call)
    {
        if (Current is not { } waiter) return null;
        lock (Graph)
        {
            if (call.LeadsTo(waiter)) throw new InvalidOperationException("The factory waits for its own value: it asks, directly or through another factory, for the key that it makes the value of.");
            waiter._waitsFor.Add(call);
        }

        return waiter;
    }

    /// <summary>Takes back what <see cref="BeginWait"/> entered.</summary>
    internal static void EndWait(OnceCall? waiter, OnceCall call)
    {
        if (waiter is null) return;
        lock (Graph) waiter._waitsFor.Remove(call);
    }

    /// <summary>There are no circles, so the search ends.</summary>
    private bool LeadsTo(OnceCall other) => this == other || _waitsFor.Exists(next => next.LeadsTo(other));
}

/// <summary>A factory that runs once for all who want its value at the time.</summary>
internal sealed class OnceCall<TValue> : OnceCall
{
    private const int AtWork = 0;

    private const int Ended = 1;

    private const int GivenUp = 2;

    private readonly TaskCompletionSource<TValue> _outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private readonly CancellationTokenSource _abandoned = new();

    /// <summary>How many still want the value.</summary>
    private int _callers;

    /// <summary>What came first: the factory's end, or that nobody wanted the value any more.</summary>
    private int _state = AtWork;

    /// <summary>Fires when nobody wants the value any more, before it is there.</summary>
    internal CancellationToken Abandoned => _abandoned.Token;

    internal Task<TValue> Outcome => _outcome.Task;

    /// <summary>Whether it ended because those left who wanted the value. Who came since has to begin anew.</summary>
    internal bool WasAbandoned => _outcome.Task.IsCanceled;

    internal void Join() => Atomics.HardwareAtomics.Add(ref _callers, 1);

    /// <summary>The last to leave cancels the factory, if that is at work still.</summary>
    /// <remarks>What the factory has its token call runs on the pool: it is no part of the caller's leaving.</remarks>
    internal void Leave()
    {
        if (Atomics.HardwareAtomics.Add(ref _callers, -1) == 0 && Atomics.HardwareAtomics.CompareExchange(ref _state, GivenUp, AtWork) == AtWork) _ = _abandoned.CancelAsync();
    }

    /// <summary>The factory has ended: from now on its token is silent.</summary>
    internal void EndFactory() => Atomics.HardwareAtomics.CompareExchange(ref _state, Ended, AtWork);

    internal void Succeed(TValue value) => _outcome.SetResult(value);

    internal void Fail(Exception failure)
    {
        if (failure is OperationCanceledException && _abandoned.IsCancellationRequested)
        {
            _outcome.SetCanceled(_abandoned.Token);
            return;
        }

        _outcome.SetException(failure);

        // Seen: whoever waits is told; it may be nobody.
        _ = _outcome.Task.Exception;
    }
}
