using System.Diagnostics;
using System.Threading.Channels;
using FastCore.Atomics;
using FastCore.Channels;
using FastCore.Continuations;
using FastCore.Diagnostics;

namespace FastCore.Broadcast;

/// <summary>
/// A channel whose every reader gets every item. Writes never wait: when a reader is too slow, the oldest items are
/// overwritten, and the reader learns how many it missed.
/// </summary>
/// <typeparam name="T">What is written; of any size, items are read whole.</typeparam>
/// <remarks>
/// <para>
/// <b>Threads.</b> Everything is allowed from any thread. Writers take a lock for as long as one item takes to store; readers
/// take none, and hold up neither writers nor each other.
/// </para>
/// <para><b>Order.</b> All readers see the items in one order, that of the writes. A reader sees what is written after it was made.</para>
/// <para>
/// <b>Being overtaken.</b> The last <see cref="Capacity"/> items are kept. See <see cref="BroadcastReader{T}"/> for how a
/// reader learns that it has missed some.
/// </para>
/// <para><b>Completion.</b> What was written before it reaches every reader that is not overtaken; then they come to their end. Later writes fail.</para>
/// <para>
/// <b>Where continuations run.</b> In the context the <c>await</c> captured; if it captured none, where the
/// <see cref="ContinuationScheduler"/> given at construction says, which is the thread pool by default. With
/// <see cref="ContinuationScheduler.Inline"/> one of them runs inside the call that let it go on; that of a cancelled wait
/// never runs inside <c>Cancel</c>.
/// </para>
/// <para>
/// <b>Allocation.</b> The slots are allocated at construction; writing and reading allocate nothing in the steady state. A slot
/// holds its item until it is overwritten, so the last items stay reachable after they have been read.
/// </para>
/// <para>Source: the broadcast channel of Rust's tokio; the readers' second look after Lamport's "Concurrent reading and writing" (1977), known as a sequence lock.</para>
/// </remarks>
[DebuggerDisplay("Capacity = {Capacity}, Readers = {ReaderCount}")]
public sealed class BroadcastChannel<T> : IWaitedFace
{
    private readonly BroadcastChannelCore<T, HardwareAtomics> _core;

    IWaitedOn IWaitedFace.Waited => _core;

    /// <summary>Makes a channel without readers.</summary>
    /// <param name="capacity">How many items are kept for slow readers, exactly.</param>
    /// <param name="continuations">Where the code behind an <c>await</c> goes on; null for <see cref="ContinuationScheduler.ThreadPool"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">The capacity is below 1, or not below 2³⁰.</exception>
    public BroadcastChannel(int capacity, ContinuationScheduler? continuations = null) =>
        _core = new(capacity, continuations ?? ContinuationScheduler.ThreadPool, ChannelTuning.For(capacity).BlockSpins);

    /// <summary>How many items are kept for slow readers.</summary>
    public int Capacity => _core.Capacity;

    /// <summary>How many readers were made and not disposed.</summary>
    public int ReaderCount => _core.ReaderCount;

    /// <summary>The writing side, for any number of threads. Its writes never wait, and go to nobody while there are no readers.</summary>
    public ChannelWriter<T> Writer => _core.Writer;

    /// <summary>Makes a reader, which starts with the next item that is written.</summary>
    /// <param name="lag">What the plain reads do when it was overtaken; <see cref="BroadcastReader{T}.ReceiveAsync"/> always tells.</param>
    /// <exception cref="ArgumentOutOfRangeException">The enumeration has no such value.</exception>
    public BroadcastReader<T> Subscribe(BroadcastLag lag = BroadcastLag.Skip)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)lag, (uint)BroadcastLag.Throw, nameof(lag));
        return _core.Subscribe(lag, lagged: null);
    }

    /// <summary>Makes a reader, which starts with the next item that is written, and tells when it was overtaken.</summary>
    /// <param name="lagged">Called with the number of missed items, on the thread and within the read that found out, after it has taken its item. It must not throw: that item would be lost.</param>
    /// <exception cref="ArgumentNullException">The callback is null.</exception>
    public BroadcastReader<T> Subscribe(Action<long> lagged)
    {
        ArgumentNullException.ThrowIfNull(lagged);
        return _core.Subscribe(BroadcastLag.Skip, lagged);
    }
}
