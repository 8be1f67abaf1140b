using FastCore.Tracing;

namespace FastCore.Net.Http.Server;

/// <summary>
/// The life of the request in work on a connection: the phases of <see cref="HttpConnection"/>. The argument of the steps
/// that answer is the time, in ticks of the clock of events, since the turn in which its head was taken; zero if
/// tracing was off then.
/// </summary>
internal static class RequestTable
{
    /// <summary>Taken, answered and done with inside one call.</summary>
    public static readonly Transition AnswerAtOnce = new("none", "answer at once", "none");

    /// <summary>Its handler wants the body whole.</summary>
    public static readonly Transition Gather = new("none", "gather the body", "gathering");

    /// <summary>Its handler reads the body, and is started when the input is looked at by nobody else.</summary>
    public static readonly Transition Ready = new("none", "await the handler's turn", "ready");

    public static readonly Transition Start = new("ready", "start the handler", "running");

    /// <inheritdoc cref="Start"/>
    public static readonly Transition StartAtOnce = new("none", "start the handler", "running");

    /// <summary>To a worker of the scheduler.</summary>
    public static readonly Transition Offload = new("none", "offload the handler", "offloaded");

    /// <inheritdoc cref="Offload"/>
    public static readonly Transition OffloadGathered = new("gathering", "offload the handler", "offloaded");

    /// <inheritdoc cref="Offload"/>
    public static readonly Transition OffloadReady = new("ready", "offload the handler", "offloaded");

    public static readonly Transition AnswerGathered = new("gathering", "answer", "none");

    public static readonly Transition Answer = new("running", "answer", "none");

    public static readonly Transition AnswerOffloaded = new("offloaded", "answer", "none");

    /// <summary>Answered without its handler; what comes of its body is thrown away.</summary>
    public static readonly Transition AnswerEarly = new("none", "answer, drop the body", "draining");

    /// <summary>Answered; what its handler left of the body is thrown away.</summary>
    public static readonly Transition AnswerAndDrain = new("running", "answer, drop the body", "draining");

    /// <inheritdoc cref="AnswerAndDrain"/>
    public static readonly Transition AnswerOffloadedAndDrain = new("offloaded", "answer, drop the body", "draining");

    public static readonly Transition Drained = new("draining", "done", "none");

    /// <summary>The connection has ended; the handler runs on.</summary>
    public static readonly Transition Orphan = new("running", "client gone", "orphaned");

    /// <inheritdoc cref="Orphan"/>
    public static readonly Transition OrphanOffloaded = new("offloaded", "client gone", "orphaned");

    public static readonly Transition EndOrphan = new("orphaned", "handler ends", "none");

    /// <summary>The connection has ended.</summary>
    public static readonly Transition DropGathering = new("gathering", "drop", "none");

    /// <inheritdoc cref="DropGathering"/>
    public static readonly Transition DropReady = new("ready", "drop", "none");

    public static readonly TransitionTable Table = new(
        "request", "A request on a connection, from its head to its answer.", "none",
        AnswerAtOnce, Gather, Ready, Start, StartAtOnce, Offload, OffloadGathered, OffloadReady, AnswerGathered, Answer, AnswerOffloaded, AnswerEarly,
        AnswerAndDrain, AnswerOffloadedAndDrain, Drained, Orphan, OrphanOffloaded, EndOrphan, DropGathering, DropReady);
}
