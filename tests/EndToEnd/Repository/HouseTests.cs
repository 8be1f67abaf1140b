using System.Text.RegularExpressions;

namespace FastCore.EndToEnd.Tests.Repository;

/// <summary>What must hold of the tree as a whole.</summary>
[TestFixture]
internal sealed partial class HouseTests
{
    /// <summary>A folder with more source files than this is a subsystem, and a reader needs a way in.</summary>
    private const int FilesWithoutReadme = 3;

    private static IEnumerable<string> Projects => SourceFile.All.Select(file => file.Path).Where(path => path.EndsWith(".csproj", StringComparison.Ordinal));

    private static IEnumerable<string> Libraries => Projects.Where(path => path.StartsWith("src/", StringComparison.Ordinal));

    [Test]
    public void A_subsystem_has_a_readme()
    {
        var silent = SourceFile.All
            .Where(file => file.IsCSharp && file.IsUnder("src/"))
            .GroupBy(file => Path.GetDirectoryName(file.Path)!)
            .Where(folder => folder.Count() > FilesWithoutReadme && !IsDescribed(folder.Key))
            .Select(folder => folder.Key);
        Assert.That(silent, Is.Empty, "These folders need a README.md of one screen (what it promises, its files in reading order, its invariants), or a line in the one above.");
    }

    [TestCase("README.md")]
    [TestCase("docs/architecture.md")]
    public void A_description_names_every_library(string path)
    {
        var text = File.ReadAllText(RepositoryRoot.Of(path));
        var missing = Libraries.Select(project => Path.GetDirectoryName(project)!).Where(folder => !text.Contains(folder, StringComparison.Ordinal));
        Assert.That(missing, Is.Empty);
    }

    [Test]
    public void Every_link_inside_the_tree_leads_somewhere()
    {
        var broken =
            from file in SourceFile.All
            where file.Path.EndsWith(".md", StringComparison.Ordinal)
            from Match link in RelativeLink().Matches(file.Text)
            let target = Path.Combine(Path.GetDirectoryName(file.Path)!, link.Groups["target"].Value)
            where !Path.Exists(RepositoryRoot.Of(target))
            select file.At(link.Index, link.Value);
        Assert.That(broken, Is.Empty);
    }

    [Test]
    public void The_solution_holds_every_project()
    {
        var solution = File.ReadAllText(RepositoryRoot.Of("FastCore.sln")).Replace('\\', '/');
        Assert.That(Projects.Where(project => !solution.Contains($"\"{project}\"", StringComparison.Ordinal)), Is.Empty);
    }

    [Test]
    public void Every_package_version_is_used()
    {
        var projects = string.Concat(SourceFile.All.Where(file => file.Path.EndsWith(".csproj", StringComparison.Ordinal)).Select(file => file.Text));
        var unused = File.ReadLines(RepositoryRoot.Of("Directory.Packages.props"))
            .Where(line => line.Contains("<PackageVersion ", StringComparison.Ordinal))
            .Select(line => line.Split('"')[1])
            .Where(package => !projects.Contains($"\"{package}\"", StringComparison.Ordinal));
        Assert.That(unused, Is.Empty, "Remove them from Directory.Packages.props.");
    }

    /// <summary>Whether a folder has a page of its own, or the folder above has one that names it.</summary>
    private static bool IsDescribed(string folder)
    {
        var above = RepositoryRoot.Of($"{Path.GetDirectoryName(folder)}/README.md");
        return File.Exists(RepositoryRoot.Of($"{folder}/README.md"))
            || (File.Exists(above) && File.ReadAllText(above).Contains($"{Path.GetFileName(folder)}/", StringComparison.Ordinal));
    }

    [GeneratedRegex(@"\]\((?!https?://|#)(?<target>[^)#\s]+)")]
    private static partial Regex RelativeLink();
}
