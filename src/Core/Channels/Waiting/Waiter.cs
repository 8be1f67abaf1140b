using System.Diagnostics;
using System.Runtime.CompilerServices;
using FastCore.Continuations;
using FastCore.Tracing;

namespace FastCore.Channels.Waiting;

/// <summary>One asynchronous operation that could not finish at once.</summary>
/// <remarks>
/// Its life: rented and listed (under the gate) → watched for cancellation → decided, once, by whoever takes it out of its
/// list (under the gate): an item, room, the end, or its token → signalled (outside the gate) → consumed by the awaiter, and
/// returned to the pool. Being in a list is the only truth about being undecided, and the gate is what
/// makes leaving it happen once; so an item is never taken for a waiter that is already cancelled, and there is never an
/// item in hand that nobody wants.
/// </remarks>
internal abstract partial class Waiter(IWaiterOwner owner, WaiterPool pool, long selectNumber = 0) : Awaitable
{
    /// <summary>The list it waits in, or waited in last: mostly the same one.</summary>
    private WaiterList? _list;

    private bool _isListed;

    private CancellationTokenRegistration _registration;

    private bool _isWatched;

    private bool _isCancelled;

    private bool _isParked;

    /// <summary>Steps are taken under the gate, but for the signal and the end, by whoever has the decided waiter alone.</summary>
    private Lifecycle _life;

    /// <summary>The list it waits in; null once it is decided. Under the gate.</summary>
    internal WaiterList? List => _isListed ? _list : null;

    /// <summary>The next in its list, then in the batch of decided ones, then in the pool.</summary>
    internal Waiter? Next { get; set; }

    /// <summary>The one before it in its list. Under the gate.</summary>
    internal Waiter? Previous { get; set; }

    /// <summary>Set when a thread blocks in the operation: it is woken by this as well. Null for one that is awaited.</summary>
    internal AutoResetEvent? Parker { get; set; }

    /// <summary>
    /// Which select it belongs to, as a number that orders them; 0 for an operation of its own.
    /// </summary>
    internal long SelectNumber { get; } = selectNumber;

    internal IWaiterOwner Owner { get; } = owner;

    internal override long Subject => _life.Subject;

    /// <summary>By the list, under the gate.</summary>
    internal void JoinList(WaiterList list)
    {
        if (_list != list) _list = list;
        _isListed = true;
    }

    /// <inheritdoc cref="JoinList"/>
    internal void LeaveList() => _isListed = false;

    /// <summary>It has been put into its list. Under the gate. A select's case has no life of its own: the select's is traced.</summary>
    internal void NoteAnnounced()
    {
        _isParked = false;
        if (Lifecycle.IsWatched && SelectNumber == 0) BeginLife();
    }

    /// <summary>If it has not been decided, it stays. Under the gate, after the look that follows the announcement.</summary>
    internal void NoteParked()
    {
        if (List is null || !Lifecycle.IsWatched || SelectNumber != 0) return;
        _isParked = true;
        _life.Step(WaiterTable.Park);
    }

    /// <summary>
    /// Asks for the right to decide it. An operation of its own belongs to whoever has the gate; a case of a select may have
    /// been decided by another channel, and then it is only to be taken out of its list. Under the gate.
    /// </summary>
    internal bool TryClaim() => SelectNumber == 0 || TryClaimCase();

    /// <summary>Gives the right back undecided: what it waits for was not there after all. Under the gate.</summary>
    internal void Unclaim()
    {
        if (SelectNumber != 0) UnclaimCase();
    }

    /// <summary>Makes the token end the wait. Called once, outside the gate, before anyone can consume the operation.</summary>
    /// <remarks>
    /// The callback may run inside this call, or on another thread before it returns; it finds the waiter listed, or decided.
    /// One that is decided already needs no watch; it can't become undecided before it is consumed.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Watch(CancellationToken cancellationToken)
    {
        if (cancellationToken.CanBeCanceled && List is not null) Register(cancellationToken);
    }

    /// <summary>
    /// Blocks the calling thread until it is signalled, at most until the time is over. May return early.
    /// </summary>
    /// <exception cref="ThreadInterruptedException">The thread was interrupted.</exception>
    internal void Park(TimeSpan timeout) => Parker!.WaitOne(timeout);

    /// <summary>Decides it: the token fired. Under the gate.</summary>
    internal void Cancel(CancellationToken cancellationToken)
    {
        _isCancelled = true;
        if (Lifecycle.IsWatched) _life.Step(_isParked ? WaiterTable.Cancel : WaiterTable.CancelAtOnce);
        SetError(new OperationCanceledException(cancellationToken));
    }

    /// <summary>Decides it: it ends with an error. Under the gate.</summary>
    internal virtual void Fail(Exception error)
    {
        if (Lifecycle.IsWatched) _life.Step(_isParked ? WaiterTable.Fail : WaiterTable.FailAtOnce);
        SetError(error);
    }

    /// <summary>Tells the awaiter what was decided. Outside the gate: it may run the awaiter's code.</summary>
    /// <param name="where">Where that code runs, if the awaiter has captured nothing else.</param>
    internal abstract void Signal(ContinuationScheduler where);

    /// <summary>Makes it ready for another operation.</summary>
    /// <returns>False: its versions are used up.</returns>
    private protected virtual bool Reset()
    {
        if (Lifecycle.IsWatched) TellEnded();
        Parker = null;
        return ResetAwaiter();
    }

    /// <summary>Ends its use by this operation. By the awaiter, or the thread that gave it up; the object may be another's when this returns.</summary>
    private protected void Recycle()
    {
        bool isFree = Unwatch();
        if (Reset() && isFree) pool.Return(this);
    }

    private protected abstract void SetError(Exception error);

    /// <summary>As <see cref="TryClaim"/>, of a select's case.</summary>
    private protected virtual bool TryClaimCase() => true;

    /// <summary>As <see cref="Unclaim"/>, of a select's case.</summary>
    private protected virtual void UnclaimCase()
    {
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private protected void NoteClaimed()
    {
        if (Lifecycle.IsWatched) TellClaimed();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private protected void NoteSignalled()
    {
        if (Lifecycle.IsWatched) TellSignalled();
    }

    private void BeginLife()
    {
        _life.Begin();
        _life.Step(WaiterTable.Announce, Tracer.IsOn ? Owner.InTrace : 0);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void TellClaimed() => _life.Step(_isParked ? WaiterTable.Claim : WaiterTable.ClaimAtOnce);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void TellSignalled() => _life.Step(WaiterTable.Signal);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void TellEnded() =>
        _life.Step(IsSignalled ? WaiterTable.Run : _isParked ? WaiterTable.Abandon : WaiterTable.AbandonAtOnce);

    /// <summary>
    /// Ends the watch. False: a cancellation callback may still be running with this object in its hands, so it must never
    /// serve another operation.
    /// </summary>
    /// <remarks>
    /// It does not wait for a running callback. The callback that decided the wait does not count: it touches the object no
    /// more once the awaiter knows.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool Unwatch()
    {
        Debug.Assert(List is null, "Only a decided waiter can be consumed.");
        return !_isWatched || Unregister();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Register(CancellationToken cancellationToken)
    {
        _isWatched = true;
        _registration = cancellationToken.UnsafeRegister(
            static (state, token) =>
            {
                var waiter = (Waiter)state!;
                waiter.Owner.Cancel(waiter, token);
            },
            this);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool Unregister()
    {
        bool free = _isCancelled || _registration.Unregister();
        _registration = default;
        _isWatched = false;
        _isCancelled = false;
        return free;
    }
}
