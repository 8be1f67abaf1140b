using FastCore.Cli.Diagrams;
using FastCore.Net;

namespace FastCore.EndToEnd.Tests.Cli;

/// <summary><c>fastcore diagrams</c>.</summary>
internal sealed class DiagramsTests
{
    [Test]
    public void A_page_and_a_text_for_each_table_are_written()
    {
        var folder = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        try
        {
            var run = FastCoreProgram.Run("diagrams", "--out", folder);
            Assert.That(run.ExitCode, Is.Zero, run.Error);
            var tables = CoreTransitionTables.All.Concat(NetTransitionTables.All);
            var files = tables.Select(table => $"{table.Name.Replace(' ', '-')}.mmd").Append("diagrams.html");
            Assert.That(Directory.GetFiles(folder).Select(Path.GetFileName), Is.EquivalentTo(files));
            var page = File.ReadAllText(Path.Combine(folder, "diagrams.html"));
            Assert.That(page, Does.EndWith("</html>\n"));
            foreach (var name in DiagramCatalogue.Names) Assert.That(page, Does.Contain($">{name}<"));
        }
        finally
        {
            if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>A table that joins, or is renamed, is entered in the catalogue.</summary>
    [Test]
    public void Every_table_is_in_the_catalogue()
    {
        Assert.That(DiagramCatalogue.Live.Select(table => table.Name), Is.SubsetOf(DiagramCatalogue.Names));
        Assert.That(DiagramCatalogue.Names, Is.Unique.And.Exactly(32).Items);
    }

    /// <summary>What is said to join later has no table yet, and is drawn nowhere; a system that comes takes its names out of here.</summary>
    [Test]
    public void What_is_not_drawn_is_named() => Assert.That(
        DiagramCatalogue.JoinLater,
        Is.EqualTo((string[])["cancellation scope"]));

    [Test]
    public void The_folder_is_asked_for() => Assert.That(FastCoreProgram.Run("diagrams").ExitCode, Is.EqualTo(2));

    [Test]
    public void A_folder_that_cant_be_made_is_named()
    {
        var run = FastCoreProgram.Run("diagrams", "--out", Path.Combine(FastCoreProgram.Executable, "in-a-file"));
        Assert.That(run.ExitCode, Is.EqualTo(2));
        Assert.That(run.Error, Does.StartWith("fastcore: "));
    }
}
