using FastCore.Net.Http;
using Spectre.Console;

namespace FastCore.Cli.Serving;

/// <summary>What <c>fastcore serve --stats</c> shows while it serves: a table in a terminal, a line at a time elsewhere.</summary>
/// <remarks>A thread of its own looks and writes, so that an output that takes nothing more holds up nobody, not even the end.</remarks>
internal sealed class ServedStats : IDisposable
{
    private static readonly TimeSpan DefaultInterval = TimeSpan.FromSeconds(1);

    // A terminal should be left as it was; one that takes nothing is left as it is.
    private static readonly TimeSpan EndLimit = TimeSpan.FromMilliseconds(500);

    private readonly CancellationTokenSource _end = new();
    private readonly Thread _thread;
    private readonly HttpServer _server;
    private readonly RequestMeter _meter;
    private readonly TimeSpan _interval;
    private readonly string _title;

    // What was answered before the thread first looked is in its first figures.
    private readonly ServerSample _start;

    private ServedStats(HttpServer server, RequestMeter meter, TimeSpan interval, string title)
    {
        (_server, _meter, _interval, _title, _start) = (server, meter, interval, title, ServerSample.AtStart(server));
        _thread = new Thread(Run) { IsBackground = true, Name = "stats" };
        _thread.Start();
    }

    public static ServedStats? Start(HttpServer server, RequestMeter? meter, TimeSpan? interval, string title) => meter == null ? null : new ServedStats(server, meter, interval ?? DefaultInterval, title);

    public void Dispose()
    {
        _end.Cancel();
        _thread.Join(EndLimit);
    }

    private void Run()
    {
        try
        {
            var console = Terminal.Create(toError: false);
            if (!Terminal.IsLive(console)) Look((_, before, now) => Console.Out.WriteLine(StatsView.Line(before, now)));
            // The last table stays, as what was done in all.
            else console.Live(new Text("")).Overflow(VerticalOverflow.Crop).Start(live => Look((start, before, now) => live.UpdateTarget(StatsView.Table(_title, start, before, now, console.Profile.Width))));
        }
        catch (IOException gone)
        {
            Console.Error.WriteLine($"fastcore: --stats: {gone.Message}");
        }
    }

    private void Look(Action<ServerSample, ServerSample, ServerSample> show)
    {
        var before = _start;
        while (!_end.Token.WaitHandle.WaitOne(_interval))
        {
            var now = ServerSample.Take(_server, _meter);
            show(_start, before, now);
            before = now;
        }
    }
}

