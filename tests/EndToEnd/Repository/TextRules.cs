using System.Text.RegularExpressions;

namespace FastCore.EndToEnd.Tests.Repository;

/// <summary>Rules about the text of any file, comments and prose included.</summary>
internal static class TextRules
{
    private const int MaximumLines = 600;

    /// <summary>This file names what it forbids.</summary>
    private const string Here = "tests/EndToEnd/Repository/TextRules.cs";

    public static readonly Rule[] All =
    [
        Matching(
            "No promise of later work",
            "What is missing is an issue; what is in the tree is finished.",
            @"\b(TODO|FIXME|HACK|XXX)\b|\b(?i:for now|placeholder)\b|\bnot implemented\b|NotImplementedException",
            AnyFile,
            "src/A.cs", "// TODO: the rest"),
        Matching(
            "No path of one machine",
            "Ask for the path: Path.GetTempPath(), AppContext.BaseDirectory, RepositoryRoot, an option.",
            @"(?<![\w.}])/(work|tmp|home|root|Users|mnt)/\w",
            AnyFile,
            "tests/A.cs", "var file = \"/tmp/report.json\";"),
        Matching(
            "No host of a package registry",
            "Where packages come from is the machine's configuration.",
            @"(?i)\b(nuget\.org|nuget\.pkg\.github\.com|npmjs\.(org|com)|pypi\.org|deb\.debian\.org|crates\.io)\b",
            AnyFile,
            "src/packages.lock.json", "https://api.nuget.org/v3/index.json"),
        Matching(
            "A warning that is switched off says why",
            "Write the reason behind the pragma, on its line.",
            @"#pragma warning disable(?![^\n]*//)",
            file => file.IsCSharp && AnyFile(file),
            "src/A.cs", "#pragma warning disable CA2012\n"),
        Matching(
            "No mark of a merge",
            "Settle the conflict.",
            @"(?m)^(<{7}|>{7}) ",
            AnyFile,
            "src/A.cs", new string('<', 7) + " HEAD\n"),
        new Rule(
            $"No file over {MaximumLines} lines",
            "A file is one idea; cut it by question (Receive, Send, Idle, Park are files).",
            file => file.IsCSharp || file.Path.EndsWith(".sh", StringComparison.Ordinal) || !file.Path.Contains('.'),
            file => LineCount(file) > MaximumLines ? [file.AtLine(MaximumLines + 1, $"{LineCount(file)} lines")] : [],
            new SourceFile("src/A.cs", new string('\n', MaximumLines + 1))),
        new Rule(
            "No NuGet.config",
            "Where packages come from is the machine's configuration.",
            file => string.Equals(Path.GetFileName(file.Path), "nuget.config", StringComparison.OrdinalIgnoreCase),
            file => [file.AtLine(1, "is there")],
            new SourceFile("NuGet.config", "")),
    ];

    private static bool AnyFile(SourceFile file) => file.Path != Here;

    private static int LineCount(SourceFile file) => file.Text.AsSpan().Count('\n');

    private static Rule Matching(string name, string reason, string pattern, Func<SourceFile, bool> applies, string brokenPath, string brokenText)
    {
        var regex = new Regex(pattern, RegexOptions.CultureInvariant);
        return new Rule(
            name,
            reason,
            applies,
            file => regex.Matches(file.Text).Select(match => file.At(match.Index, match.Value)),
            new SourceFile(brokenPath, brokenText));
    }
}
