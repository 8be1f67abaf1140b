using System.CommandLine;
using System.CommandLine.Parsing;
using FastCore.Cli.Commands;

namespace FastCore.Cli.Serving;

/// <summary>Whether and how often <see cref="ServedStats"/> are shown.</summary>
internal sealed class StatsOptions
{
    private readonly Option<bool> _stats = new("--stats") { Description = "show what the server does while it serves: requests, connections, bytes, statuses and durations, in a table; a line a second if the output is no terminal" };
    private readonly Option<TimeSpan?> _interval = CommonOptions.Time("--stats-interval", "the time between two looks (default 1s)");

    public void AddTo(Command command)
    {
        command.Add(_stats);
        command.Add(_interval);
        command.Validators.Add(result =>
        {
            if (result.GetResult(_interval) != null && !result.GetValue(_stats)) result.AddError("--stats-interval goes with --stats.");
        });
    }

    public bool AreAsked(SymbolResult parsed) => parsed.GetValue(_stats);

    public TimeSpan? Interval(ParseResult parsed) => parsed.GetValue(_interval);
}
