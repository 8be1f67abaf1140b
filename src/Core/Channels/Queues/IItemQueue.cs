using System.Diagnostics.CodeAnalysis;

namespace FastCore.Channels.Queues;

/// <summary>
/// The items of a channel, in order. The channel adds to it who waits, who is woken and when it ends.
/// </summary>
/// <remarks>
/// Implemented by small structs over one reference, so that a channel of a known queue is compiled without a virtual call
/// and each side of the channel can hold its own copy.
/// On a side that is shared (<see cref="ISides"/>) every successful operation holds a full fence between the step that takes
/// place or item and its return. On one that is not, it is plain stores, and the channel orders them (see SignalWord).
/// What the channel builds on: an enqueue that returned true is found by every later dequeue, and no dequeue says "empty"
/// while an enqueue that has finished is unread; the same for "full".
/// </remarks>
internal interface IItemQueue<T> : ISides
{
    /// <summary>Whether it can hold an item at all. If not, the channel hands each from its writer to its reader.</summary>
    static virtual bool HoldsItems => true;

    /// <summary>
    /// Whether the channel adds and takes items at its gate only, so that the queue need keep nothing in order between threads
    /// but its count.
    /// </summary>
    static virtual bool IsGated => false;

    /// <summary>Whether a write may tell its caller of items it drops; then a batch is written one by one, each looked after.</summary>
    static virtual bool TellsOfDrops => false;

    /// <summary>How many items are in it; a value that was true at some moment of the call.</summary>
    int Count { get; }

    /// <summary>Whether a dequeue would fail; an enqueue that has taken its place but not finished counts as an item.</summary>
    bool IsEmpty { get; }

    /// <summary>Whether an enqueue would fail for want of room.</summary>
    bool IsFull { get; }

    /// <summary>Adds an item; false when it is full or sealed.</summary>
    bool TryEnqueue(T item);

    /// <summary>Adds items from the first on; fewer than all only when it is full or sealed.</summary>
    /// <returns>How many were added.</returns>
    int TryEnqueue(ReadOnlySpan<T> items);

    /// <summary>Takes the oldest item.</summary>
    bool TryDequeue([MaybeNullWhen(false)] out T item);

    /// <summary>Takes the oldest items; none only when it is empty.</summary>
    /// <returns>How many were taken.</returns>
    int TryDequeue(Span<T> items);

    /// <summary>Copies the oldest item.</summary>
    bool TryPeek([MaybeNullWhen(false)] out T item);

    /// <summary>
    /// Makes every later enqueue fail. False: this queue leaves it to the channel to keep its single producer out.
    /// </summary>
    bool TrySeal();

    /// <summary>
    /// For debuggers: adds the items to a list, in the order in which they would be read. It takes no lock, which a stopped
    /// thread may hold; so it is exact only while no thread is inside the queue.
    /// </summary>
    void CopyTo(List<T> items);
}
