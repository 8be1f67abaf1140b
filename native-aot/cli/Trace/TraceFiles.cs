using FastCore.Tracing;
using FastCore.Tracing.Exporting;

namespace FastCore.Cli.Trace;

/// <summary>The files of a trace: what they are called, how they are written and read, and what is said when they can't be.</summary>
internal static class TraceFiles
{
    public const string Saved = "trace.fctrace";
    public const string Page = "trace.html";
    public const string Perfetto = "perfetto.json";
    public const string Speedscope = "speedscope.json";

    /// <summary>How many of its last events a thread keeps, unless told otherwise.</summary>
    public const int DefaultEvents = 32_767;

    /// <summary>How a server is recorded.</summary>
    public static TracerOptions Options { get; } = new() { EventsPerThread = DefaultEvents };

    /// <summary>Writes a trace in the form that the file's name asks for.</summary>
    public static void Write(TraceSnapshot snapshot, Stream stream, string file)
    {
        switch (Path.GetExtension(file))
        {
            case ".html":
                TracePage.Write(snapshot, stream, Path.GetFileNameWithoutExtension(file));
                break;
            case ".fctrace":
                TraceFile.Write(snapshot, stream);
                break;
            default:
                PerfettoTrace.Write(snapshot, stream);
                break;
        }
    }

    /// <summary>Writes a trace in every form.</summary>
    public static void WriteAll(TraceSnapshot snapshot, string folder, string title)
    {
        Directory.CreateDirectory(folder);
        Create(Path.Combine(folder, Saved), stream => TraceFile.Write(snapshot, stream));
        Create(Path.Combine(folder, Page), stream => TracePage.Write(snapshot, stream, title));
        Create(Path.Combine(folder, Perfetto), stream => PerfettoTrace.Write(snapshot, stream));
        Create(Path.Combine(folder, Speedscope), stream => SpeedscopeTrace.Write(snapshot, stream, title));
    }

    public static void Create(string file, Action<Stream> write)
    {
        using var stream = File.Create(file);
        write(stream);
    }

    public static TraceSnapshot Read(string file)
    {
        using var stream = File.OpenRead(file);
        return TraceFile.Read(stream);
    }

    /// <summary>Reads a saved trace and does something with it.</summary>
    public static int Use(string file, Action<TraceSnapshot> use) => Guard(() => use(Read(file)));

    /// <summary>Does what may fail for the sake of a file.</summary>
    /// <param name="action">What.</param>
    /// <param name="dataCode">The exit code when what was read is not what it should be.</param>
    /// <returns>The exit code.</returns>
    public static int Guard(Action action, int dataCode = ExitCode.Usage)
    {
        try
        {
            action();
            return ExitCode.Good;
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            Console.Error.WriteLine($"fastcore: {refused.Message}");
            return refused is InvalidDataException ? dataCode : ExitCode.Usage;
        }
    }
}
