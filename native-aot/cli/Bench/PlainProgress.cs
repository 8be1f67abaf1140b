using FastCore.Perf;
using FastCore.Perf.Results;
using Spectre.Console;

namespace FastCore.Cli.Bench;

/// <summary>One line for each round and each finished cell.</summary>
internal sealed class PlainProgress(IAnsiConsole console) : IBenchProgress
{
    private readonly Lock _gate = new();
    private string _where = "";
    private int _steps;
    private int _step;

    public void Begin(string area, int steps)
    {
        lock (_gate) (_steps, _step) = (steps, 0);
    }

    public void Step(string caseName, string subject, int round, int rounds)
    {
        lock (_gate) _where = $"[{++_step}/{_steps}] {caseName} {subject} round {round}/{rounds}";
    }

    public void Figures(CaseResult soFar)
    {
        lock (_gate) console.WriteLine($"{_where}: {CellText.Short(soFar)}");
    }

    public void Finished(CaseResult result)
    {
        lock (_gate) console.WriteLine($"finished {result.Name} {result.Subject}: {CellText.Short(result)}");
    }

    public void Note(string sentence)
    {
        lock (_gate) console.WriteLine($"note: {sentence}");
    }
}
