using System.Threading.Channels;
using FastCore.Atomics;
using FastCore.Channels.Queues;
using FastCore.Continuations;

namespace FastCore.Channels;

/// <summary>
/// Makes channels that take the place of those of <see cref="Channel"/>: the same types, the same options, the same contract,
/// on lock-free queues.
/// </summary>
/// <remarks>
/// <para>
/// <b>Threads.</b> With <see cref="ChannelOptions.SingleReader"/> set the channel is built for at most one reading operation at
/// a time, with <see cref="ChannelOptions.SingleWriter"/> for at most one writing operation; breaking that promise loses or
/// doubles items. A started <c>ReadAsync</c> or <c>WriteAsync</c> is such an operation until it completes. Everything else is
/// allowed from any thread: completing the channel, <c>Count</c>, cancelling, and the side without a promise. A channel that
/// drops items, has priorities, or holds none or more than 65,536, does not rely on either; and without a bound, with
/// <see cref="ChannelOptions.SingleReader"/>, a read that waits cancels an earlier one of its kind that still does, as on the
/// stock channel.
/// </para>
/// <para>
/// <b>Order.</b> Items are read in the order in which they were written. Started <c>ReadAsync</c> calls get items in the order
/// they were started, and started <c>WriteAsync</c> calls write in theirs; no <c>TryRead</c> or <c>TryWrite</c> overtakes them.
/// </para>
/// <para>
/// <b>Cancellation.</b> A read whose token fires, at whatever moment, either has taken an item and returns it, or has taken
/// none and is cancelled; a write either has written its item or is cancelled and will never write it. No item is lost, none
/// is read twice, and nobody is left waiting. A cancelled operation leaves nothing behind in the channel.
/// </para>
/// <para>
/// <b>Completion.</b> An item that was accepted before the channel was completed can be read; <c>Completion</c> completes when
/// the last one has been. Waiting and later writes fail with <see cref="ChannelClosedException"/>, whose inner exception is
/// the error given to <c>Complete</c>.
/// </para>
/// <para>
/// <b>Where continuations run.</b> By default on the thread pool, or in the synchronisation context or task scheduler that
/// the <c>await</c> captured; never inside another caller's operation. With
/// <see cref="ChannelOptions.AllowSynchronousContinuations"/> those of <c>Completion</c>, and then at most one other, run
/// inside the operation that let them go on, after that operation has taken effect; that of an operation whose token fired
/// never does. A <see cref="ContinuationScheduler"/> says it in so many words.
/// </para>
/// <para>
/// <b>Allocation.</b> Reads and writes that need not wait allocate nothing. Those that wait reuse pooled objects, of which a
/// channel keeps 64 of each kind; one is allocated when more operations wait at a time, when a token fires just while its
/// operation completes otherwise, and once in 65,536 uses. A channel without a bound keeps the memory of its largest backlog for
/// the next one, until a full collection finds that none has needed it for a minute; 64 KB it keeps for good.
/// </para>
/// </remarks>
public static class FastChannel
{
    /// <summary>A ring of this many slots is allocated at once; a larger capacity is allocated as it fills.</summary>
    private const int LargestRing = 1 << 16;

    /// <summary>Creates a channel of at most <paramref name="capacity"/> items, for any number of readers and writers.</summary>
    /// <param name="capacity">
    /// How many items it holds, exactly; writers wait while it is full. 0: it holds none, and each item goes from a writer to
    /// a reader that meet (a rendezvous).
    /// </param>
    /// <remarks><inheritdoc cref="FastChannel" path="/remarks/para[3]"/></remarks>
    /// <exception cref="ArgumentOutOfRangeException">The capacity is negative.</exception>
    public static FastChannel<T> CreateBounded<T>(int capacity)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(capacity);
        return CreateBounded<T>(new BoundedChannelOptions(capacity));
    }

    /// <inheritdoc cref="CreateBounded{T}(BoundedChannelOptions, Action{T}, ContinuationScheduler)"/>
    public static FastChannel<T> CreateBounded<T>(BoundedChannelOptions options) => CreateBounded<T>(options, itemDropped: null, continuations: null);

    /// <inheritdoc cref="CreateBounded{T}(BoundedChannelOptions, Action{T}, ContinuationScheduler)"/>
    public static FastChannel<T> CreateBounded<T>(BoundedChannelOptions options, Action<T>? itemDropped) =>
        CreateBounded(options, itemDropped, continuations: null);

    /// <summary>Creates a bounded channel.</summary>
    /// <param name="options">
    /// The capacity and behaviour. <see cref="ChannelOptions.SingleReader"/> and <see cref="ChannelOptions.SingleWriter"/> are
    /// promises that make it faster: see the threads rule of <see cref="FastChannel"/>.
    /// </param>
    /// <param name="itemDropped">
    /// Called with each item that <see cref="BoundedChannelOptions.FullMode"/> drops, on the thread and within the call of
    /// the write that caused it, after that write has taken effect. It may use the channel. What it throws, that write throws.
    /// </param>
    /// <param name="continuations">
    /// Where the code behind an <c>await</c> goes on; null for what
    /// <see cref="ChannelOptions.AllowSynchronousContinuations"/> says. <c>Completion</c> is a task, and goes on inside the
    /// operation that ended the channel with <see cref="ContinuationScheduler.Inline"/>, else on the thread pool.
    /// </param>
    /// <remarks><inheritdoc cref="FastChannel" path="/remarks/para[3]"/></remarks>
    /// <exception cref="ArgumentNullException">The options are null.</exception>
    public static FastChannel<T> CreateBounded<T>(BoundedChannelOptions options, Action<T>? itemDropped, ContinuationScheduler? continuations)
    {
        ArgumentNullException.ThrowIfNull(options);
        int capacity = options.Capacity;
        EngineOptions engine = Engine(options, continuations, capacity);
        bool waits = options.FullMode == BoundedChannelFullMode.Wait;
        if (capacity == 0) return Over<T, HandOverQueue<T, HardwareAtomics>>(new(!waits, itemDropped), engine);
        if (!waits) return Over<T, DroppingQueue<T, HardwareAtomics>>(new(capacity, options.FullMode, itemDropped), engine);
        if (capacity > LargestRing) return Over<T, LimitedQueue<T, HardwareAtomics>>(new(RingGrowth.Default, capacity), engine);
        bool isAlone = options is { SingleReader: true, SingleWriter: true };
        if (capacity == 1) return Over<T, GatedQueue<T, HardwareAtomics>>(new(capacity, isAlone), engine);
        return isAlone ? Over<T, SpscBoundedQueue<T, HardwareAtomics>>(new(capacity), engine)
            : options.SingleReader ? Over<T, BoundedQueue<T, ManyToOne, HardwareAtomics>>(new(capacity), engine)
            : options.SingleWriter ? Over<T, BoundedQueue<T, OneToMany, HardwareAtomics>>(new(capacity), engine)
            : Over<T, BoundedQueue<T, ManyToMany, HardwareAtomics>>(new(capacity), engine);
    }

    /// <summary>Creates a channel without a bound, for any number of readers and writers.</summary>
    /// <remarks><inheritdoc cref="FastChannel" path="/remarks/para[3]"/></remarks>
    public static FastChannel<T> CreateUnbounded<T>() => CreateUnbounded<T>(new UnboundedChannelOptions());

    /// <inheritdoc cref="CreateUnbounded{T}(UnboundedChannelOptions, ContinuationScheduler)"/>
    public static FastChannel<T> CreateUnbounded<T>(UnboundedChannelOptions options) => CreateUnbounded<T>(options, continuations: null);

    /// <summary>Creates a channel without a bound.</summary>
    /// <param name="options">
    /// The behaviour. <see cref="ChannelOptions.SingleReader"/> and <see cref="ChannelOptions.SingleWriter"/> are promises that
    /// make it faster: see the threads rule of <see cref="FastChannel"/>. <c>Count</c> works in every case. With a single reader, a
    /// read that waits cancels an earlier one of its kind that still does.
    /// </param>
    /// <param name="continuations">
    /// Where the code behind an <c>await</c> goes on; null for what
    /// <see cref="ChannelOptions.AllowSynchronousContinuations"/> says. <c>Completion</c> is a task, and goes on inside the
    /// operation that ended the channel with <see cref="ContinuationScheduler.Inline"/>, else on the thread pool.
    /// </param>
    /// <remarks><inheritdoc cref="FastChannel" path="/remarks/para[3]"/></remarks>
    /// <exception cref="ArgumentNullException">The options are null.</exception>
    public static FastChannel<T> CreateUnbounded<T>(UnboundedChannelOptions options, ContinuationScheduler? continuations)
    {
        ArgumentNullException.ThrowIfNull(options);
        EngineOptions engine = Engine(options, continuations, int.MaxValue) with { CancelsOlderReads = options.SingleReader };
        return options is { SingleReader: true, SingleWriter: true }
            ? Over<T, SpscUnboundedQueue<T, HardwareAtomics>>(new(RingGrowth.Default), engine)
            : options.SingleReader ? Over<T, UnboundedQueue<T, ManyToOne, HardwareAtomics>>(new(RingGrowth.Default), engine)
            : options.SingleWriter ? Over<T, UnboundedQueue<T, OneToMany, HardwareAtomics>>(new(RingGrowth.Default), engine)
            : Over<T, UnboundedQueue<T, ManyToMany, HardwareAtomics>>(new(RingGrowth.Default), engine);
    }

    /// <summary>Creates a channel without a bound that gives the least item first, for any number of readers and writers.</summary>
    /// <remarks><inheritdoc cref="CreateUnboundedPrioritized{T}(UnboundedPrioritizedChannelOptions{T}, ContinuationScheduler)"/></remarks>
    public static FastChannel<T> CreateUnboundedPrioritized<T>() => CreateUnboundedPrioritized(new UnboundedPrioritizedChannelOptions<T>());

    /// <inheritdoc cref="CreateUnboundedPrioritized{T}(UnboundedPrioritizedChannelOptions{T}, ContinuationScheduler)"/>
    public static FastChannel<T> CreateUnboundedPrioritized<T>(UnboundedPrioritizedChannelOptions<T> options) =>
        CreateUnboundedPrioritized(options, continuations: null);

    /// <summary>Creates a channel without a bound that gives the least item first.</summary>
    /// <param name="options">The behaviour, and the comparer that says which item is less.</param>
    /// <param name="continuations">
    /// Where the code behind an <c>await</c> goes on; null for what
    /// <see cref="ChannelOptions.AllowSynchronousContinuations"/> says. <c>Completion</c> is a task, and goes on inside the
    /// operation that ended the channel with <see cref="ContinuationScheduler.Inline"/>, else on the thread pool.
    /// </param>
    /// <remarks>
    /// Items that compare as equal are read in the order in which they were written. Should the comparer throw, no item is
    /// lost: the two items keep the order in which they came, and the next write throws an
    /// <see cref="InvalidOperationException"/> with that exception in it. It runs while a lock of the channel is held: it must be
    /// quick, and must not use the channel.
    /// <inheritdoc cref="FastChannel" path="/remarks/para[3]"/>
    /// </remarks>
    /// <exception cref="ArgumentNullException">The options are null.</exception>
    public static FastChannel<T> CreateUnboundedPrioritized<T>(UnboundedPrioritizedChannelOptions<T> options, ContinuationScheduler? continuations)
    {
        ArgumentNullException.ThrowIfNull(options);
        return Over<T, PrioritizedQueue<T, HardwareAtomics>>(new(Array.MaxLength, options.Comparer), Engine(options, continuations, int.MaxValue));
    }

    /// <summary>Creates a channel of at most <paramref name="capacity"/> items that gives the least one first; writers wait while it is full.</summary>
    /// <param name="capacity">How many items it holds.</param>
    /// <param name="options">The behaviour, and the comparer that says which item is less; null for the defaults.</param>
    /// <param name="continuations">
    /// Where the code behind an <c>await</c> goes on; null for what
    /// <see cref="ChannelOptions.AllowSynchronousContinuations"/> says. <c>Completion</c> is a task, and goes on inside the
    /// operation that ended the channel with <see cref="ContinuationScheduler.Inline"/>, else on the thread pool.
    /// </param>
    /// <remarks>
    /// Writers that wait get room in the order in which they came, whatever their items.
    /// <inheritdoc cref="CreateUnboundedPrioritized{T}(UnboundedPrioritizedChannelOptions{T}, ContinuationScheduler)" path="/remarks/node()"/>
    /// </remarks>
    /// <exception cref="ArgumentOutOfRangeException">The capacity is below 1.</exception>
    public static FastChannel<T> CreateBoundedPrioritized<T>(
        int capacity, UnboundedPrioritizedChannelOptions<T>? options = null, ContinuationScheduler? continuations = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        options ??= new UnboundedPrioritizedChannelOptions<T>();
        return Over<T, PrioritizedQueue<T, HardwareAtomics>>(new(capacity, options.Comparer), Engine(options, continuations, capacity));
    }

    private static EngineOptions Engine(ChannelOptions options, ContinuationScheduler? continuations, int capacity)
    {
        ContinuationScheduler where = continuations ?? (options.AllowSynchronousContinuations ? ContinuationScheduler.Inline : ContinuationScheduler.ThreadPool);
        return new EngineOptions(where, CancelsOlderReads: false, capacity, ChannelTuning.For(capacity));
    }

    private static QueueChannel<T, TQueue, HardwareAtomics> Over<T, TQueue>(TQueue queue, EngineOptions options)
        where TQueue : struct, IItemQueue<T> => new(queue, options);
}
