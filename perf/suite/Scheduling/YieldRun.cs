using FastCore.Perf.Rounds;
using FastCore.Scheduling;

namespace FastCore.Perf.Scheduling;

/// <summary>Tasks that do nothing but yield.</summary>
internal sealed class YieldRun(Workforce workforce, Func<long, Task<long>> yieldTimes) : CaseRun
{
    private const int Tasks = 4;

    internal override RoundResult Run(long operations)
    {
        long share = Math.Max(1, operations / Tasks);
        return Round.Run(workforce, [.. Enumerable.Repeat((StartingLine line) => Loop(line, share), Tasks)], share * Tasks, static _ => { });
    }

    public override void Dispose() => workforce.Dispose();

    /// <summary>By <see cref="Scheduler.Yield"/>.</summary>
    internal static async Task<long> OnScheduler(long times)
    {
        long done = 0;
        for (; done < times; done++) await Scheduler.Yield();
        return done;
    }

    /// <summary>By <see cref="Task.Yield"/>.</summary>
    internal static async Task<long> OnPool(long times)
    {
        long done = 0;
        for (; done < times; done++) await Task.Yield();
        return done;
    }

    private async Task Loop(StartingLine line, long times)
    {
        await line;
        if (await yieldTimes(times) is var done && done != times) throw new InvalidDataException($"{done} yields were done of {times}.");
    }
}
