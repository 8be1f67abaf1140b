using FastCore.Perf;
using Spectre.Console;

namespace FastCore.Cli.Bench;

/// <summary>Shows a bench while it runs: redrawn in a terminal, a line for each event elsewhere.</summary>
internal static class ProgressView
{
    // A redraw takes time from the load generator, so it is done no oftener than a person can follow.
    private static readonly TimeSpan RedrawInterval = TimeSpan.FromMilliseconds(500);

    public static async Task RunAsync(IAnsiConsole console, Func<IBenchProgress, Task> bench)
    {
        if (!Terminal.IsLive(console))
        {
            await bench(new PlainProgress(console));
            return;
        }
        var live = new LiveProgress();
        await console.Live(live.Draw()).AutoClear(true).StartAsync(async context =>
        {
            var running = bench(live);
            while (await Task.WhenAny(running, Task.Delay(RedrawInterval)) != running) context.UpdateTarget(live.Draw());
            await running;
        });
        foreach (var note in live.Notes) console.MarkupLineInterpolated($"[yellow]note:[/] {note}");
    }
}
