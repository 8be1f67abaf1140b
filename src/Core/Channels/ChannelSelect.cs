using FastCore.Atomics;
using FastCore.Channels.Selecting;

namespace FastCore.Channels;

/// <summary>
/// Waits for several reads and writes at once, of which exactly one takes place: Go's <c>select</c>, for channels made by
/// <see cref="FastChannel"/>.
/// </summary>
/// <remarks>
/// <para>
/// Add the cases once, then select as often as you like: <see cref="WaitAsync(CancellationToken)"/> returns the index of the
/// case that took place. A read keeps its item until <see cref="SelectRead{T}.TryTake"/>; selecting again before that is
/// refused, for the item would be lost. Timer channels (<see cref="TimerChannel"/>) are cases like others.
/// </para>
/// <para>
/// <b>Choice.</b> If several can take place at once, it is the one that took place longest ago; but a read that took place goes
/// before all others for up to 31 more items in a row, while its channel has any. So a case that can take place does after at
/// most 32 items of each other read and one of each other write, and cases that always can have shares alike: the reads among
/// themselves, and the writes. If none can, they wait in their channels in turn among the other reads and writes, and the
/// first that can is the one.
/// </para>
/// <para>
/// <b>Cancellation.</b> When the time is over or the token fires at the same moment as a case could take place, one of the two
/// happens: no item is read or written by a call that does not return its case. When a call returns, nothing of it is left in
/// any channel.
/// </para>
/// <para>
/// <b>End.</b> A case whose channel has ended is returned once, with <see cref="SelectCase.HasEnded"/>, and then takes no
/// further part.
/// </para>
/// <para>
/// <b>Where continuations run.</b> Where the channel that decides says; on the thread pool when the time is over or the token
/// fires.
/// </para>
/// <para>
/// <b>Threads.</b> One call at a time, and the cases belong to the caller. While a call waits it is the reader (or writer) of
/// each of its channels: of a channel made for one reader or writer, that one.
/// </para>
/// <para>
/// <b>Allocation.</b> The object and its cases once; selecting allocates nothing, except where a token's callback runs just
/// as a call ends otherwise.
/// </para>
/// </remarks>
public sealed class ChannelSelect
{
    private static long _selects;

    private readonly SelectCore<HardwareAtomics> _core = new(HardwareAtomics.Add(ref _selects, 1), ChannelTuning.For(int.MaxValue).AwaitSpins);

    /// <summary>What <see cref="WaitAsync(TimeSpan, CancellationToken)"/> returns when the time was over first.</summary>
    public const int TimedOut = SelectCore<HardwareAtomics>.TimedOut;

    /// <summary>Whether there is a case that can still take place; without one, to select is refused.</summary>
    public bool HasCases => _core.Cases.Any(static one => one.IsEnabled);

    /// <summary>Adds a read.</summary>
    /// <exception cref="ArgumentNullException">The reader is null.</exception>
    /// <exception cref="InvalidOperationException">A call is waiting.</exception>
    public SelectRead<T> Read<T>(FastChannelReader<T> reader)
    {
        ArgumentNullException.ThrowIfNull(reader);
        return _core.Add(new SelectRead<T>(reader, _core, _core.Cases.Count));
    }

    /// <summary>Adds a write; set its <see cref="SelectWrite{T}.Item"/> before selecting.</summary>
    /// <exception cref="ArgumentNullException">The writer is null.</exception>
    /// <exception cref="InvalidOperationException">A call is waiting.</exception>
    public SelectWrite<T> Write<T>(FastChannelWriter<T> writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        return _core.Add(new SelectWrite<T>(writer, _core, _core.Cases.Count));
    }

    /// <summary>Does what can be done at once: Go's <c>select</c> with a <c>default</c>.</summary>
    /// <param name="index">The case that took place, or <see cref="TimedOut"/>.</param>
    /// <returns>False when no case could take place.</returns>
    /// <exception cref="InvalidOperationException">No case is left, an item was not taken, or another call is waiting.</exception>
    public bool TrySelect(out int index) => _core.TryNow(out index);

    /// <summary>Waits until a case takes place.</summary>
    /// <returns>Its index.</returns>
    /// <remarks><inheritdoc cref="ChannelSelect" path="/remarks/para[3]/node()"/></remarks>
    /// <exception cref="InvalidOperationException">No case is left, an item was not taken, or another call is waiting.</exception>
    /// <exception cref="OperationCanceledException">The token fired first.</exception>
    public ValueTask<int> WaitAsync(CancellationToken cancellationToken = default) => _core.WaitAsync(Timeout.InfiniteTimeSpan, cancellationToken);

    /// <summary>Waits until a case takes place, or the time is over.</summary>
    /// <returns>Its index, or <see cref="TimedOut"/>.</returns>
    /// <remarks><inheritdoc cref="ChannelSelect" path="/remarks/para[3]/node()"/></remarks>
    /// <exception cref="ArgumentOutOfRangeException">The time is negative and not infinite, or above 2³¹ milliseconds.</exception>
    /// <exception cref="InvalidOperationException">No case is left, an item was not taken, or another call is waiting.</exception>
    /// <exception cref="OperationCanceledException">The token fired first.</exception>
    public ValueTask<int> WaitAsync(TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        WaitTime.ThrowIfInvalid(timeout);
        return _core.WaitAsync(timeout, cancellationToken);
    }

    /// <summary>Waits until a case takes place, or the time is over, blocking the calling thread.</summary>
    /// <returns>Its index, or <see cref="TimedOut"/>.</returns>
    /// <remarks><inheritdoc cref="ChannelSelect" path="/remarks/para[3]/node()"/></remarks>
    /// <exception cref="ArgumentOutOfRangeException">The time is negative and not infinite, or above 2³¹ milliseconds.</exception>
    /// <exception cref="InvalidOperationException">No case is left, an item was not taken, or another call is waiting.</exception>
    /// <exception cref="OperationCanceledException">The token fired first.</exception>
    /// <exception cref="ThreadInterruptedException">The thread was interrupted while it waited.</exception>
    public int Wait(TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        WaitTime.ThrowIfInvalid(timeout);
        return _core.Wait(timeout, cancellationToken);
    }

    /// <summary>Waits until a case takes place, blocking the calling thread.</summary>
    /// <returns>Its index.</returns>
    /// <remarks><inheritdoc cref="ChannelSelect" path="/remarks/para[3]/node()"/></remarks>
    /// <exception cref="InvalidOperationException">No case is left, an item was not taken, or another call is waiting.</exception>
    /// <exception cref="OperationCanceledException">The token fired first.</exception>
    /// <exception cref="ThreadInterruptedException">The thread was interrupted while it waited.</exception>
    public int Wait(CancellationToken cancellationToken = default) => _core.Wait(Timeout.InfiniteTimeSpan, cancellationToken);
}
