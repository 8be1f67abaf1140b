using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;
using FastCore.Atomics;
using FastCore.Continuations;
using FastCore.Diagnostics;

namespace FastCore.Broadcast;

/// <summary>One value, set once and read by whoever asks: the answer to a request, the end of a start-up.</summary>
/// <typeparam name="T">The value; of any size, it arrives whole.</typeparam>
/// <remarks>
/// <para><b>Threads.</b> Everything is allowed from any thread. Of several sets one wins. One read can wait at a time; once the value is set any number of reads get it.</para>
/// <para>
/// <b>Cancellation.</b> A read whose token fires either yields the value or is cancelled, at whatever moment; a cancelled read
/// takes nothing away, leaves nothing registered, and after it has been awaited another read can wait.
/// </para>
/// <para>
/// <b>Where continuations run.</b> In the context the <c>await</c> captured; if it captured none, where the
/// <see cref="ContinuationScheduler"/> given at construction says, which is the thread pool by default. With
/// <see cref="ContinuationScheduler.Inline"/> one of them runs inside the call that let it go on; that of a cancelled wait
/// never runs inside <c>Cancel</c>.
/// </para>
/// <para><b>Allocation.</b> Two objects at construction. Setting, reading and waiting allocate nothing; a token that fires allocates its exception.</para>
/// <para>Source: the oneshot channel of Rust's tokio, without its two halves.</para>
/// </remarks>
[DebuggerDisplay("Completed = {IsCompleted}")]
public sealed class OneShot<T> : IWaitedFace
{
    private readonly OneShotCore<T, HardwareAtomics> _core;

    IWaitedOn IWaitedFace.Waited => _core;

    /// <summary>Makes one that is not set.</summary>
    /// <param name="continuations">Where the code behind an <c>await</c> goes on; null for <see cref="ContinuationScheduler.ThreadPool"/>.</param>
    public OneShot(ContinuationScheduler? continuations = null) => _core = new(continuations ?? ContinuationScheduler.ThreadPool);

    /// <summary>Whether a value or an error is set.</summary>
    public bool IsCompleted => _core.IsCompleted;

    /// <summary>Sets the value, if nothing has been set yet.</summary>
    /// <returns>Whether this call set it.</returns>
    public bool TrySet(T value) => _core.TrySet(value);

    /// <summary>Sets an error instead of a value, if nothing has been set yet; every read throws it.</summary>
    /// <returns>Whether this call set it.</returns>
    /// <exception cref="ArgumentNullException">The error is null.</exception>
    public bool TrySetException(Exception error)
    {
        ArgumentNullException.ThrowIfNull(error);
        return _core.TryFail(error);
    }

    /// <summary>Says that there will be no value, if nothing has been set yet; every read throws <see cref="ChannelClosedException"/>.</summary>
    /// <returns>Whether this call closed it.</returns>
    public bool TryClose() => _core.TryFail(new ChannelClosedException());

    /// <summary>Gives the value if it is set. Never throws what <see cref="TrySetException"/> set.</summary>
    public bool TryRead([MaybeNullWhen(false)] out T value) => _core.TryRead(out value);

    /// <summary>Gives the value, when it is set. Await what it returns once, as any ValueTask.</summary>
    /// <param name="cancellationToken">Ends the wait, and nothing else. A value that is there already is given even if the token has fired.</param>
    /// <remarks><b>Cancellation.</b> See the class. Nothing is lost, nothing is left behind.</remarks>
    /// <exception cref="OperationCanceledException">The token fired before a value was set. (In the ValueTask.)</exception>
    /// <exception cref="ChannelClosedException">It was closed without a value. (In the ValueTask.)</exception>
    /// <exception cref="InvalidOperationException">Another read waits, or was cancelled and has not been awaited yet.</exception>
    public ValueTask<T> ReadAsync(CancellationToken cancellationToken = default) => _core.ReadAsync(cancellationToken);
}
