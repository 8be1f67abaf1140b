using System.Diagnostics;

namespace FastCore.Perf.Rounds;

/// <summary>Runs the workers of a round together and measures from the line to the last one's finish.</summary>
internal static class Round
{
    /// <summary>Rounds take well under a second; who is not done after this long never will be.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <param name="workforce">Where they run.</param>
    /// <param name="workers">Each begins by awaiting the line.</param>
    /// <param name="operations">How many they do together.</param>
    /// <param name="abandon">Called when one of them failed or hung, so that the others end.</param>
    /// <exception cref="InvalidDataException">One of them failed or hung.</exception>
    internal static RoundResult Run(Workforce workforce, IReadOnlyList<Func<StartingLine, Task>> workers, long operations, Action<Exception> abandon)
    {
        using var line = new StartingLine(workers.Count);
        Task[] running = [.. workers.Select((work, worker) => workforce.Start(worker, () => Follow(work, line, abandon)))];
        line.WaitUntilReady();
        ProcessCost begin = ProcessCost.Begin();
        long started = Stopwatch.GetTimestamp();
        line.Go();
        try
        {
            if (!Task.WaitAll(running, Patience))
            {
                var hung = new InvalidDataException($"{running.Count(static task => !task.IsCompleted)} of {running.Length} workers hung.");
                abandon(hung);
                throw hung;
            }
        }
        catch (AggregateException failed)
        {
            throw new InvalidDataException(failed.InnerException!.Message, failed);
        }

        ProcessCost cost = ProcessCost.Since(begin);
        return new RoundResult(operations, Stopwatch.GetElapsedTime(started, line.Finished), cost);
    }

    private static async Task Follow(Func<StartingLine, Task> work, StartingLine line, Action<Exception> abandon)
    {
        try
        {
            await work(line);
            line.Finish();
        }
        catch (Exception failure)
        {
            abandon(failure);
            throw;
        }
    }
}
