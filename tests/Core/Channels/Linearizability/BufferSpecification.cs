using System.Threading.Channels;
using FastCore.Tests.Channels.Modelling;

namespace FastCore.Tests.Channels.Linearizability;

/// <summary>What a channel holds.</summary>
internal readonly record struct BufferState(Sequence<int> Items, bool IsClosed);

/// <summary>
/// A channel that holds items, bounded or not, in order or by priority. An operation that waits takes effect when what it waits
/// for is there; so in the state nobody waits.
/// </summary>
/// <param name="shape">Says how many items it holds, and what becomes of one too many.</param>
/// <param name="history">What is to be explained.</param>
/// <param name="leeway">What need not be exact.</param>
internal sealed class BufferSpecification(ChannelShape shape, History history, Leeway leeway) : ISpecification<BufferState>
{
    public BufferState Initial { get; } = new(new(history.Initial), IsClosed: false);

    public bool CanEnd(BufferState state) => state.Items.Items.SequenceEqual(history.Left);

    public IEnumerable<Step> StepsOf(Operation operation) => [new Step(operation, StepPart.Whole, operation.Invoked, operation.Returned)];

    /// <summary>
    /// Who was found waiting before another came has his turn first: he has his item or his room before that one, or no one
    /// has, for the channel ended while he waited. One that was cancelled has given up his turn.
    /// </summary>
    public bool Precedes(Step first, Step second)
    {
        (Operation waiting, Operation coming) = (first.Operation, second.Operation);
        return waiting.Kind == coming.Kind && waiting.Kind is OperationKind.Read or OperationKind.Write
            && waiting.Parked != 0 && waiting.Parked < coming.Invoked
            && waiting.Outcome is OperationOutcome.Done or OperationOutcome.Closed && coming.Outcome == OperationOutcome.Done;
    }

    public bool TryTake(BufferState state, Step step, out BufferState next)
    {
        next = state;
        Operation operation = step.Operation;
        if (operation.Outcome == OperationOutcome.Cancelled) return true;
        (Sequence<int> items, bool isClosed) = state;
        bool isFull = items.Count >= (shape.Capacity ?? int.MaxValue);
        switch (operation.Kind, operation.Outcome)
        {
            case (OperationKind.Write, OperationOutcome.Done):
                if (isClosed || (isFull && !shape.Drops)) return false;
                int? dropped = null;
                next = state with { Items = isFull ? Replace(items, operation.Value, out dropped) : Add(items, operation.Value) };
                return operation.Dropped == dropped;
            case (OperationKind.Write, OperationOutcome.Refused):
                return isClosed || (isFull && !shape.Drops) || IsRefusedWith(operation, items.Count);
            case (OperationKind.Write, OperationOutcome.Closed):
                return isClosed;
            case (OperationKind.Read, OperationOutcome.Done):
                if (items.Count == 0 || items.First != operation.Value) return false;
                next = state with { Items = items.RemoveAt(0) };
                return true;
            case (OperationKind.Peek, OperationOutcome.Done):
                return items.Count != 0 && items.First == operation.Value;
            case (OperationKind.Read or OperationKind.Peek, OperationOutcome.Refused):
                return items.Count == 0;
            case (OperationKind.Read, OperationOutcome.Closed):
                return items.Count == 0 && isClosed;
            case (OperationKind.Count, OperationOutcome.Done):
                return items.Count == operation.Value || leeway.HasFlag(Leeway.CountsLate);
            case (OperationKind.Complete, OperationOutcome.Done):
                next = state with { IsClosed = true };
                return !isClosed;
            case (OperationKind.Complete, OperationOutcome.Refused):
                return isClosed;
            default:
                return false;
        }
    }

    private bool IsRefusedWith(Operation write, int items)
    {
        IEnumerable<Operation> meanwhile = history.Operations.Where(other => other != write && other.Invoked < write.Returned && other.Returned > write.Invoked);
        return leeway.HasFlag(Leeway.HoldsPlaces) && items + meanwhile.Count(static other => other.Kind is OperationKind.Read or OperationKind.Write) >= shape.Capacity;
    }

    private Sequence<int> Add(Sequence<int> items, int item)
    {
        int index = items.Count;
        while (shape.IsPrioritized && index != 0 && items.Items[index - 1] > item) index--;
        return items.Insert(index, item);
    }

    private Sequence<int> Replace(Sequence<int> items, int item, out int? dropped)
    {
        if (shape.FullMode == BoundedChannelFullMode.DropWrite)
        {
            dropped = item;
            return items;
        }

        int index = shape.FullMode == BoundedChannelFullMode.DropOldest ? 0 : items.Count - 1;
        dropped = items.Items[index];
        return items.RemoveAt(index).Add(item);
    }
}
