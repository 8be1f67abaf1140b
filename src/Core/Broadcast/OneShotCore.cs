// One value, from whoever sets it first, to the one read that waits for it and to all that come later.
//
//   Empty ──ReadAsync──► Waiting ──a set──► Set
//     ▲                     └──token──► Cancelled
//     └──────the cancelled read is awaited──┘
//   Empty, Cancelled ──a set──► Set, which is final.
//
// Invariants:
//   1. One set wins the claim; it writes the outcome before it moves the state to Set, with full order. So who sees Set sees
//      the outcome, and nobody writes it any more.
//   2. Whoever moves the state out of Waiting, and nobody else, completes the awaited source: one exchange or one
//      compare-and-swap decides between the value and the token. A read that waits is therefore told, once; a value is never
//      given to a read that was cancelled, and is never lost, since Set keeps it.
//   3. The source is reset only by the consumer of a completed read. The token's callback can't meet a later read: it acts in
//      Waiting only, the callback that cancelled a read has done so before the consumer knows, and after Set no read waits.

using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Threading.Tasks.Sources;
using FastCore.Atomics;

namespace FastCore.Broadcast;

/// <summary>The engine of <see cref="OneShot{T}"/>.</summary>
internal sealed class OneShotCore<T, TAtomics>(bool allowsInlineContinuations) : IValueTaskSource<T>
    where TAtomics : struct, IAtomics
{
    private const int Empty = 0;

    private const int Waiting = 1;

    private const int Cancelled = 2;

    private const int Set = 3;

    private int _state;

    /// <summary>One once a set has won; only that one writes the outcome.</summary>
    private int _claimed;

    private T? _value;

    private Exception? _error;

    private ManualResetValueTaskSourceCore<T> _source;

    /// <summary>Written by the read that waits, before anyone can await it.</summary>
    private CancellationTokenRegistration _registration;

    internal bool IsCompleted => TAtomics.Read(in _state) == Set;

    internal bool HasWaiter => TAtomics.Read(in _state) == Waiting;

    internal bool TrySet(T value)
    {
        if (!TryClaim()) return false;
        TAtomics.WriteSlot(ref _value, value);
        if (TAtomics.Exchange(ref _state, Set) == Waiting)
        {
            _source.RunContinuationsAsynchronously = !allowsInlineContinuations;
            _source.SetResult(value);
        }

        return true;
    }

    internal bool TryFail(Exception error)
    {
        if (!TryClaim()) return false;
        TAtomics.WriteSlot(ref _error, error);
        if (TAtomics.Exchange(ref _state, Set) == Waiting)
        {
            _source.RunContinuationsAsynchronously = !allowsInlineContinuations;
            _source.SetException(error);
        }

        return true;
    }

    internal bool TryRead([MaybeNullWhen(false)] out T value)
    {
        value = default;
        if (!IsCompleted || TAtomics.ReadSlot(in _error) is not null) return false;
        value = TAtomics.ReadSlot(in _value)!;
        return true;
    }

    internal ValueTask<T> ReadAsync(CancellationToken cancellationToken)
    {
        if (IsCompleted) return Outcome();
        if (cancellationToken.IsCancellationRequested) return ValueTask.FromCanceled<T>(cancellationToken);
        switch (TAtomics.CompareExchange(ref _state, Waiting, Empty))
        {
            case Empty:
                break;
            case Set:
                return Outcome();
            default:
                throw new InvalidOperationException("A read waits already, or was cancelled and has not been awaited: one read can wait at a time.");
        }

        var read = new ValueTask<T>(this, _source.Version);
        if (cancellationToken.CanBeCanceled) Watch(cancellationToken);
        return read;
    }

    public ValueTaskSourceStatus GetStatus(short token) => _source.GetStatus(token);

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags);

    public T GetResult(short token)
    {
        // The status is asked first, because only it waits for the one who completes the source to be done with it.
        if (_source.GetStatus(token) == ValueTaskSourceStatus.Pending)
            throw new InvalidOperationException("The read has not finished: await its ValueTask, or ask IsCompleted first.");
        try
        {
            return _source.GetResult(token);
        }
        finally
        {
            _registration.Unregister();
            _registration = default;
            _source.Reset();
            if (!IsCompleted) TAtomics.CompareExchange(ref _state, Empty, Cancelled);
        }
    }

    private bool TryClaim() => TAtomics.CompareExchange(ref _claimed, 1, 0) == 0;

    private ValueTask<T> Outcome() => TAtomics.ReadSlot(in _error) is { } error
        ? ValueTask.FromException<T>(error)
        : new ValueTask<T>(TAtomics.ReadSlot(in _value)!);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Watch(CancellationToken cancellationToken) =>
        _registration = cancellationToken.UnsafeRegister(static (state, token) => ((OneShotCore<T, TAtomics>)state!).Cancel(token), this);

    /// <summary>The awaiter's code never runs here, whatever the options say: this is the canceller's thread.</summary>
    private void Cancel(CancellationToken cancellationToken)
    {
        if (TAtomics.CompareExchange(ref _state, Cancelled, Waiting) != Waiting) return;
        _source.RunContinuationsAsynchronously = true;
        _source.SetException(new OperationCanceledException(cancellationToken));
    }
}
