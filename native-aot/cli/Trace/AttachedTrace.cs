using System.Net.Sockets;
using FastCore.Cli.Top;
using FastCore.Tracing;

namespace FastCore.Cli.Trace;

/// <summary>A trace of a process that runs, asked for through its control socket.</summary>
/// <param name="Path">The socket.</param>
/// <param name="Time">For how long it records, or how far back it goes.</param>
/// <param name="IsLast">Whether it is of the last seconds, not of the next.</param>
/// <param name="Options">How the process records, if it does not yet.</param>
internal sealed record AttachedTrace(string Path, TimeSpan Time, bool IsLast, TracerOptions Options)
{
    private const string Part = "trace.part";

    /// <summary>Gets it and writes it in every form.</summary>
    /// <returns>The exit code.</returns>
    public int Run(string folder, Action<TraceSnapshot> show)
    {
        using var interruption = new Interruption();
        var part = System.IO.Path.Combine(folder, Part);
        try
        {
            return TraceFiles.Guard(() =>
            {
                Directory.CreateDirectory(folder);
                TraceFiles.Create(part, stream => new ControlClient(Path).Trace(Request, IsLast ? TimeSpan.Zero : Time, stream, interruption.Token));
                var snapshot = TraceFiles.Read(part).WithoutGaps();
                TraceFiles.WriteAll(snapshot, folder, $"{System.IO.Path.GetFileName(Path)}, attached");
                show(snapshot);
            }, dataCode: ExitCode.Unreachable);
        }
        catch (OperationCanceledException)
        {
            return ExitCode.Interrupted;
        }
        catch (Exception refused) when (refused is SocketException or ArgumentException)
        {
            Console.Error.WriteLine($"fastcore: {ControlClient.Explain(refused)}");
            return ExitCode.Unreachable;
        }
        finally
        {
            File.Delete(part);
        }
    }

    private string Request => IsLast
        ? $"trace last {ControlClient.Milliseconds(Time)}"
        : $"trace for {ControlClient.Milliseconds(Time)} {Options.EventsPerThread}{(Options.SpawnPlaces ? " places" : "")}";
}
