using FastCore.Perf.Results;

namespace FastCore.Cli.Bench;

/// <summary>What is done with a report: the files it goes to (null: not), and what must hold.</summary>
internal sealed record BenchSettings(string? Html, string? Json, string? Markdown, IReadOnlyList<Assertion> Assertions)
{
    /// <summary>Whether the JSON takes the standard output, so that all that people read goes to the other.</summary>
    public bool JsonToOutput => Json == "-";

    /// <summary>What keeps one of the files from being written, or null: found before the minutes of measuring, not after.</summary>
    public string? Problem()
    {
        foreach (var (option, file) in (ReadOnlySpan<(string, string?)>)[("--html", Html), ("--json", JsonToOutput ? null : Json), ("--markdown", Markdown)])
        {
            if (file == null) continue;
            try
            {
                Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(file))!);
                File.OpenWrite(file).Dispose();
            }
            catch (Exception refused) when (refused is IOException or UnauthorizedAccessException or ArgumentException)
            {
                return $"{option} {file}: {refused.Message}";
            }
        }
        return null;
    }
}
