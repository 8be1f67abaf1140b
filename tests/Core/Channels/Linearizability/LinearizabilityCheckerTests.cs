using System.Threading.Channels;
using FastCore.Tests.Channels.Modelling;

namespace FastCore.Tests.Channels.Linearizability;

/// <summary>Histories written by hand: for each thing that is checked, one that is wrong in it and, beside it, one that is nearly so.</summary>
[TestFixture]
internal sealed class LinearizabilityCheckerTests
{
    private static readonly ChannelShape Two = new(2);

    private static readonly ChannelShape Rendezvous = new(0);

    [TestCaseSource(nameof(WrongOfBuffers))]
    [TestCaseSource(nameof(WrongOfRendezvous))]
    public void WhatNoSequenceExplainsIsRejected(ChannelShape shape, int[] left, Operation[] operations) =>
        Assert.That(new History([], operations, left).Check(shape), Is.EqualTo(Verdict.NotLinearizable));

    [TestCaseSource(nameof(RightOfBuffers))]
    [TestCaseSource(nameof(RightOfRendezvous))]
    public void WhatASequenceExplainsIsAccepted(ChannelShape shape, int[] left, Operation[] operations) =>
        Assert.That(new History([], operations, left).Check(shape), Is.EqualTo(Verdict.Linearizable));

    [Test]
    public void TooLongAHistoryIsRefused() =>
        Assert.That(() => new History([], [.. Enumerable.Range(0, 65).Select(i => Write(i, 0, 1))], []).Check(Two), Throws.ArgumentException);

    /// <summary>All at once, and the one that never fits makes every order of the others a dead end.</summary>
    [Test]
    public void TooManyOrdersAreUndecided()
    {
        Operation[] writes = [.. Enumerable.Range(0, 20).Select(i => Write(i, 1, 100))];
        Assert.That(new History([], [.. writes, Read(99, 1, 100)], []).Check(new ChannelShape(null)), Is.EqualTo(Verdict.Undecided));
    }

    /// <summary>Each leeway is for what it says, and for nothing else.</summary>
    [TestCase(Leeway.CountsLate)]
    [TestCase(Leeway.HoldsPlaces)]
    public void ALeewayExcusesItsOwnAnswerOnly(Leeway leeway)
    {
        (Leeway Excuse, History History)[] answers =
        [
            (Leeway.CountsLate, new History([], [Count(1, 1, 2)], [])),
            (Leeway.HoldsPlaces, new History([1, 2], [Read(1, 1, 8), Read(2, 2, 3), Write(3, 4, 5), Write(4, 6, 7, OperationOutcome.Refused)], [3])),
        ];
        foreach ((Leeway excuse, History history) in answers)
        {
            Assert.That(history.Check(Two, leeway), Is.EqualTo(leeway == excuse ? Verdict.Linearizable : Verdict.NotLinearizable));
        }
    }

    private static IEnumerable<TestCaseData> WrongOfBuffers()
    {
        yield return Of("an item overtakes another", Two, [], Write(1, 1, 2), Write(2, 3, 4), Read(2, 5, 6), Read(1, 7, 8));
        yield return Of("an item is lost", Two, [], Write(1, 1, 2));
        yield return Of("an item is lost among others", Two, [2], Write(1, 1, 2), Write(2, 3, 4));
        yield return Of("an item is read twice", Two, [], Write(1, 1, 2), Read(1, 3, 4), Read(1, 3, 4));
        yield return Of("an item is read and left", Two, [1], Write(1, 1, 2), Read(1, 3, 4));
        yield return Of("an item is read before it is written", Two, [], Read(1, 1, 2), Write(1, 3, 4));
        yield return Of("nothing is found where something is", Two, [1], Write(1, 1, 2), Read(0, 3, 4, OperationOutcome.Refused));
        yield return Of("no room is found where some is", Two, [1], Write(1, 1, 2), Write(2, 3, 4, OperationOutcome.Refused));
        yield return Of("one item too many is taken", Two, [1, 2, 3], Write(1, 1, 2), Write(2, 3, 4), Write(3, 5, 6));
        yield return Of("a write is accepted after the end", Two, [1], Complete(1, 2), Write(1, 3, 4));
        yield return Of("a write is refused, and a later one accepted", Two, [2], Write(1, 1, 3, OperationOutcome.Refused), Complete(2, 8), Write(2, 4, 5));
        yield return Of("two complete it", Two, [], Complete(1, 3), Complete(2, 4));
        yield return Of("none completes it", Two, [], Complete(1, 2, OperationOutcome.Refused));
        yield return Of("a write is told of an end that has not come", Two, [], Write(1, 1, 2, OperationOutcome.Closed), Complete(3, 4));
        yield return Of("a read is told of the end while an item is left", Two, [1], Write(1, 1, 2), Complete(3, 4), Read(0, 5, 6, OperationOutcome.Closed));
        yield return Of("the second item is seen first", Two, [1, 2], Write(1, 1, 2), Write(2, 3, 4), Peek(2, 5, 6));
        yield return Of("nothing is seen where something is", Two, [1], Write(1, 1, 2), Peek(0, 3, 4, OperationOutcome.Refused));
        yield return Of("one too many is counted", Two, [1], Write(1, 1, 2), Count(2, 3, 4));
        yield return Of("a cancelled write writes", Two, [1], Write(1, 1, 2, OperationOutcome.Cancelled));
        yield return Of("a cancelled read takes", Two, [], Write(1, 1, 2), Read(0, 3, 4, OperationOutcome.Cancelled));
        yield return Of("a read is overtaken", Two, [], Read(2, 1, 9, parked: 2), Write(1, 3, 4), Write(2, 5, 6), Read(1, 7, 8));
        yield return Of("a read is overtaken and told of the end", Two, [], Read(0, 1, 9, OperationOutcome.Closed, parked: 2), Write(1, 3, 4), Read(1, 5, 6), Complete(7, 8));
        yield return Of("a write is overtaken", Two, [3, 4], Write(1, 1, 2), Write(2, 3, 4), Write(4, 5, 20, parked: 6), Read(1, 7, 8), Write(3, 9, 10), Read(2, 11, 12));
        ChannelShape prioritized = Two with { IsPrioritized = true };
        yield return Of("the greater item comes first", prioritized, [], Write(2, 1, 2), Write(1, 3, 4), Read(2, 5, 6), Read(1, 7, 8));
        ChannelShape dropsOldest = Two with { FullMode = BoundedChannelFullMode.DropOldest };
        yield return Of("the wrong item is dropped", dropsOldest, [1, 3], Write(1, 1, 2), Write(2, 3, 4), Write(3, 5, 6, dropped: 2));
        yield return Of("nobody is told of a drop", dropsOldest, [2, 3], Write(1, 1, 2), Write(2, 3, 4), Write(3, 5, 6));
        yield return Of("an item is dropped where there is room", dropsOldest, [2], Write(1, 1, 2), Write(2, 3, 4, dropped: 1));
        yield return Of("the newest is kept", Two with { FullMode = BoundedChannelFullMode.DropNewest }, [1, 2], Write(1, 1, 2), Write(2, 3, 4), Write(3, 5, 6, dropped: 2));
        yield return Of("the written item is kept", Two with { FullMode = BoundedChannelFullMode.DropWrite }, [1, 3], Write(1, 1, 2), Write(2, 3, 4), Write(3, 5, 6, dropped: 3));
    }

    private static IEnumerable<TestCaseData> RightOfBuffers()
    {
        yield return Of("items of two who write at a time, in either order", Two, [], Write(1, 1, 4), Write(2, 2, 3), Read(2, 5, 6), Read(1, 7, 8));
        yield return Of("nothing is found before an item is written", Two, [1], Write(1, 1, 4), Read(0, 2, 3, OperationOutcome.Refused));
        yield return Of("one read makes the room for a write at the same time", Two, [2, 3], Write(1, 1, 2), Write(2, 3, 4), Write(3, 5, 8), Read(1, 6, 7));
        yield return Of("the end comes in the middle of a write", Two, [1], Write(1, 1, 4), Complete(2, 3));
        yield return Of("what is cancelled changes nothing", Two, [], Write(1, 1, 2, OperationOutcome.Cancelled), Read(0, 3, 4, OperationOutcome.Cancelled));
        yield return Of("a read that came before it was seen waiting goes first", Two, [], Read(2, 1, 9, parked: 3), Read(1, 2, 6), Write(1, 4, 5), Write(2, 7, 8));
        yield return Of("one that was cancelled gives up its turn", Two, [], Read(0, 1, 9, OperationOutcome.Cancelled, parked: 2), Write(1, 3, 4), Read(1, 5, 6));
        yield return Of("the oldest is dropped", Two with { FullMode = BoundedChannelFullMode.DropOldest }, [2, 3], Write(1, 1, 2), Write(2, 3, 4), Write(3, 5, 6, dropped: 1));
    }

    private static IEnumerable<TestCaseData> WrongOfRendezvous()
    {
        yield return Of("a write without a read", Rendezvous, [], Write(1, 1, 2));
        yield return Of("a write that has returned before its read comes", Rendezvous, [], Write(1, 1, 2), Read(1, 3, 4));
        yield return Of("a write that finds nobody waiting, though a read comes", Rendezvous, [], TryWrite(1, 1, 4), TryRead(1, 2, 3));
        yield return Of("two writes for one read", Rendezvous, [], Read(1, 1, 9, parked: 2), TryWrite(1, 3, 4), TryWrite(2, 5, 6));
        yield return Of("another item than was written", Rendezvous, [], Read(2, 1, 5, parked: 2), TryWrite(1, 3, 4));
        yield return Of("an item is read twice", Rendezvous, [], Write(1, 1, 9, parked: 2), TryRead(1, 3, 4), TryRead(1, 5, 6));
        yield return Of("a waiting writer is not found", Rendezvous, [], Write(1, 1, 9, parked: 2), TryRead(0, 3, 4, OperationOutcome.Refused), TryRead(1, 5, 6));
        yield return Of("a waiting reader is not found", Rendezvous, [], Read(1, 1, 9, parked: 2), TryWrite(2, 3, 4, OperationOutcome.Refused), TryWrite(1, 5, 6));
        yield return Of("they wait past each other", Rendezvous, [], Read(0, 1, 12, OperationOutcome.Closed, parked: 2), Write(1, 3, 11, OperationOutcome.Closed, parked: 4), Complete(5, 6));
        yield return Of("a writer is overtaken", Rendezvous, [], Write(1, 1, 9, parked: 2), Write(2, 3, 10, parked: 4), TryRead(2, 5, 6), TryRead(1, 7, 8));
        yield return Of("a reader is overtaken", Rendezvous, [], Read(2, 1, 9, parked: 2), Read(1, 3, 10, parked: 4), TryWrite(1, 5, 6), TryWrite(2, 7, 8));
        yield return Of("a cancelled write is read", Rendezvous, [], Write(1, 1, 9, OperationOutcome.Cancelled, parked: 2), TryRead(1, 3, 4));
        yield return Of("a cancelled read takes", Rendezvous, [], Read(0, 1, 9, OperationOutcome.Cancelled, parked: 2), TryWrite(1, 3, 4));
        yield return Of("the second writer's item is seen first", Rendezvous, [], Write(1, 1, 12, OperationOutcome.Closed, parked: 2), Write(2, 3, 12, OperationOutcome.Closed, parked: 4), Peek(2, 5, 6), Complete(7, 8));
        yield return Of("it holds something", Rendezvous, [], Write(1, 1, 9, OperationOutcome.Cancelled, parked: 2), Count(1, 3, 4));
        yield return Of("a hand-over after the end", Rendezvous, [], Complete(1, 2), Write(1, 3, 6), Read(1, 4, 5));
        yield return Of("one still waits at the end", Rendezvous, [], Write(1, 1, 9, OperationOutcome.Closed, parked: 2));
        ChannelShape drops = Rendezvous with { FullMode = BoundedChannelFullMode.DropWrite };
        yield return Of("an item is dropped though a reader waits", drops, [], Read(2, 1, 9, parked: 2), TryWrite(1, 3, 4, dropped: 1), TryWrite(2, 5, 6));
        yield return Of("another item is dropped", drops, [], TryWrite(1, 3, 4, dropped: 2));
        yield return Of("a write is refused", drops, [], TryWrite(1, 3, 4, OperationOutcome.Refused));
    }

    private static IEnumerable<TestCaseData> RightOfRendezvous()
    {
        yield return Of("they meet", Rendezvous, [], Write(1, 1, 4), Read(1, 2, 3));
        yield return Of("a try meets one that waits", Rendezvous, [], Write(1, 1, 5, parked: 2), TryRead(1, 3, 4));
        yield return Of("a writer may not have begun to wait", Rendezvous, [], Write(1, 1, 9, parked: 4), TryRead(0, 2, 3, OperationOutcome.Refused), TryRead(1, 5, 6));
        yield return Of("one that is cancelled is seen first", Rendezvous, [], Write(1, 1, 6, OperationOutcome.Cancelled), Peek(1, 2, 3));
        yield return Of("one that is cancelled passes one that waits", Rendezvous, [], Write(1, 1, 9, OperationOutcome.Closed, parked: 2), Read(0, 3, 4, OperationOutcome.Cancelled), Complete(5, 6));
        yield return Of("a moment's wait meets nobody", Rendezvous, [], Write(1, 1, 2, OperationOutcome.Refused), Read(0, 3, 4, OperationOutcome.Refused));
        yield return Of("nobody waits for what is dropped", Rendezvous with { FullMode = BoundedChannelFullMode.DropWrite }, [], TryWrite(1, 1, 2, dropped: 1), Read(2, 3, 7, parked: 4), TryWrite(2, 5, 6));
    }

    private static TestCaseData Of(string name, ChannelShape shape, int[] left, params Operation[] operations) =>
        new TestCaseData(shape, left, operations).SetArgDisplayNames($"{shape}: {name}");

    private static Operation Write(int item, long invoked, long returned, OperationOutcome outcome = OperationOutcome.Done, long parked = 0, int? dropped = null) =>
        Of(OperationKind.Write, item, invoked, returned, outcome, parked, dropped, canWait: true);

    private static Operation TryWrite(int item, long invoked, long returned, OperationOutcome outcome = OperationOutcome.Done, int? dropped = null) =>
        Of(OperationKind.Write, item, invoked, returned, outcome, dropped: dropped);

    private static Operation Read(int item, long invoked, long returned, OperationOutcome outcome = OperationOutcome.Done, long parked = 0) =>
        Of(OperationKind.Read, item, invoked, returned, outcome, parked, canWait: true);

    private static Operation TryRead(int item, long invoked, long returned, OperationOutcome outcome = OperationOutcome.Done) =>
        Of(OperationKind.Read, item, invoked, returned, outcome);

    private static Operation Peek(int item, long invoked, long returned, OperationOutcome outcome = OperationOutcome.Done) =>
        Of(OperationKind.Peek, item, invoked, returned, outcome);

    private static Operation Count(int count, long invoked, long returned) => Of(OperationKind.Count, count, invoked, returned);

    private static Operation Complete(long invoked, long returned, OperationOutcome outcome = OperationOutcome.Done) =>
        Of(OperationKind.Complete, 0, invoked, returned, outcome);

    private static Operation Of(
        OperationKind kind, int value, long invoked, long returned, OperationOutcome outcome = OperationOutcome.Done, long parked = 0, int? dropped = null, bool canWait = false) =>
        new(kind, $"{kind}", 0) { Value = value, Invoked = invoked, Returned = returned, Outcome = outcome, Parked = parked, Dropped = dropped, CanWait = canWait };
}
