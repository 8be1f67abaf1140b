namespace FastCore.Perf.Http;

/// <summary>The folder with the file that both sides serve in the case of files.</summary>
internal sealed class ServedFile : IDisposable
{
    /// <summary>The file's length.</summary>
    public const int Length = 64 * 1024;

    /// <summary>The path it is asked for with.</summary>
    public const string Path = "/64k.bin";

    /// <summary>The folder.</summary>
    public string Folder { get; } = Directory.CreateTempSubdirectory("fastcore-bench-").FullName;

    public ServedFile() => File.WriteAllBytes(Folder + Path, Content());

    /// <summary>What is in the file.</summary>
    public static byte[] Content() => [.. Enumerable.Range(0, Length).Select(static i => (byte)(i * 31 >> 3))];

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
