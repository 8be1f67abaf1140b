using System.Net;
using FastCore.Net.Http;
using FastCore.Perf.Load;
using FastCore.Scheduling;

namespace FastCore.Perf.Tracing;

/// <summary>A server whose handlers do their work on the scheduler, and a load on it, in one process.</summary>
internal static class HttpWorkload
{
    private const string Path = "/work";

    private const double RequestsPerSecond = 5000;

    private static readonly byte[] Answer = "done"u8.ToArray();

    public static async Task RunAsync(Scheduler scheduler, CancellationToken enough)
    {
        var server = new HttpServer(new HttpServerOptions { EndPoint = new IPEndPoint(IPAddress.Loopback, 0), Scheduler = scheduler });
        server.MapOffloaded(HttpMethod.Get, Path, Work);
        server.Start();
        try
        {
            using var generator = new LoadGenerator(cpu: null);
            await using LoadRun load = await generator.StartAsync(new LoadTarget(server.EndPoint, Path, Answer), new LoadPlan(Connections: 16, Pipeline: 1, RequestsPerSecond));
            var over = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            await using CancellationTokenRegistration registration = enough.Register(over.SetResult);
            await over.Task;
        }
        finally
        {
            await server.StopAsync(TimeSpan.FromSeconds(5));
        }
    }

    private static void Work(HttpContext context)
    {
        Thread.SpinWait(500);
        context.Respond(Answer.AsSpan());
    }
}
