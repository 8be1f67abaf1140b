using FastCore.Tracing;

namespace FastCore.Scheduling;

/// <summary>How an item comes to wait for its turn.</summary>
internal enum TaskOrigin
{
    Spawn,

    /// <summary>What it waited for has come.</summary>
    Wake,

    /// <summary>It gave its turn up.</summary>
    Yield,

    /// <summary>It is joined.</summary>
    Fork,
    Pin,
}

/// <summary>The lives that meet in a scheduler.</summary>
internal static class SchedulerTables
{
    /// <summary>By <see cref="TaskOrigin"/>; the argument is <see cref="TaskArguments.OfOrigin"/>.</summary>
    internal static readonly Transition[] Origins =
    [
        new("made", "spawn", "queued"),
        new("made", "wake", "queued"),
        new("made", "yield", "queued"),
        new("made", "fork", "queued"),
        new("made", "pin", "queued"),
    ];

    /// <summary>Its turn has come; the argument is <see cref="TaskArguments.OfRun"/>.</summary>
    internal static readonly Transition Run = new("queued", "run", "running");

    internal static readonly Transition End = new("running", "end", "ended");

    /// <summary>It threw.</summary>
    internal static readonly Transition Fail = new("running", "fail", "ended");

    /// <summary>It goes into <see cref="Scheduler.Blocking(Action)"/>.</summary>
    internal static readonly Transition Block = new("running", "block", "blocked");

    internal static readonly Transition Unblock = new("blocked", "return", "running");

    internal static readonly Transition Abandon = new("queued", "abandon", "ended");

    /// <summary>The scheduler takes no more.</summary>
    internal static readonly Transition Refuse = new("queued", "refuse", "ended");

    internal static readonly TransitionTable Task = new(
        "task", "A turn of work: an item from its spawn, or what goes on after an await from its wake-up, to its end.", "made",
        [.. Origins, Run, End, Fail, Block, Unblock, Abandon, Refuse]);

    /// <summary>Its own queue, and the global one, have nothing for it.</summary>
    internal static readonly Transition RunDry = new("working", "run dry", "searching");

    internal static readonly Transition Find = new("searching", "find work", "working");

    internal static readonly Transition Park = new("searching", "park", "parked");

    internal static readonly Transition Wake = new("parked", "wake", "searching");

    /// <summary>The one it stood in for is back.</summary>
    internal static readonly Transition Retire = new("searching", "retire", "in reserve");

    internal static readonly Transition Recall = new("in reserve", "recall", "searching");

    internal static readonly Transition StopWorker = new("searching", "stop", "ended");

    internal static readonly TransitionTable Worker = new(
        "worker", "A thread that runs work; the argument is its number.", "working",
        RunDry, Find, Park, Wake, Retire, Recall, StopWorker);

    internal static readonly Transition BeginSpin = new("not searching", "begin", "spinning");

    /// <summary>Enough others spin: it looks everywhere once.</summary>
    internal static readonly Transition RefuseSpin = new("not searching", "refuse", "looking once");

    internal static readonly Transition FindSpinning = new("spinning", "find work", "not searching");

    internal static readonly Transition FindAtOnce = new("looking once", "find work", "not searching");

    internal static readonly Transition GiveUpSpinning = new("spinning", "give up", "asleep");

    internal static readonly Transition GiveUpAtOnce = new("looking once", "give up", "asleep");

    internal static readonly Transition WakeSpinning = new("asleep", "wake", "spinning");

    /// <summary>It goes into reserve, or ends.</summary>
    internal static readonly Transition LeaveSpinning = new("spinning", "leave", "not searching");

    internal static readonly TransitionTable Spinning = new(
        "spinning worker", "A worker's search for work, which at most half of the workers do by going round all queues.", "not searching",
        BeginSpin, RefuseSpin, FindSpinning, FindAtOnce, GiveUpSpinning, GiveUpAtOnce, WakeSpinning, LeaveSpinning);

    internal static readonly Transition Announce = new("awake", "announce", "announced");

    /// <summary>The look after the announcement found work, and nobody had woken it.</summary>
    internal static readonly Transition SeeWork = new("announced", "see work", "awake");

    internal static readonly Transition Sleep = new("announced", "sleep", "asleep");

    internal static readonly Transition UnparkEarly = new("announced", "unpark", "woken");

    /// <summary>By whoever brings work; the argument is the number of the worker that is woken.</summary>
    internal static readonly Transition Unpark = new("asleep", "unpark", "woken");

    internal static readonly Transition GoOn = new("woken", "go on", "awake");

    internal static readonly TransitionTable Parking = new(
        "parking", "A worker without work announces that it sleeps, looks again, and sleeps.", "awake",
        Announce, SeeWork, Sleep, UnparkEarly, Unpark, GoOn);

    internal static readonly Transition Fill = new("empty", "fill", "holding");

    internal static readonly Transition Drain = new("holding", "run dry", "empty");

    /// <summary>Half of it goes to where there is room.</summary>
    internal static readonly Transition Overflow = new("holding", "overflow", "holding");

    internal static readonly TransitionTable LocalRing = new(
        "local ring", "A worker's queue as the worker sees it; the argument is how many items it holds.", "empty",
        Fill, Drain, Overflow);

    internal static readonly Transition PutNext = new("elsewhere", "put", "next");

    internal static readonly Transition TakeNext = new("next", "run", "elsewhere");

    /// <summary>The present item has woken another: this one goes behind the others.</summary>
    internal static readonly Transition DisplaceNext = new("next", "displace", "elsewhere");

    internal static readonly Transition StealNext = new("next", "steal", "elsewhere");

    /// <summary>Its worker leaves.</summary>
    internal static readonly Transition LeaveNext = new("next", "leave", "elsewhere");

    internal static readonly TransitionTable NextSlot = new(
        "next-slot", "An item just woken: it runs after the present one.", "elsewhere",
        PutNext, TakeNext, DisplaceNext, StealNext, LeaveNext);

    internal static readonly Transition EnqueueFirst = new("empty", "enqueue", "holding");

    internal static readonly Transition Enqueue = new("holding", "enqueue", "holding");

    internal static readonly Transition Dequeue = new("holding", "dequeue", "holding");

    internal static readonly Transition DequeueLast = new("holding", "dequeue last", "empty");

    internal static readonly TransitionTable GlobalQueue = new(
        "global queue", "The queue that all workers share, or that of what is pinned to one; the argument is how many items it holds.", "empty",
        EnqueueFirst, Enqueue, Dequeue, DequeueLast);

    internal static readonly Transition Look = new("content", "look", "looking");

    /// <summary>The argument is <see cref="TaskArguments.OfSteal"/>.</summary>
    internal static readonly Transition StealHalf = new("looking", "steal half", "content");

    /// <inheritdoc cref="StealHalf"/>
    internal static readonly Transition StealSlot = new("looking", "steal next-slot", "content");

    internal static readonly Transition FindNothing = new("looking", "find nothing", "content");

    internal static readonly TransitionTable Steal = new(
        "steal", "A worker's round over the queues of the others.", "content",
        Look, StealHalf, StealSlot, FindNothing);

    /// <summary>An item runs on: it is reported, and another worker stands in. The argument is the worker's number.</summary>
    internal static readonly Transition ReportRun = new("watching", "report long run", "watching");

    /// <summary>What an item has woken waits behind it. The argument is the worker's number.</summary>
    internal static readonly Transition MoveWaiting = new("watching", "move what waits", "watching");

    /// <summary>Work waited, and every worker slept.</summary>
    internal static readonly Transition Repair = new("watching", "repair lost wake-up", "watching");

    internal static readonly Transition SleepMonitor = new("watching", "sleep", "asleep");

    internal static readonly Transition WakeMonitor = new("asleep", "wake", "watching");

    internal static readonly Transition StopMonitor = new("watching", "stop", "ended");

    internal static readonly TransitionTable Monitor = new(
        "monitor", "The thread that looks after the workers.", "watching",
        ReportRun, MoveWaiting, Repair, SleepMonitor, WakeMonitor, StopMonitor);

    internal static readonly Transition GoIntoCall = new("in service", "block", "away");

    /// <summary>The monitor finds that its item runs on.</summary>
    internal static readonly Transition RunOn = new("in service", "run on", "away");

    internal static readonly Transition ComeBack = new("away", "come back", "in service");

    internal static readonly TransitionTable HandOver = new(
        "blocking call hand-over", "A worker that blocks or runs on, and for which a spare one stands in; the argument is its number.", "in service",
        GoIntoCall, RunOn, ComeBack);

    internal static readonly Transition AskToYield = new("undisturbed", "ask", "asked");

    /// <summary>The item awaits a yield.</summary>
    internal static readonly Transition YieldTurn = new("asked", "yield", "yielding");

    internal static readonly Transition EndTurn = new("asked", "end", "undisturbed");

    internal static readonly Transition EndYieldedTurn = new("yielding", "end", "undisturbed");

    internal static readonly TransitionTable CooperativeYield = new(
        "cooperative yield", "An item that runs on is asked to give up its turn; the argument is its worker's number.", "undisturbed",
        AskToYield, YieldTurn, EndTurn, EndYieldedTurn);

    internal static readonly TransitionTable[] All =
        [Task, Worker, Spinning, Parking, LocalRing, NextSlot, GlobalQueue, Steal, Monitor, HandOver, CooperativeYield];
}
