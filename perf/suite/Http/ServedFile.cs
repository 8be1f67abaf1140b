namespace FastCore.Perf.Http;

/// <summary>The folder with the files that all sides serve in the cases of files.</summary>
internal sealed class ServedFile : IDisposable
{
    /// <summary>The folder.</summary>
    public string Folder { get; } = Directory.CreateTempSubdirectory("fastcore-bench-").FullName;

    /// <summary>What to ask for.</summary>
    public IReadOnlyList<string> Paths { get; }

    /// <summary>Writes those that the cases ask for.</summary>
    public ServedFile(IEnumerable<HttpCase> cases)
    {
        HttpCase[] asking = [.. cases.Where(static one => one.IsFile)];
        Paths = [.. asking.Select(static one => one.Path)];
        foreach (var asked in asking)
        {
            using var file = File.Create(Folder + asked.Path);
            file.Write(asked.Body.Span);
        }
    }

    /// <summary>What is in a file.</summary>
    public static byte[] Content(int length)
    {
        var content = new byte[length];
        for (var i = 0; i < length; i++) content[i] = (byte)(i * 31 >> 3);
        return content;
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
