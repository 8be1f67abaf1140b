namespace FastCore.Tests.Shared;

/// <summary>The source tree that the running tests were built from.</summary>
internal static class RepositoryRoot
{
    /// <summary>The folder that holds FastCore.sln, found by walking up from the tests' own folder.</summary>
    public static string Path { get; } = Find();

    /// <summary>The absolute path of a file or folder named from the root, with <c>/</c> between its parts.</summary>
    public static string Of(string relative) => System.IO.Path.Combine(Path, relative);

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(System.IO.Path.Combine(folder.FullName, "FastCore.sln")))
                return folder.FullName;
        }

        throw new DirectoryNotFoundException($"No FastCore.sln above {AppContext.BaseDirectory}: these tests read the source tree and run only from inside it.");
    }
}
