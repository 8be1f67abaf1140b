using System.Diagnostics;
using FastCore.Channels.Waiting;
using FastCore.Scheduling;
using FastCore.Tracing;

namespace FastCore.Tests.Tracing;

/// <summary>
/// A trace made by hand, times in microseconds: a thread outside spawns Parent; it runs on worker 0, spawns Child, waits on a
/// channel, and ends; worker 1 steals Child, which wakes Parent's rest and goes into a blocking call; the rest runs inside what
/// joins on worker 0 to the end of the trace. A collection stops everything from 70 to 75.
/// </summary>
internal static class ScriptedTrace
{
    internal const int Parent = 1, Child = 2, Rest = 3, Outer = 4, Waiter = 50, Channel = 60;

    private static readonly string[] Names = ["", "Script.Parent\nProgram.Main", "Script.Child", "Script.Rest", "Script.Outer", "rendezvous of Int32\nProgram.Main"];

    internal static TraceSnapshot Create() => new(At(0), At(100),
    [
        new TraceThread(1, "outside",
        [
            Event(1, SchedulerTables.Origins[(int)TaskOrigin.Spawn], Parent, TaskArguments.OfOrigin(1, 0)),
        ], 0),
        new TraceThread(2, "worker 0",
        [
            Event(5, SchedulerTables.Find, 100),
            Event(6, SchedulerTables.Run, Parent, TaskArguments.OfRun(3, 7)),
            Event(8, SchedulerTables.Origins[(int)TaskOrigin.Spawn], Child, TaskArguments.OfOrigin(2, 0)),
            Event(9, WaiterTable.Announce, Waiter, WaiterArguments.OfChannel(5, Channel)),
            Event(10, WaiterTable.Park, Waiter),
            Event(11, SchedulerTables.End, Parent),
            Event(12, SchedulerTables.Origins[(int)TaskOrigin.Fork], Outer, TaskArguments.OfOrigin(4, 0)),
            Event(13, SchedulerTables.Run, Outer),
            Event(40, SchedulerTables.Run, Rest),
        ], 0),
        new TraceThread(3, "worker 1",
        [
            Event(2, SchedulerTables.RunDry, 101, 1),
            Event(14, SchedulerTables.StealHalf, 102, TaskArguments.OfSteal(0, 2)),
            Event(15, SchedulerTables.Find, 101, 1),
            Event(16, SchedulerTables.Run, Child),
            Event(20, WaiterTable.Claim, Waiter),
            Event(21, WaiterTable.Signal, Waiter),
            Event(22, SchedulerTables.Origins[(int)TaskOrigin.Wake], Rest, TaskArguments.OfOrigin(3, Waiter)),
            Event(25, SchedulerTables.Block, Child),
            Event(55, SchedulerTables.Unblock, Child),
            Event(60, SchedulerTables.End, Child),
            Event(61, SchedulerTables.RunDry, 101, 1),
            Event(62, SchedulerTables.Park, 101, 1),
        ], 0),
        new TraceThread(4, "pauses",
        [
            Event(70, PauseTable.Pause, 200, PauseTable.OfPause(2, 1)),
            Event(75, PauseTable.Resume, 200, PauseTable.OfPause(2, 1)),
        ], 5),
    ])
    {
        Names = Names,
    };

    internal static long At(double microseconds) => 1_000_000 + (long)(microseconds * Stopwatch.Frequency / 1e6);

    private static TraceEvent Event(double microseconds, Transition step, long subject, long argument = 0) => new(At(microseconds), subject, argument, step.Id);
}
