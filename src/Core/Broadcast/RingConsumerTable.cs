using System.Diagnostics;
using FastCore.Tracing;

namespace FastCore.Broadcast;

/// <summary>Where a consumer of a ring stands, whenever the ring's gate is free.</summary>
internal enum RingConsumerPhase : byte
{
    Reading,
    Waiting,

    /// <summary>It has read the last item there will be.</summary>
    Ended,

    Left,
}

/// <summary>The life of a <see cref="RingConsumer{T}"/>, from its joining, as those see it who come to the gate. The argument of a step is its position.</summary>
internal static class RingConsumerTable
{
    internal static readonly Transition Wait = new("reading", "no item", "waiting");

    /// <summary>There is an item, or the wait was given up.</summary>
    internal static readonly Transition GoOn = new("waiting", "go on", "reading");

    internal static readonly Transition End = new("reading", "end", "ended");

    internal static readonly Transition EndWaiting = new("waiting", "end", "ended");

    internal static readonly Transition Leave = new("reading", "leave", "left");

    internal static readonly Transition LeaveWaiting = new("waiting", "leave", "left");

    internal static readonly Transition LeaveEnded = new("ended", "leave", "left");

    internal static readonly TransitionTable Table = new(
        "broadcast ring consumer", "One of those who see every item of a ring.", "reading",
        Wait, GoOn, End, EndWaiting, Leave, LeaveWaiting, LeaveEnded);

    internal static Transition Step(RingConsumerPhase from, RingConsumerPhase to) => (from, to) switch
    {
        (RingConsumerPhase.Reading, RingConsumerPhase.Waiting) => Wait,
        (RingConsumerPhase.Waiting, RingConsumerPhase.Reading) => GoOn,
        (RingConsumerPhase.Reading, RingConsumerPhase.Ended) => End,
        (RingConsumerPhase.Waiting, RingConsumerPhase.Ended) => EndWaiting,
        (RingConsumerPhase.Reading, RingConsumerPhase.Left) => Leave,
        (RingConsumerPhase.Waiting, RingConsumerPhase.Left) => LeaveWaiting,
        (RingConsumerPhase.Ended, RingConsumerPhase.Left) => LeaveEnded,
        _ => throw new UnreachableException($"A consumer of a ring does not go from {from} to {to}."),
    };
}
