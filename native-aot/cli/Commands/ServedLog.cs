using System.CommandLine;
using FastCore.Net.Http.Observing;

namespace FastCore.Cli.Commands;

/// <summary>Where <c>fastcore serve</c> writes a line for each request.</summary>
internal sealed class ServedLog
{
    private const string Json = "json";
    private const string Combined = "combined";

    private readonly Option<string?> _file = CommonOptions.File("--access-log", "write a line for each request to FILE, at its end if it is there; - is the standard output");
    private readonly Option<string?> _format = new("--access-log-format") { Description = $"how: {Combined}, which most tools read (default), or {Json}, with the duration", HelpName = $"{Combined}|{Json}" };

    public void AddTo(Command command)
    {
        _format.AcceptOnlyFromAmong(Combined, Json);
        command.Add(_file);
        command.Add(_format);
        command.Validators.Add(result =>
        {
            if (result.GetValue(_format) != null && result.GetValue(_file) == null) result.AddError("--access-log-format goes with --access-log.");
        });
    }

    /// <summary>Serves with the log open, and closes it behind the last request.</summary>
    public async Task<int> WhileOpenAsync(ParseResult parsed, Func<IReadOnlyList<IHttpObserver>, Task<int>> serveAsync)
    {
        if (parsed.GetValue(_file) is not { } path) return await serveAsync([]);
        Stream output;
        try
        {
            output = path == "-" ? Console.OpenStandardOutput() : new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine($"fastcore: --access-log: {refused.Message}");
            return ExitCode.Unreachable;
        }
        using var log = new HttpAccessLog(output, parsed.GetValue(_format) == Json ? AccessLogFormat.Json : AccessLogFormat.Combined, static failure => Console.Error.WriteLine($"fastcore: --access-log: {failure.Message}"));
        return await serveAsync([log]);
    }
}
