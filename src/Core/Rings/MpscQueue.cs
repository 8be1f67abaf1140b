using System.Diagnostics.CodeAnalysis;
using FastCore.Atomics;

namespace FastCore.Rings;

/// <summary>
/// An unbounded first-in first-out queue from any number of producing threads to one consuming thread: a mailbox.
/// </summary>
/// <typeparam name="T">What is queued. Values of any size arrive whole; slots that hold references are cleared as they are read.</typeparam>
/// <remarks>
/// <para>
/// Thread-safety: any thread may add and may read <see cref="IsEmpty"/>; at any moment at most one thread may be in
/// <see cref="TryDequeue"/>. Items of one producer are taken in the order it added them. A producer that is stopped in the
/// middle of adding holds back the items behind its own: until it goes on, <see cref="TryDequeue"/> answers false.
/// </para>
/// <para>
/// Memory: a queue whose backlog stays within 1024 items stops allocating once it has grown to fit; beyond that it allocates
/// a segment for every 1024 items.
/// </para>
/// <para>Algorithm: a chain of Dmitry Vyukov's bounded rings (2010), each closed when it is full, as in the runtime's own <see cref="System.Collections.Concurrent.ConcurrentQueue{T}"/>.</para>
/// </remarks>
public sealed class MpscQueue<T>
{
    private const int FirstCapacity = 32;
    private const int LargestCapacity = 1024;

    private readonly MpscQueueCore<T, HardwareAtomics> _core = new(FirstCapacity, LargestCapacity);

    /// <summary>Whether at a moment during the call a dequeue would have found nothing.</summary>
    public bool IsEmpty => _core.IsEmpty;

    /// <summary>Adds an item.</summary>
    public void Enqueue(T item) => _core.Enqueue(item);

    /// <summary>Takes the oldest item. Consumer only.</summary>
    /// <returns>False when the next item is not there: the queue is empty, or a producer is still putting it in.</returns>
    public bool TryDequeue([MaybeNullWhen(false)] out T item) => _core.TryDequeue(out item);
}
