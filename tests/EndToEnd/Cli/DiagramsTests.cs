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
            var files = CoreTransitionTables.All.Select(table => $"{table.Name.Replace(' ', '-')}.mmd").Append("diagrams.html");
            Assert.That(Directory.GetFiles(folder).Select(Path.GetFileName), Is.EquivalentTo(files));
            Assert.That(File.ReadAllText(Path.Combine(folder, "diagrams.html")), Does.EndWith("</html>\n"));
        }
        finally
        {
            if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        }
    }

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
