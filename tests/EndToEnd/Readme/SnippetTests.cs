using System.Text.RegularExpressions;
using FastCore.EndToEnd.Tests.Repository;

namespace FastCore.EndToEnd.Tests.Readme;

/// <summary>The C# of the README is what the tests beside this file compile and run.</summary>
/// <remarks>A block opens with <c>```csharp name=x</c>; the same lines stand in a test between <c>// snippet: x</c> and <c>// end</c>.</remarks>
[TestFixture]
internal sealed partial class SnippetTests
{
    private static Dictionary<string, string> InReadme => Named(FencedBlock().Matches(File.ReadAllText(RepositoryRoot.Of("README.md"))));

    private static Dictionary<string, string> InTests => Named(SourceFile.All
        .Where(file => file.IsUnder("tests/EndToEnd/Readme/") && !file.Path.EndsWith($"/{nameof(SnippetTests)}.cs", StringComparison.Ordinal))
        .SelectMany(file => Region().Matches(file.Text)));

    private static IEnumerable<string> Names => InReadme.Keys.Union(InTests.Keys);

    [Test]
    public void Every_csharp_block_has_a_name()
    {
        var blocks = CSharpBlock().Count(File.ReadAllText(RepositoryRoot.Of("README.md")));
        Assert.That(InReadme, Has.Count.EqualTo(blocks), "Write ```csharp name=something, and the code as a test.");
    }

    [TestCaseSource(nameof(Names))]
    public void The_readme_shows_what_the_test_runs(string name)
    {
        var tested = InTests.GetValueOrDefault(name, "(no test has this snippet)");
        var shown = InReadme.GetValueOrDefault(name, "(the README does not show this snippet)");
        Assert.That(shown, Is.EqualTo(tested));
    }

    [Test]
    public void A_difference_is_seen()
    {
        var block = Named(FencedBlock().Matches("```csharp name=a\nvar x = 1;\n```\n"));
        var region = Named(Region().Matches("        // snippet: a\n        var x = 1;\n        // end\n"));
        var other = Named(Region().Matches("    // snippet: a\n    var x = 2;\n    // end\n"));
        Assert.Multiple(() =>
        {
            Assert.That(block["a"], Is.EqualTo(region["a"]));
            Assert.That(block["a"], Is.Not.EqualTo(other["a"]));
        });
    }

    private static Dictionary<string, string> Named(IEnumerable<Match> matches) =>
        matches.ToDictionary(match => match.Groups["name"].Value, match => Dedent(match.Groups["code"].Value));

    private static string Dedent(string code)
    {
        var lines = code.TrimEnd().Split('\n');
        var indent = lines.Where(line => line.Length > 0).Min(line => line.Length - line.TrimStart().Length);
        return string.Join('\n', lines.Select(line => line.Length > 0 ? line[indent..] : line));
    }

    [GeneratedRegex(@"^```csharp", RegexOptions.Multiline)]
    private static partial Regex CSharpBlock();

    [GeneratedRegex(@"^```csharp name=(?<name>[\w-]+)\n(?<code>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex FencedBlock();

    [GeneratedRegex(@"^ *// snippet: (?<name>[\w-]+)\n(?<code>.*?)^ *// end$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Region();
}
