using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Text;

namespace FastCore.EndToEnd.Tests.Repository;

/// <summary>A text file of the repository: its path from the root, with <c>/</c> between the parts, and its text.</summary>
internal sealed class SourceFile(string path, string text)
{
    private static readonly HashSet<string> Outputs = ["bin", "obj", "out", "artifacts", "TestResults", "node_modules"];

    private static readonly HashSet<string> TextEndings =
        [".cs", ".csproj", ".props", ".targets", ".sln", ".json", ".md", ".txt", ".sh", ".html", ".js", ".css", ".yml", ".yaml", ".xml", ".config", ".c", ".h", ""];

    private readonly Lazy<SyntaxNode> _root = new(() => CSharpSyntaxTree.ParseText(text).GetRoot());

    public string Path { get; } = path;

    public string Text { get; } = text;

    public bool IsCSharp => Path.EndsWith(".cs", StringComparison.Ordinal);

    /// <summary>The syntax tree; only of a C# file.</summary>
    public SyntaxNode Root => _root.Value;

    /// <summary>Every text file that belongs to the repository, what a build or a run wrote left out.</summary>
    public static IReadOnlyList<SourceFile> All { get; } = [.. Under(new DirectoryInfo(RepositoryRoot.Path), "")];

    public bool IsUnder(string folder) => Path.StartsWith(folder, StringComparison.Ordinal);

    /// <summary>A finding at a place in the text, named so that a terminal or an editor jumps to it.</summary>
    public string At(int position, string what) => AtLine(SourceText.From(Text).Lines.GetLinePosition(position).Line + 1, what);

    public string AtLine(int line, string what) => $"{Path}:{line}: {what}";

    private static IEnumerable<SourceFile> Under(DirectoryInfo folder, string prefix)
    {
        foreach (var file in folder.EnumerateFiles().Where(file => TextEndings.Contains(file.Extension)))
        {
            // A worktree's .git is a file that names a path of the machine; it is git's, not the repository's.
            if (file.Name != ".git")
                yield return new SourceFile(prefix + file.Name, File.ReadAllText(file.FullName));
        }

        foreach (var child in folder.EnumerateDirectories().Where(child => child.Name != ".git" && child.Name is not (".vs" or ".idea" or ".vscode") && !Outputs.Contains(child.Name)))
        {
            foreach (var file in Under(child, $"{prefix}{child.Name}/"))
                yield return file;
        }
    }
}
