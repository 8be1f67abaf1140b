using System.Diagnostics;
using FastCore.Perf;
using FastCore.Perf.Results;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace FastCore.Cli.Bench;

/// <summary>The view that is redrawn: how far the bench is, what runs, and the figures so far.</summary>
internal sealed class LiveProgress : IBenchProgress
{
    private const int BarWidth = 32;
    private const int RowsKept = 14;

    private readonly Lock _gate = new();
    private readonly long _start = Stopwatch.GetTimestamp();
    private readonly List<(CaseResult Result, bool IsFinished)> _cells = [];
    private readonly List<string> _notes = [];
    private string _area = "";
    private string _where = "starting";
    private int _steps = 1;
    private int _step;

    public IReadOnlyList<string> Notes
    {
        get { lock (_gate) return [.. _notes]; }
    }

    public void Begin(string area, int steps)
    {
        lock (_gate) (_area, _steps, _step) = (area, Math.Max(1, steps), 0);
    }

    public void Step(string caseName, string subject, int round, int rounds)
    {
        lock (_gate)
        {
            _step++;
            _where = $"{caseName}  {subject}  round {round}/{rounds}";
        }
    }

    public void Figures(CaseResult soFar) => Set(soFar, isFinished: false);

    public void Finished(CaseResult result) => Set(result, isFinished: true);

    public void Note(string sentence)
    {
        lock (_gate) _notes.Add(sentence);
    }

    public IRenderable Draw()
    {
        lock (_gate)
        {
            var rows = new List<IRenderable>();
            var done = Math.Min(BarWidth, BarWidth * _step / _steps);
            var elapsed = Stopwatch.GetElapsedTime(_start);
            rows.Add(new Markup($"[bold]{Markup.Escape(_area)}[/] [blue]{new string('━', done)}[/][grey]{new string('━', BarWidth - done)}[/] {_step}/{_steps}  [grey]{elapsed:m\\:ss}[/]  {Markup.Escape(_where)}"));
            if (_cells.Count > 0) rows.Add(Cells());
            foreach (var note in _notes) rows.Add(new Markup($"[yellow]note:[/] {Markup.Escape(note)}"));
            rows.Add(new Markup("[grey]Ctrl-C ends it and prints what is finished.[/]"));
            return new Rows(rows);
        }
    }

    private Grid Cells()
    {
        var grid = new Grid().AddColumn().AddColumn().AddColumn();
        foreach (var (result, isFinished) in _cells.TakeLast(RowsKept))
        {
            var style = result.Refused != null ? "red" : isFinished ? "green" : "default";
            grid.AddRow(new Text(result.Name), new Text(result.Subject), new Markup($"[{style}]{Markup.Escape(CellText.Short(result))}[/]"));
        }
        return grid;
    }

    private void Set(CaseResult result, bool isFinished)
    {
        lock (_gate)
        {
            var at = _cells.FindIndex(cell => cell.Result.Name == result.Name && cell.Result.Subject == result.Subject);
            if (at < 0) _cells.Add((result, isFinished));
            else _cells[at] = (result, isFinished);
        }
    }
}
