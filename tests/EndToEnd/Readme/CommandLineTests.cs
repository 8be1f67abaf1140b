using FastCore.Cli.Commands;

namespace FastCore.EndToEnd.Tests.Readme;

/// <summary>The command lines that the pages show are ones the program takes.</summary>
[TestFixture]
internal sealed class CommandLineTests
{
    private static readonly string[] Pages = ["README.md", "docs/how-to-measure.md"];

    private static IEnumerable<string> Lines =>
        from page in Pages
        from line in File.ReadLines(RepositoryRoot.Of(page))
        let start = line.StartsWith("out/bin/fastcore ", StringComparison.Ordinal) ? "out/bin/fastcore ".Length
            : line.StartsWith("fastcore ", StringComparison.Ordinal) ? "fastcore ".Length : 0
        where start > 0
        select line[start..].Split('#')[0].Replace('\'', '"').Trim();

    [TestCaseSource(nameof(Lines))]
    public void Is_understood(string line) => Assert.That(FastCoreCommand.Create().Parse(line).Errors, Is.Empty);
}
