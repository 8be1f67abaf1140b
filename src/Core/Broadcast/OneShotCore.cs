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
//   2. Whoever moves the state out of Waiting, and nobody else, completes the awaited read: one exchange or one
//      compare-and-swap decides between the value and the token. A read that waits is therefore told, once; a value is never
//      given to a read that was cancelled, and is never lost, since Set keeps it.
//   3. The awaiter is reset only by the consumer of a completed read. The token's callback can't meet a later read: it acts in
//      Waiting only, the callback that cancelled a read has done so before the consumer knows, and after Set no read waits.

using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using System.Threading.Tasks.Sources;
using FastCore.Atomics;
using FastCore.Continuations;
using FastCore.Diagnostics;

namespace FastCore.Broadcast;

/// <summary>The engine of <see cref="OneShot{T}"/>.</summary>
internal sealed class OneShotCore<T, TAtomics>(ContinuationScheduler continuations) : Awaitable, IValueTaskSource<T>, IWaitedOn
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

    /// <summary>Whether, and by which token, the read was cancelled that is to be consumed: written by the callback that did it, before the consumer knows.</summary>
    private bool _isCancelled;

    private CancellationToken _cancelledBy;

    /// <summary>Written by the read that waits, before anyone can await it.</summary>
    private CancellationTokenRegistration _registration;

    internal bool IsCompleted => TAtomics.Read(in _state) == Set;

    /// <summary>The error that was set. The look at the state carries the outcome over, the value too.</summary>
    private Exception? SetError => IsCompleted ? TAtomics.ReadSlot(in _error) : null;

    public string Kind => $"one-shot of {typeof(T).Name}";

    int IWaitedOn.Contended => 0;

    internal bool HasWaiter => TAtomics.Read(in _state) == Waiting;

    internal bool TrySet(T value)
    {
        if (!TryClaim()) return false;
        TAtomics.WriteSlot(ref _value, value);
        if (TAtomics.Exchange(ref _state, Set) == Waiting) Complete(continuations);
        return true;
    }

    internal bool TryFail(Exception error)
    {
        if (!TryClaim()) return false;
        TAtomics.WriteSlot(ref _error, error);
        if (TAtomics.Exchange(ref _state, Set) == Waiting) Complete(continuations);
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

        // A set that came between goes unseen here; then the look ends when the read is consumed.
        if (LiveWaits.IsOn) BeginLook(this, WaitOperation.Read, blocks: false);
        var read = new ValueTask<T>(this, Version);
        if (cancellationToken.CanBeCanceled) Watch(cancellationToken);
        return read;
    }

    public ValueTaskSourceStatus GetStatus(short token)
    {
        ThrowIfConsumed(token);
        if (!IsSignalled) return ValueTaskSourceStatus.Pending;
        if (_isCancelled) return ValueTaskSourceStatus.Canceled;
        return SetError switch
        {
            null => ValueTaskSourceStatus.Succeeded,
            OperationCanceledException => ValueTaskSourceStatus.Canceled,
            _ => ValueTaskSourceStatus.Faulted,
        };
    }

    public T GetResult(short token)
    {
        ThrowIfConsumed(token);
        if (!IsSignalled) throw new InvalidOperationException("The read has not finished: await its ValueTask, or ask IsCompleted first.");
        bool isCancelled = _isCancelled;
        CancellationToken cancelledBy = _cancelledBy;
        _registration.Unregister();
        _registration = default;
        _isCancelled = false;
        _cancelledBy = default;
        EndLook();
        ResetAwaiter();
        if (isCancelled)
        {
            // From here on another read can wait.
            TAtomics.CompareExchange(ref _state, Empty, Cancelled);
            throw new OperationCanceledException(cancelledBy);
        }

        if (SetError is { } error) ExceptionDispatchInfo.Throw(error);
        return TAtomics.ReadSlot(in _value)!;
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
        _isCancelled = true;
        _cancelledBy = cancellationToken;
        Complete(continuations.NotHere);
    }
}
