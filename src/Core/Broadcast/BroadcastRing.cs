using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using FastCore.Atomics;
using FastCore.Channels;
using FastCore.Channels.Waiting;
using FastCore.Continuations;
using FastCore.Diagnostics;

namespace FastCore.Broadcast;

/// <summary>
/// A ring of slots in which every consumer sees every item, in order, and consumers can come after one another: a pipeline
/// without a queue between its stages. Publishers wait for the slowest consumer.
/// </summary>
/// <typeparam name="T">What is published; of any size, items arrive whole.</typeparam>
/// <remarks>
/// <para>
/// <b>Threads.</b> With <see cref="RingPublishers.One"/> at most one thread at a time may publish, claim, wait for room or
/// complete; with <see cref="RingPublishers.Many"/> any thread may at any time. Each consumer is read by one thread at a
/// time. Consumers join and leave at any time, from any thread.
/// </para>
/// <para><b>Order.</b> All consumers see the same items in the same order: that of the claims. A consumer starts with the first item claimed after it joined.</para>
/// <para>
/// <b>Waiting.</b> A publisher waits while the ring is full for any consumer; without consumers it never waits, and the items
/// go to nobody. No wait is missed, and nobody is left asleep. Of several waiting publishers, any may go first.
/// </para>
/// <para>
/// <b>Cancellation.</b> A token ends a wait. A publication that was cancelled has not published and never will; any other has.
/// </para>
/// <para>
/// <b>Completion.</b> What was published, or claimed, before <see cref="TryComplete"/> reaches every consumer; then they come
/// to their end. Later publications fail.
/// </para>
/// <para>
/// <b>Where continuations run.</b> In the context the <c>await</c> captured; if it captured none, where the
/// <see cref="ContinuationScheduler"/> given at construction says, which is the thread pool by default. With
/// <see cref="ContinuationScheduler.Inline"/> one of them runs inside the call that let it go on; that of a cancelled wait
/// never runs inside <c>Cancel</c>.
/// </para>
/// <para>
/// <b>Allocation.</b> The slots are allocated at construction; publishing and consuming allocate nothing in the steady state.
/// A slot holds its item until the next lap overwrites it, so up to <see cref="Capacity"/> items stay reachable.
/// </para>
/// <para>Source: LMAX's Disruptor (Thompson, Farley, Barker, Gee, Stewart, 2011).</para>
/// </remarks>
[DebuggerDisplay("Capacity = {Capacity}, Consumers = {ConsumerCount}")]
public sealed class BroadcastRing<T> : IWaitedFace
{
    private readonly BroadcastRingCore<T, HardwareAtomics> _core;

    IWaitedOn IWaitedFace.Waited => _core;

    /// <summary>Makes an empty ring without consumers.</summary>
    /// <param name="capacity">How many items it holds at least: rounded up to a power of two, and to 2.</param>
    /// <param name="publishers">Whether one thread publishes or many do.</param>
    /// <param name="waitStrategy">How the blocking calls wait.</param>
    /// <param name="continuations">Where the code behind an <c>await</c> goes on; null for <see cref="ContinuationScheduler.ThreadPool"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">The capacity is below 1 or above 2³⁰, or an enumeration has no such value.</exception>
    public BroadcastRing(
        int capacity,
        RingPublishers publishers,
        RingWaitStrategy waitStrategy = RingWaitStrategy.Park,
        ContinuationScheduler? continuations = null)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)publishers, (uint)RingPublishers.Many, nameof(publishers));
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)waitStrategy, (uint)RingWaitStrategy.Spin, nameof(waitStrategy));
        _core = new(capacity, publishers, waitStrategy, continuations ?? ContinuationScheduler.ThreadPool, ChannelTuning.For(capacity).BlockSpins);
    }

    /// <summary>How many items it holds at most.</summary>
    public int Capacity => _core.Capacity;

    /// <summary>How many consumers have joined and not left.</summary>
    public int ConsumerCount => _core.ConsumerCount;

    /// <summary>Lets a consumer join. It sees the items claimed from now on, and gates the publishers until it is disposed.</summary>
    /// <param name="after">Consumers of this ring that must have released an item before this one sees it.</param>
    /// <exception cref="ArgumentException">One of <paramref name="after"/> is null, or of another ring.</exception>
    public RingConsumer<T> AddConsumer(params ReadOnlySpan<RingConsumer<T>> after)
    {
        var cores = new RingConsumerCore<T, HardwareAtomics>[after.Length];
        for (int i = 0; i < after.Length; i++)
        {
            cores[i] = after[i] is RingConsumerCore<T, HardwareAtomics> core && core.Ring == _core
                ? core
                : throw new ArgumentException("A consumer can only come after consumers of the same ring.", nameof(after));
        }

        return _core.AddConsumer(cores);
    }

    /// <summary>Publishes an item, if there is room now.</summary>
    /// <returns>False when the ring is full or completed.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryPublish(T item) => _core.TryPublish(item);

    /// <summary>Publishes as many of <paramref name="items"/> as there is room for, from the first on, one behind the other.</summary>
    /// <returns>How many; 0 when the ring is full or completed.</returns>
    public int TryPublishBatch(ReadOnlySpan<T> items) => _core.TryPublishBatch(items);

    /// <summary>Publishes an item; waits for room on the calling thread.</summary>
    /// <remarks><b>Cancellation.</b> It has published, or it throws and has not.</remarks>
    /// <exception cref="ChannelClosedException">The ring is completed.</exception>
    /// <exception cref="OperationCanceledException">The token fired before there was room.</exception>
    public void Publish(T item, CancellationToken cancellationToken = default)
    {
        while (!_core.TryPublish(item))
        {
            if (!WaitToPublish(1, Timeout.InfiniteTimeSpan, cancellationToken)) throw Completions.Closed(_core.Error);
        }
    }

    /// <summary>Publishes an item, when there is room.</summary>
    /// <remarks><b>Cancellation.</b> It has published, or it is cancelled and has not.</remarks>
    /// <exception cref="ChannelClosedException">The ring is completed. (In the ValueTask.)</exception>
    /// <exception cref="OperationCanceledException">The token fired before there was room. (In the ValueTask.)</exception>
    public ValueTask PublishAsync(T item, CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested) return ValueTask.FromCanceled(cancellationToken);
        return _core.TryPublish(item) ? default : PublishSlowlyAsync(item, cancellationToken);
    }

    /// <summary>Claims slots to be written in place.</summary>
    /// <param name="count">How many: from 1 to <see cref="Capacity"/>.</param>
    /// <param name="claim">The slots. With many publishers they must be published, for no consumer passes them: use <c>using</c>.</param>
    /// <returns>False when there is not so much room, or the ring is completed.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> is below 1 or above the capacity.</exception>
    public bool TryClaim(int count, out RingClaim<T> claim)
    {
        CheckCount(count);
        bool claims = _core.TryClaim(count, out long start);
        claim = claims ? new RingClaim<T>(_core, start, count) : default;
        return claims;
    }

    /// <summary>Waits for room on the calling thread, in the way the ring was made for.</summary>
    /// <param name="count">For how many items: from 1 to <see cref="Capacity"/>.</param>
    /// <param name="timeout">How long at most; <see cref="Timeout.InfiniteTimeSpan"/> without a limit.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>True when there is room (another publisher may take it first); false when the ring is completed or the time is up.</returns>
    /// <remarks><b>Cancellation.</b> The token ends the wait; nothing is claimed by it, so nothing has to be given back.</remarks>
    /// <exception cref="OperationCanceledException">The token fired first.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The count is below 1 or above the capacity, or the timeout is negative or more than timers take.</exception>
    public bool WaitToPublish(int count, TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        CheckCount(count);
        WaitTime.ThrowIfInvalid(timeout);
        return _core.Wait(new BroadcastRingCore<T, HardwareAtomics>.Room(_core, count), timeout, cancellationToken);
    }

    /// <summary>Waits for room.</summary>
    /// <param name="count">For how many items: from 1 to <see cref="Capacity"/>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>
    /// True when there is room. Another publisher may take it first, and of several that wait for different numbers all are
    /// woken by the smallest; so try, and wait again. False when the ring is completed without an error.
    /// </returns>
    /// <remarks><b>Cancellation.</b> The token ends the wait; nothing is claimed by it, so nothing has to be given back.</remarks>
    /// <exception cref="OperationCanceledException">The token fired first. (In the ValueTask.)</exception>
    /// <exception cref="ArgumentOutOfRangeException">The count is below 1 or above the capacity.</exception>
    public ValueTask<bool> WaitToPublishAsync(int count = 1, CancellationToken cancellationToken = default)
    {
        CheckCount(count);
        return _core.WaitAsync(new BroadcastRingCore<T, HardwareAtomics>.Room(_core, count), cancellationToken);
    }

    /// <summary>Ends the ring: no more items.</summary>
    /// <param name="error">What consumers that wait then throw, or null.</param>
    /// <returns>Whether this call completed it.</returns>
    public bool TryComplete(Exception? error = null) => _core.TryComplete(error);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask PublishSlowlyAsync(T item, CancellationToken cancellationToken)
    {
        do
        {
            bool open;
            try
            {
                open = await WaitToPublishAsync(1, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception error) when (error == _core.Error)
            {
                open = false;
            }

            if (!open) throw Completions.Closed(_core.Error);
        }
        while (!_core.TryPublish(item));
    }

    private void CheckCount(int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, Capacity);
    }
}
