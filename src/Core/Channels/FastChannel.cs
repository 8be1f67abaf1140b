using System.Threading.Channels;
using FastCore.Atomics;
using FastCore.Channels.Queues;

namespace FastCore.Channels;

/// <summary>
/// Makes channels that take the place of those of <see cref="Channel"/>: the same types, the same options, the same contract,
/// on lock-free queues.
/// </summary>
/// <remarks>
/// <para>
/// <b>Threads.</b> With <see cref="ChannelOptions.SingleReader"/> and <see cref="ChannelOptions.SingleWriter"/> both set (and,
/// if bounded, <see cref="BoundedChannelFullMode.Wait"/>) the channel is built for exactly one reading and one writing
/// operation at a time; breaking that promise loses or doubles items. A started <c>ReadAsync</c> or <c>WriteAsync</c> is such
/// an operation until it completes. Completing the channel, <c>Count</c>, and cancelling are allowed from any thread. In every
/// other case everything is allowed from any thread.
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
/// <see cref="ChannelOptions.AllowSynchronousContinuations"/> at most one continuation runs inside the operation that let it
/// go on, after that operation has taken effect; that of a cancelled operation, or of <c>Completion</c>, never does.
/// </para>
/// <para>
/// <b>Allocation.</b> Reads and writes that need not wait allocate nothing. Those that wait reuse pooled objects; one is
/// allocated when more operations wait than ever before, and when a token fires just while its operation completes otherwise.
/// </para>
/// </remarks>
public static class FastChannel
{
    /// <summary>A ring of this many slots is allocated at once; a larger capacity is allocated as it fills.</summary>
    private const int LargestRing = 1 << 16;

    /// <summary>Creates a channel of at most <paramref name="capacity"/> items, for any number of readers and writers.</summary>
    /// <param name="capacity">How many items it holds, exactly; writers wait while it is full.</param>
    /// <remarks><inheritdoc cref="FastChannel" path="/remarks/para[3]"/></remarks>
    /// <exception cref="ArgumentOutOfRangeException">
    /// The capacity is below 1. (<see cref="Channel.CreateBounded{T}(int)"/> takes 0 for a hand-over without a buffer.)
    /// </exception>
    public static Channel<T> CreateBounded<T>(int capacity)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        return CreateWaiting<T>(capacity, isAlone: false, allowsInlineContinuations: false, ChannelTuning.Default);
    }

    /// <summary>Creates a bounded channel.</summary>
    /// <param name="options">
    /// The capacity and behaviour. <see cref="ChannelOptions.SingleReader"/> and <see cref="ChannelOptions.SingleWriter"/>
    /// matter when both are set: see the threads rule of <see cref="FastChannel"/>.
    /// </param>
    /// <remarks><inheritdoc cref="FastChannel" path="/remarks/para[3]"/></remarks>
    /// <exception cref="ArgumentNullException">The options are null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">
    /// The capacity is below 1. (<see cref="Channel.CreateBounded{T}(BoundedChannelOptions)"/> takes 0 for a hand-over without
    /// a buffer.)
    /// </exception>
    public static Channel<T> CreateBounded<T>(BoundedChannelOptions options) => CreateBounded<T>(options, itemDropped: null);

    /// <summary>Creates a bounded channel that tells which items it drops.</summary>
    /// <param name="options"><inheritdoc cref="CreateBounded{T}(BoundedChannelOptions)" path="/param[@name='options']"/></param>
    /// <param name="itemDropped">
    /// Called with each item that <see cref="BoundedChannelOptions.FullMode"/> drops, on the thread and within the call of
    /// the write that caused it, after that write has taken effect. It may use the channel. What it throws, that write throws.
    /// </param>
    /// <remarks><inheritdoc cref="FastChannel" path="/remarks/para[3]"/></remarks>
    /// <exception cref="ArgumentNullException">The options are null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The capacity is below 1.</exception>
    public static Channel<T> CreateBounded<T>(BoundedChannelOptions options, Action<T>? itemDropped)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Capacity, 1, nameof(options));
        bool inline = options.AllowSynchronousContinuations;
        if (options.FullMode == BoundedChannelFullMode.Wait)
        {
            bool isAlone = options.SingleReader && options.SingleWriter;
            return CreateWaiting<T>(options.Capacity, isAlone, inline, ChannelTuning.Default);
        }

        var queue = new DroppingQueue<T, HardwareAtomics>(options.Capacity, options.FullMode, itemDropped);
        return new QueueChannel<T, DroppingQueue<T, HardwareAtomics>, HardwareAtomics>(queue, inline, ChannelTuning.Default);
    }

    /// <summary>Creates a channel without a bound, for any number of readers and writers.</summary>
    /// <remarks><inheritdoc cref="FastChannel" path="/remarks/para[3]"/></remarks>
    public static Channel<T> CreateUnbounded<T>() => CreateUnbounded<T>(new UnboundedChannelOptions());

    /// <summary>Creates a channel without a bound.</summary>
    /// <param name="options">
    /// The behaviour. <see cref="ChannelOptions.SingleReader"/> and <see cref="ChannelOptions.SingleWriter"/> matter when both
    /// are set: see the threads rule of <see cref="FastChannel"/>. <c>Count</c> works in every case.
    /// </param>
    /// <remarks><inheritdoc cref="FastChannel" path="/remarks/para[3]"/></remarks>
    /// <exception cref="ArgumentNullException">The options are null.</exception>
    public static Channel<T> CreateUnbounded<T>(UnboundedChannelOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        ChannelTuning tuning = ChannelTuning.Default;
        bool inline = options.AllowSynchronousContinuations;
        if (options.SingleReader && options.SingleWriter)
        {
            var alone = new SpscUnboundedQueue<T, HardwareAtomics>(tuning.FirstRingCapacity);
            return new QueueChannel<T, SpscUnboundedQueue<T, HardwareAtomics>, HardwareAtomics>(alone, inline, tuning);
        }

        var shared = new UnboundedQueue<T, HardwareAtomics>(tuning.FirstRingCapacity);
        return new QueueChannel<T, UnboundedQueue<T, HardwareAtomics>, HardwareAtomics>(shared, inline, tuning);
    }

    /// <summary>A bounded channel whose writers wait, over the queue that suits.</summary>
    private static Channel<T> CreateWaiting<T>(int capacity, bool isAlone, bool allowsInlineContinuations, ChannelTuning tuning)
    {
        if (capacity > LargestRing)
        {
            var limited = new LimitedQueue<T, HardwareAtomics>(tuning.FirstRingCapacity, capacity);
            return new QueueChannel<T, LimitedQueue<T, HardwareAtomics>, HardwareAtomics>(limited, allowsInlineContinuations, tuning);
        }

        if (isAlone)
        {
            var alone = new SpscBoundedQueue<T, HardwareAtomics>(capacity);
            return new QueueChannel<T, SpscBoundedQueue<T, HardwareAtomics>, HardwareAtomics>(alone, allowsInlineContinuations, tuning);
        }

        var shared = new BoundedQueue<T, HardwareAtomics>(capacity);
        return new QueueChannel<T, BoundedQueue<T, HardwareAtomics>, HardwareAtomics>(shared, allowsInlineContinuations, tuning);
    }
}
