using System.Net;
using System.Net.Sockets;
using FastCore.Net.Http;

namespace FastCore.Cli.Serving;

/// <summary>
/// <c>fastcore serve --check-config</c>: tries what the start of a server would do. A fault is what a start would fail at when the
/// process that serves now has gone; that it has not gone yet is none, and is only said.
/// </summary>
internal static class ServedCheck
{
    public static int Run(ServedPlan plan, ServedRestart restart)
    {
        var faults = new List<string>();
        Try("", () =>
        {
            // The other sockets that would be made are looked at as those of clients are.
            var more = Paths(plan, restart).Select(static path => new HttpEndPoint(new UnixDomainSocketEndPoint(path)));
            using var server = new HttpServer(plan.Options with { MoreEndPoints = [.. plan.Options.MoreEndPoints, .. more] });
            Try("", () => plan.MapTo(server));
            foreach (var problem in server.FindProblems())
            {
                if (SayIfHeld(problem) is { } fault) faults.Add(fault);
            }
        });
        if (plan.LogFile is { } log) Try("--access-log: ", () => OpenToWrite(log));
        if (plan.TraceFile is { } trace) Try("--trace: ", () => OpenToWrite(trace));
        // One that is not there is made.
        if (File.Exists(plan.Tracing.Folder)) faults.Add($"--trace-out: {plan.Tracing.Folder} is no folder.");
        foreach (var socket in restart.Taken.Select(static socket => socket.EndPoint.ToString()).Distinct()) Console.Out.WriteLine($"{socket} is held by the process before this, which hands it over at {plan.HandOverPath}.");
        foreach (var fault in faults) Console.Error.WriteLine($"fastcore: {fault}");
        if (faults.Count > 0) return ExitCode.Usage;
        Console.Out.WriteLine("fastcore: the configuration is good");
        return ExitCode.Good;

        void Try(string what, Action step)
        {
            try
            {
                step();
            }
            catch (Exception refused) when (refused is IOException or UnauthorizedAccessException or ArgumentException)
            {
                faults.Add(what + refused.Message);
            }
        }
    }

    // Where the process before this offers its sockets, it is expected to be.
    private static IEnumerable<string> Paths(ServedPlan plan, ServedRestart restart) =>
        ((string?[])[plan.ControlPath, restart.HasPredecessor ? null : plan.HandOverPath]).OfType<string>();

    /// <summary>A problem as a fault; null, and said, if it is only that this program serves there already.</summary>
    private static string? SayIfHeld(HttpServerProblem problem)
    {
        if (problem is not { Cause: SocketException { SocketErrorCode: SocketError.AddressAlreadyInUse }, EndPoint: { } endPoint }) return problem.Cause.Message;
        var holder = SocketHolder.Find(endPoint);
        // This process itself: the address is named twice.
        if (holder == null || holder.Process == Environment.ProcessId) return problem.Cause.Message;
        if (!holder.IsSame) return $"{Name(endPoint)} is in use by process {holder.Process} ({holder.Name}).";
        Console.Out.WriteLine($"{Name(endPoint)} is held by process {holder.Process}, which is {holder.Name} too; it has to end before this can serve there.");
        return null;
    }

    private static string Name(EndPoint endPoint) => endPoint.ToString()!;

    /// <summary>Opens a file as it would be written, and leaves all as it was.</summary>
    private static void OpenToWrite(string path)
    {
        var wasThere = File.Exists(path);
        using (new FileStream(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete)) { }
        if (!wasThere) File.Delete(path);
    }
}
