using System.CommandLine;
using FastCore.Cli.Commands;
using FastCore.Net.Http.Observing;

namespace FastCore.Cli.Serving;

/// <summary>Where <c>fastcore serve</c> writes a line for each request.</summary>
internal sealed class ServedLog
{
    private const string Json = "json";
    private const string Combined = "combined";
    private const string StandardOutput = "-";

    private readonly Option<string?> _file = CommonOptions.File("--access-log", "write a line for each request to FILE, at its end if it is there; opened again on SIGHUP, for whoever has renamed it. - is the standard output");
    private readonly Option<string?> _format = new("--access-log-format") { Description = $"how: {Combined}, which most tools read (default), or {Json}, with the duration", HelpName = $"{Combined}|{Json}" };

    public void AddTo(Command command, StatsOptions stats)
    {
        _format.AcceptOnlyFromAmong(Combined, Json);
        command.Add(_file);
        command.Add(_format);
        command.Validators.Add(result =>
        {
            if (result.GetValue(_format) != null && result.GetValue(_file) == null) result.AddError("--access-log-format goes with --access-log.");
            if (result.GetValue(_file) == StandardOutput && stats.AreAsked(result)) result.AddError("--stats does not go with --access-log -: both would write to the standard output.");
        });
    }

    /// <summary>The file that is opened again on SIGHUP; null if there is none.</summary>
    public string? File(ParseResult parsed) => parsed.GetValue(_file) is { } path and not StandardOutput ? path : null;

    /// <summary>Opens it; null if none is asked for.</summary>
    /// <exception cref="IOException">The file can't be opened.</exception>
    /// <exception cref="UnauthorizedAccessException">The same.</exception>
    public HttpAccessLog? Open(ParseResult parsed)
    {
        if (parsed.GetValue(_file) is not { } path) return null;
        var format = parsed.GetValue(_format) == Json ? AccessLogFormat.Json : AccessLogFormat.Combined;
        return path == StandardOutput ? new HttpAccessLog(Console.OpenStandardOutput(), format, Report) : HttpAccessLog.Open(path, format, Report);
    }

    private static void Report(Exception failure) => Console.Error.WriteLine($"fastcore: --access-log: {failure.Message}");
}
