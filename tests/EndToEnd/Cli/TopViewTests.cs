using FastCore.Cli.Top;
using Spectre.Console;
using ThreadState = FastCore.Cli.Top.ThreadState;

namespace FastCore.EndToEnd.Tests.Cli;

/// <summary>What <c>fastcore top</c> makes of figures that do not fit together, as those of a busy machine, or of a process that was started anew, may not.</summary>
internal sealed class TopViewTests
{
    /// <summary>A thread was busy and queued for longer than the time between the looks; another's counts went back, for its number is another thread's now.</summary>
    [Test]
    public void NothingIsShownAsLessThanNothing()
    {
        var before = Snapshot(1000, new ThreadState(1, "crowded", 0, 0, 5_000_000_000), new ThreadState(2, "other", 900_000_000, 900_000_000, 5_000_000_000), ran: 1000);
        var now = Snapshot(2000, new ThreadState(1, "crowded", 900_000_000, 700_000_000, 6_000_000_000), new ThreadState(2, "other", 1_000_000, 1_000_000, 100_000_000), ran: 10);
        var shown = Draw(before, now);
        Assert.That(shown, Does.Match("crowded *│ *90.0 *│ *70.0 *│ *0.0 *│").And.Match("other *│ *0.0 *│ *0.0 *│ *100.0 *│"));
        Assert.That(shown, Does.Not.Match(@"-\d"));
        Assert.That(Draw(now, now), Does.Not.Match(@"-\d").And.Not.Contain("NaN").And.Not.Contain("∞"), "No time has passed.");
    }

    [Test]
    public void WhatWaitsIsShown()
    {
        var snapshot = Snapshot(1, new ThreadState(1, "a", null, null, 0), new ThreadState(2, "b", null, null, 0), ran: 0) with
        {
            Waiting = 7,
            Waits = [new WaitState("wait_to_read", "jobs", 5, "bounded channel (4) of Job", "Program.Work", "Program.Main", "main", 1234.5)],
        };
        Assert.That(Draw(snapshot, snapshot), Does.Contain("tasks that wait: 7").And.Match("1234.5 *│ *wait to read *│ *jobs *│"));
    }

    private static ProcessSnapshot Snapshot(long timestamp, ThreadState one, ThreadState other, long ran) => new(
        1, 1, timestamp, new PoolState(1, 0, 0), [one, other],
        [new SchedulerState("s", ran, ran, 0, 0, 0, 0, [new WorkerState(0, "s worker 0", "idle", null, null, 0, ran, ran, 0, 0)])],
        [], [new ReactorState("r", "epoll", 0, 0, 0, ran, 0)], [], []);

    private static string Draw(ProcessSnapshot before, ProcessSnapshot now)
    {
        using var text = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(text), Ansi = AnsiSupport.No, Interactive = InteractionSupport.No });
        console.Profile.Width = 240;
        console.Write(TopView.Draw(before, now));
        return text.ToString();
    }
}
