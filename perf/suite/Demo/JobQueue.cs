using System.Diagnostics;
using System.Text;
using FastCore.Broadcast;
using FastCore.Channels;
using FastCore.Diagnostics;
using FastCore.Net.Http;
using FastCore.Scheduling;

namespace FastCore.Perf.Demo;

/// <summary>
/// Handlers that hand their work to one task through a bounded channel, and wait for its answer: something for <c>fastcore top</c> and
/// <c>fastcore profile</c> to look at, in the shape that programs have.
/// </summary>
public sealed class JobQueue : IDisposable
{
    private const int Capacity = 4;

    /// <summary>The most milliseconds that a job takes.</summary>
    private const int MostMilliseconds = 1000;

    private readonly Scheduler _scheduler = new(new SchedulerOptions { Name = "jobs", Workers = 1, RecordSpawnPlaces = true });

    private readonly FastChannel<Job> _jobs = FastChannel.CreateBounded<Job>(Capacity);

    /// <summary>Starts the task that does the jobs, and lets both be looked at.</summary>
    public JobQueue()
    {
        LiveRegistry.Register("jobs", _scheduler);
        LiveRegistry.Register("jobs", _jobs);
        _scheduler.Spawn(Start);
    }

    /// <summary>Maps <c>/job/{ms}</c>, which is answered when its job, which takes so long, is done.</summary>
    public void Map(HttpServer server)
    {
        ArgumentNullException.ThrowIfNull(server);
        server.MapAsync(HttpMethod.Get, "/job/{ms}", HandleAsync);
    }

    /// <summary>Ends the task; jobs that wait are not done.</summary>
    public void Dispose()
    {
        _jobs.Writer.TryComplete();
        _scheduler.Dispose();
    }

    // What the task throws would be lost with its task; it throws nothing, for jobs only compute.
    private void Start() => _ = DoJobsAsync();

    private async Task DoJobsAsync()
    {
        while (await _jobs.Reader.WaitToReadAsync())
        {
            while (_jobs.Reader.TryRead(out var job))
            {
                job.Do();
                if (Scheduler.ShouldYield) await Scheduler.Yield();
            }
        }
    }

    private async ValueTask HandleAsync(HttpContext context)
    {
        if (!int.TryParse(context.RouteValue, out var milliseconds) || milliseconds is < 0 or > MostMilliseconds)
        {
            context.Respond(404, Encoding.ASCII.GetBytes($"Give a number from 0 to {MostMilliseconds}.\n").AsSpan(), "text/plain");
            return;
        }
        var job = new Job(milliseconds);
        await _jobs.Writer.WriteAsync(job, context.Aborted);
        context.Respond($"{await job.Answer.ReadAsync(context.Aborted)} rounds\n", "text/plain");
    }

    private sealed record Job(int Milliseconds)
    {
        public OneShot<long> Answer { get; } = new();

        public void Do()
        {
            var start = Stopwatch.GetTimestamp();
            long rounds = 0;
            while (Stopwatch.GetElapsedTime(start).TotalMilliseconds < Milliseconds) rounds++;
            Answer.TrySet(rounds);
        }
    }
}
