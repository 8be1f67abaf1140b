using FastCore.Tests.Channels.Modelling;

namespace FastCore.Tests.Channels.Linearizability;

/// <summary>Who waits, in the order they came, and what was decided of those who have yet to hear of it.</summary>
internal readonly record struct RendezvousState(Sequence<Operation> Readers, Sequence<Operation> Writers, Sequence<Decision> Decided, bool IsClosed);

/// <summary>What became of an operation that waited.</summary>
internal readonly record struct Decision(Operation Operation, OperationOutcome Outcome, int Value);

/// <summary>
/// A channel that holds nothing: a write and a read are one hand-over. Specified as a dual object (Scherer and Scott,
/// "Nonblocking Concurrent Data Structures with Condition Synchronization", DISC 2004): an operation that may wait is two
/// steps. Its request meets the first on the other side, or waits behind those of its own; its follow-up tells what was decided
/// meanwhile. So a hand-over is one moment of both, and the order of those who wait is checked as well.
/// </summary>
internal sealed class RendezvousSpecification(ChannelShape shape) : ISpecification<RendezvousState>
{
    public RendezvousState Initial => default;

    public bool CanEnd(RendezvousState state) => state.Readers.Count == 0 && state.Writers.Count == 0 && state.Decided.Count == 0;

    public IEnumerable<Step> StepsOf(Operation operation)
    {
        if (!operation.CanWait || (operation.Kind == OperationKind.Write && shape.Drops))
        {
            yield return new Step(operation, StepPart.Whole, operation.Invoked, operation.Returned);
            yield break;
        }

        bool waited = operation.Parked != 0;
        yield return new Step(operation, StepPart.Request, operation.Invoked, waited ? operation.Parked : operation.Returned);
        yield return new Step(operation, StepPart.FollowUp, waited ? operation.Parked : operation.Invoked, operation.Returned);
    }

    public bool Precedes(Step first, Step second) =>
        first.Operation == second.Operation && first.Part == StepPart.Request && second.Part == StepPart.FollowUp;

    public bool TryTake(RendezvousState state, Step step, out RendezvousState next)
    {
        switch (step.Part)
        {
            case StepPart.Request:
                next = Request(state, step.Operation);
                return true;
            case StepPart.FollowUp:
                return TryFollowUp(state, step.Operation, out next);
            default:
                return TryTakeWhole(state, step.Operation, out next);
        }
    }

    private static RendezvousState Request(RendezvousState state, Operation operation)
    {
        bool reads = operation.Kind == OperationKind.Read;
        Sequence<Operation> others = reads ? state.Writers : state.Readers;

        // One whose token fires early never asks; if it had asked, it would have been decided.
        if (operation.Outcome == OperationOutcome.Cancelled && (state.IsClosed || others.Count != 0)) return state;
        if (state.IsClosed) return state with { Decided = state.Decided.Add(new Decision(operation, OperationOutcome.Closed, 0)) };
        if (others.Count != 0) return Meet(state, operation, others.First, isWaiting: true);
        return reads ? state with { Readers = state.Readers.Add(operation) } : state with { Writers = state.Writers.Add(operation) };
    }

    private static bool TryFollowUp(RendezvousState state, Operation operation, out RendezvousState next)
    {
        next = state;
        int decided = IndexOf(state.Decided, operation);
        if (operation.Outcome is OperationOutcome.Done or OperationOutcome.Closed)
        {
            if (decided < 0) return false;
            Decision decision = state.Decided.Items[decided];
            next = state with { Decided = state.Decided.RemoveAt(decided) };
            return decision.Outcome == operation.Outcome && (decision.Outcome == OperationOutcome.Closed || decision.Value == operation.Value);
        }

        int reader = state.Readers.Items.IndexOf(operation);
        int writer = state.Writers.Items.IndexOf(operation);
        if (reader >= 0) next = state with { Readers = state.Readers.RemoveAt(reader) };
        if (writer >= 0) next = state with { Writers = state.Writers.RemoveAt(writer) };
        return decided < 0;
    }

    /// <summary>What looks once and leaves.</summary>
    private bool TryTakeWhole(RendezvousState state, Operation operation, out RendezvousState next)
    {
        next = state;
        if (operation.Outcome == OperationOutcome.Cancelled) return true;
        bool isDropped = operation.Dropped is not null;
        switch (operation.Kind, operation.Outcome)
        {
            case (OperationKind.Write, OperationOutcome.Done) when isDropped:
                return operation.Dropped == operation.Value && shape.Drops && !state.IsClosed && state.Readers.Count == 0;
            case (OperationKind.Write, OperationOutcome.Done):
                if (state.Readers.Count == 0) return false;
                next = Meet(state, operation, state.Readers.First, isWaiting: false);
                return true;
            case (OperationKind.Write, OperationOutcome.Refused):
                return state.IsClosed || (state.Readers.Count == 0 && !shape.Drops);
            case (OperationKind.Read, OperationOutcome.Done):
                if (state.Writers.Count == 0 || state.Writers.First.Value != operation.Value) return false;
                next = Meet(state, operation, state.Writers.First, isWaiting: false);
                return true;
            case (OperationKind.Peek, OperationOutcome.Done):
                return state.Writers.Count != 0 && state.Writers.First.Value == operation.Value;
            case (OperationKind.Read or OperationKind.Peek, OperationOutcome.Refused):
                return state.Writers.Count == 0;
            case (OperationKind.Read or OperationKind.Write, OperationOutcome.Closed):
                return state.IsClosed;
            case (OperationKind.Count, OperationOutcome.Done):
                return operation.Value == 0;
            case (OperationKind.Complete, OperationOutcome.Done):
                next = Close(state);
                return !state.IsClosed;
            case (OperationKind.Complete, OperationOutcome.Refused):
                return state.IsClosed;
            default:
                return false;
        }
    }

    /// <summary>Hands the item over between one that comes and the first of those who wait.</summary>
    private static RendezvousState Meet(RendezvousState state, Operation coming, Operation other, bool isWaiting)
    {
        int item = coming.Kind == OperationKind.Write ? coming.Value : other.Value;
        Sequence<Decision> decided = state.Decided.Add(new Decision(other, OperationOutcome.Done, item));
        if (isWaiting) decided = decided.Add(new Decision(coming, OperationOutcome.Done, item));
        return coming.Kind == OperationKind.Write
            ? state with { Readers = state.Readers.RemoveAt(0), Decided = decided }
            : state with { Writers = state.Writers.RemoveAt(0), Decided = decided };
    }

    private static RendezvousState Close(RendezvousState state)
    {
        Sequence<Decision> decided = state.Decided;
        foreach (Operation waiting in (Operation[])[.. state.Readers.Items, .. state.Writers.Items]) decided = decided.Add(new Decision(waiting, OperationOutcome.Closed, 0));
        return new RendezvousState(default, default, decided, IsClosed: true);
    }

    private static int IndexOf(Sequence<Decision> decided, Operation operation)
    {
        for (int i = 0; i < decided.Count; i++)
        {
            if (decided.Items[i].Operation == operation) return i;
        }

        return -1;
    }
}
