using FastCore.Tests.Explorer;

namespace FastCore.Tests.Rings;

/// <summary>
/// Runs a queue's operations inside a model and checks each answer against what had happened. Its own fields need no
/// atomics: of a model's threads only one runs at a time.
/// </summary>
/// <remarks>
/// Items are producer × 100 + number. Counts are kept when an operation starts and when it has ended, because an operation
/// takes place somewhere between.
/// </remarks>
internal sealed class RingHistory(IQueue<int> queue, Refusals refusals)
{
    private readonly IRing<int>? _ring = queue as IRing<int>;
    private readonly List<int> _added = [];
    private readonly List<List<int>> _taken = [];
    private int _enqueuesStarted;
    private int _enqueuesEnded;
    private int _dequeuesStarted;
    private int _dequeuesEnded;

    /// <summary>A producer's body: tries once to add each of its items, in runs of the lengths given (1: the single operation).</summary>
    internal Action Producer(int number, params int[] runs) => () =>
    {
        int next = number * 100;
        foreach (int length in runs)
        {
            int[] items = [.. Enumerable.Range(next, length)];
            next += Enqueue(items);
        }
    };

    /// <summary>A consumer's body: tries to take, in runs of the lengths given (1: the single operation).</summary>
    internal Action Consumer(params int[] runs)
    {
        var taken = new List<int>();
        _taken.Add(taken);
        return () =>
        {
            foreach (int length in runs) Dequeue(length, taken);
        };
    }

    /// <summary>Nothing lost, nothing doubled, each producer's items in its order for every consumer.</summary>
    internal void CheckEnd()
    {
        int expected = _added.Count - _taken.Sum(taken => taken.Count);
        int count = _ring?.Count ?? expected;
        bool isEmpty = queue.IsEmpty;
        var left = new List<int>();
        while (queue.TryDequeue(out int item)) left.Add(item);
        int[] seen = [.. _taken.SelectMany(taken => taken).Concat(left).Order()];
        Model.Require(seen.SequenceEqual(_added.Order()), $"Went in: {string.Join(' ', _added)}. Came out: {string.Join(' ', seen)}.");
        Model.Require(count == expected && isEmpty == (expected == 0), "The count is not what went in less what came out.");
        Model.Require(queue.IsEmpty && _ring is not { Count: not 0 } and not { IsFull: true }, "A drained queue says it is not empty.");
        foreach (List<int> taken in _taken) CheckOrder([.. taken, .. left]);
    }

    private static void CheckOrder(List<int> items)
    {
        bool inOrder = items.GroupBy(item => item / 100).All(group => group.SequenceEqual(group.Order()));
        Model.Require(inOrder, $"A consumer saw a producer's items out of their order: {string.Join(' ', items)}.");
    }

    private int Enqueue(int[] items)
    {
        int dequeuedBefore = _dequeuesEnded;
        bool mayWait = refusals == Refusals.BehindOthers && _dequeuesStarted > _dequeuesEnded;
        _enqueuesStarted += items.Length;
        int count = items.Length == 1 ? (queue.TryEnqueue(items[0]) ? 1 : 0) : _ring!.TryEnqueue(items);
        _enqueuesStarted -= items.Length - count;
        _enqueuesEnded += count;
        _added.AddRange(items[..count]);
        bool couldBeFull = refusals == Refusals.Late || mayWait || (_ring is not null && _enqueuesStarted - dequeuedBefore >= _ring.Capacity);
        Model.Require(count == items.Length || couldBeFull, "An enqueue was refused, and at no moment of it were all slots taken.");
        return count;
    }

    private void Dequeue(int length, List<int> taken)
    {
        int enqueuedBefore = _enqueuesEnded;
        bool mayWait = refusals == Refusals.BehindOthers && _enqueuesStarted > _enqueuesEnded;
        _dequeuesStarted += length;
        int[] items = new int[length];
        int count = length == 1 ? (queue.TryDequeue(out items[0]) ? 1 : 0) : _ring!.TryDequeue(items);
        _dequeuesStarted -= length - count;
        _dequeuesEnded += count;
        taken.AddRange(items[..count]);
        bool couldBeEmpty = refusals == Refusals.Late || mayWait || enqueuedBefore <= _dequeuesStarted;
        Model.Require(count == length || couldBeEmpty, "A dequeue found nothing, and at no moment of it was nothing there.");
    }
}

/// <summary>When a queue may say that it is full or empty.</summary>
internal enum Refusals
{
    /// <summary>Only if it was so at some moment of the operation.</summary>
    Exact,

    /// <summary>Also while another operation of the other kind is under way: what comes behind it waits for it.</summary>
    BehindOthers,

    /// <summary>Not checked: stores of operations that have ended may still be on their way.</summary>
    Late,
}
