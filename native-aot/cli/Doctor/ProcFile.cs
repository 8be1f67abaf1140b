using System.Globalization;

namespace FastCore.Cli.Doctor;

/// <summary>Reads the kernel's small text files; one that is not there reads as null.</summary>
internal static class ProcFile
{
    public static string? Read(string path)
    {
        try
        {
            return File.ReadAllText(path).Trim();
        }
        catch (Exception absent) when (absent is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    public static long? Number(string path) => long.TryParse(Read(path), NumberStyles.Integer, CultureInfo.InvariantCulture, out var value) ? value : null;

    /// <summary>What stands behind <paramref name="name"/> on the line that begins with it.</summary>
    public static string? Field(string path, string name) =>
        Read(path)?.Split('\n').FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal))?[name.Length..].Trim();
}
