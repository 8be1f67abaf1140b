using System.Diagnostics;
using System.Threading.Channels;
using FastCore.Atomics;
using FastCore.Channels.Waiting;
using FastCore.Continuations;
using FastCore.Diagnostics;

namespace FastCore.Broadcast;

/// <summary>
/// The last value of something that changes (a configuration, a state, a progress), for any number of readers: each always
/// gets the latest, may miss those in between, and can wait for a change.
/// </summary>
/// <typeparam name="T">The value; of any size, it is read whole.</typeparam>
/// <remarks>
/// <para><b>Threads.</b> Everything is allowed from any thread. Reads take no lock; sets do, for as long as it takes to store one reference.</para>
/// <para><b>Order.</b> Values are numbered in the order of the sets, and no reader ever goes back to an earlier one.</para>
/// <para>
/// <b>Cancellation.</b> A wait whose token fires leaves nothing behind, and takes no change away: what it would have told is
/// told by the next wait.
/// </para>
/// <para>
/// <b>Completion.</b> The last value stays readable. A reader that has not read it yet still does; after that its waits yield
/// false, or throw the error that was given.
/// </para>
/// <para>
/// <b>Where continuations run.</b> In the context the <c>await</c> captured; if it captured none, where the
/// <see cref="ContinuationScheduler"/> given at construction says, which is the thread pool by default. With
/// <see cref="ContinuationScheduler.Inline"/> one of them runs inside the call that let it go on; that of a cancelled wait
/// never runs inside <c>Cancel</c>.
/// </para>
/// <para><b>Allocation.</b> A set allocates the small object in which readers find value and version together. Reads and waits allocate nothing in the steady state.</para>
/// <para>Source: the watch channel of Rust's tokio.</para>
/// </remarks>
[DebuggerDisplay("Value = {Value}, Version = {Version}, Completed = {IsCompleted}")]
public sealed class Watch<T> : IWaitedFace
{
    private readonly WatchCore<T, HardwareAtomics> _core;

    IWaitedOn IWaitedFace.Waited => _core;

    /// <summary>Makes one that holds <paramref name="initial"/>, as version 0.</summary>
    /// <param name="initial">The first value.</param>
    /// <param name="continuations">Where the code behind an <c>await</c> goes on; null for <see cref="ContinuationScheduler.ThreadPool"/>.</param>
    public Watch(T initial, ContinuationScheduler? continuations = null) => _core = new(initial, continuations ?? ContinuationScheduler.ThreadPool);

    /// <summary>The latest value.</summary>
    public T Value => _core.State.Value;

    /// <summary>The number of the latest value: how many sets there were.</summary>
    public long Version => _core.State.Version;

    /// <summary>Whether no more values can be set.</summary>
    public bool IsCompleted => _core.State.IsCompleted;

    /// <summary>The latest value and its number, which belong together.</summary>
    public T Read(out long version)
    {
        WatchState<T> state = _core.State;
        version = state.Version;
        return state.Value;
    }

    /// <summary>Sets a value and wakes all who wait for one.</summary>
    /// <returns>False when completed.</returns>
    public bool TrySet(T value) => _core.TrySet(value, expected: null);

    /// <summary>Sets a value and wakes all who wait for one.</summary>
    /// <exception cref="ChannelClosedException">It is completed.</exception>
    public void Set(T value)
    {
        if (!TrySet(value)) throw Completions.Closed(_core.State.Error);
    }

    /// <summary>Sets what <paramref name="change"/> makes of the latest value. No set of another thread is lost in between.</summary>
    /// <param name="change">Called outside of any lock, and again when another thread has set a value meanwhile. What it throws ends the call.</param>
    /// <returns>False when completed.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="change"/> is null.</exception>
    public bool TryUpdate(Func<T, T> change)
    {
        ArgumentNullException.ThrowIfNull(change);
        while (true)
        {
            WatchState<T> state = _core.State;
            if (state.IsCompleted) return false;
            if (_core.TrySet(change(state.Value), state)) return true;
        }
    }

    /// <summary>Waits until there is a value with a higher number than <paramref name="seenVersion"/>.</summary>
    /// <param name="seenVersion">The number of the last value that the caller has seen, as <see cref="Read"/> gave it.</param>
    /// <param name="cancellationToken">Ends the wait, and nothing else.</param>
    /// <returns>True when there is one; false when it is completed and there never will be.</returns>
    /// <remarks><b>Cancellation.</b> See the class. No change is lost.</remarks>
    /// <exception cref="OperationCanceledException">The token fired first. (In the ValueTask.)</exception>
    public ValueTask<bool> WaitForChangeAsync(long seenVersion, CancellationToken cancellationToken = default) =>
        _core.WaitForChangeAsync(seenVersion, cancellationToken);

    /// <summary>
    /// Makes a reader that remembers what it has seen. It first reads the value that is there, then each that it finds
    /// changed. Nothing has to be given back.
    /// </summary>
    public WatchReader<T> Subscribe() => new(_core);

    /// <summary>Ends it: no more values.</summary>
    /// <param name="error">What waits for a change then throw, or null.</param>
    /// <returns>Whether this call completed it.</returns>
    public bool TryComplete(Exception? error = null) => _core.TryComplete(error);
}
