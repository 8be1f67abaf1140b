using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using FastCore.Cli.Serving;
using Spectre.Console;

namespace FastCore.EndToEnd.Tests.Cli;

/// <summary><c>fastcore serve --stats</c>.</summary>
[Platform("Linux")]
internal sealed partial class ServeStatsTests
{
    private const int Terminate = 15;
    private const int Limit = 20_000;

    [Test]
    public async Task Lines_add_up_to_what_was_served()
    {
        using var server = new RunningServer("--stats", "--stats-interval", "100ms");
        using (var client = new HttpClient())
        {
            for (var i = 0; i < 7; i++) await client.GetStringAsync($"{server.Address}/plaintext");
            for (var i = 0; i < 3; i++) await client.GetAsync($"{server.Address}/none");
        }
        var (good, bad, last) = (0, 0, "");
        for (var lines = 0; good + bad < 10; lines++)
        {
            Assert.That(lines, Is.LessThan(300), $"After half a minute the lines came to {good} and {bad}.");
            var line = Line().Match(last = server.ReadLine());
            Assert.That(line.Success, Is.True, last);
            good += int.Parse(line.Groups["good"].Value, CultureInfo.InvariantCulture);
            bad += int.Parse(line.Groups["bad"].Value, CultureInfo.InvariantCulture);
        }
        Assert.That((good, bad), Is.EqualTo((7, 3)));
        Assert.That(last, Does.Contain("accepted=1 refused=0"));
        var (code, _, error) = server.Stop();
        Assert.That((code, error), Is.EqualTo((0, "")));
    }

    /// <summary>A pipe that nobody reads takes 64 KiB; then the one who writes waits, and only that one.</summary>
    [Test]
    public async Task An_output_that_takes_no_more_is_not_in_the_way_of_the_end()
    {
        using var server = new RunningServer("--stats", "--stats-interval", "1ms");
        using var client = new HttpClient();
        // The thread is there when it has written.
        Assert.That(server.ReadLine(), Does.StartWith("stats "));
        long before;
        do
        {
            before = server.SleepsOf("stats");
            for (var i = 0; i < 200; i++) Assert.That(await client.GetStringAsync($"{server.Address}/plaintext"), Is.EqualTo("Hello, World!"));
        }
        while (server.SleepsOf("stats") != before);
        server.Signal(Terminate);
        Assert.That(server.WaitForEndUnread(Limit), Is.Zero);
    }

    [Test]
    [CancelAfter(Hang.Milliseconds)]
    public async Task In_a_terminal_it_is_a_table(CancellationToken cancellationToken)
    {
        // exec: a shell between would end of the Ctrl-C itself, as dash does.
        var command = $"exec {FastCoreProgram.Executable} serve --demo --port 0 --cpus 0 --stats --stats-interval 100ms";
        var start = new ProcessStartInfo(FastCoreProgram.Installed("script"), ["-qec", command, "/dev/null"]) { RedirectStandardInput = true, RedirectStandardOutput = true };
        start.Environment["TERM"] = "xterm";
        using var process = Process.Start(start)!;
        var shown = new StringBuilder();
        try
        {
            var chunk = new char[4096];
            for (var isTold = false; await process.StandardOutput.ReadAsync(chunk, cancellationToken) is var count and > 0;)
            {
                shown.Append(chunk, 0, count);
                if (isTold || !shown.ToString().Contains("in all", StringComparison.Ordinal)) continue;
                // Ctrl-C, as the terminal takes it.
                await process.StandardInput.WriteAsync('\x03');
                await process.StandardInput.FlushAsync(cancellationToken);
                isTold = true;
            }
            await process.WaitForExitAsync(cancellationToken);
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }
        var text = shown.ToString();
        Assert.That(process.ExitCode, Is.Zero, text);
        Assert.That(text, Does.Contain("requests").And.Contain("p99 ms").And.Contain("in all").And.Not.Contain("stats requests/s"));
        Assert.That(text.LastIndexOf("\u001b[?25h", StringComparison.Ordinal), Is.GreaterThan(text.LastIndexOf("\u001b[?25l", StringComparison.Ordinal)), "The cursor is shown again.");
    }

    [Test]
    public void Two_writers_of_one_output_are_refused()
    {
        var result = FastCoreProgram.Run("serve", "--demo", "--port", "0", "--stats", "--access-log", "-");
        Assert.That((result.ExitCode, result.Output), Is.EqualTo((2, "")));
        Assert.That(result.Error, Does.Contain("--stats does not go with --access-log -"));
    }

    [TestCase(80)]
    [TestCase(200)]
    public void A_table_has_what_happened_between_two_looks_and_in_all(int width)
    {
        var (start, before, now) = (Sample(0, 0), Sample(10, 1000), Sample(12, 3000));
        using var text = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(text), Ansi = AnsiSupport.No });
        console.Profile.Width = width;
        console.Write(StatsView.Table("http://a", start, before, now, width));
        var shown = text.ToString();
        Assert.That(shown, Does.Contain("http://a  up 00:00:12"));
        Assert.That(shown, Does.Match(@"a second +│ +1,000 │ +5 │ +1,000 │ +0 │ +9\.8 KiB │ +97\.7 KiB"));
        Assert.That(shown, Does.Match(@"in all +│ +3,000 │ +│ +3,000 │ +0 │ +29\.3 KiB │ +293\.0 KiB"));
        Assert.That(shown.Split('\n').Max(static line => line.Length), Is.LessThanOrEqualTo(width));
        Assert.That(shown, Does.Not.Contain("…"));

        static ServerSample Sample(int seconds, int count)
        {
            var counts = new RequestCounts();
            counts.ByClass[2] = count;
            counts.ByDuration[RequestCounts.BucketOf(TimeSpan.FromMilliseconds(1))] = count;
            return new ServerSample(seconds * Stopwatch.Frequency, new ServerTotals("all", 5, count, 0, 10 * count, 100 * count, counts), []);
        }
    }

    [Test]
    public void Percentiles_are_right_to_seven_percent()
    {
        var random = new Random(7);
        var durations = Enumerable.Range(0, 5000).Select(_ => TimeSpan.FromTicks((long)Math.Pow(10, random.NextDouble() * 10))).Append(TimeSpan.Zero).Append(TimeSpan.MaxValue).Order().ToArray();
        var counts = new RequestCounts();
        foreach (var duration in durations) counts.ByDuration[RequestCounts.BucketOf(duration)]++;
        foreach (var percent in (double[])[0.01, 1, 25, 50, 90, 99, 99.9])
        {
            var exact = durations[(int)Math.Ceiling(percent / 100 * durations.Length) - 1];
            Assert.That(counts.Percentile(percent)!.Value.Ticks, Is.InRange(exact.Ticks, (exact.Ticks * 1.07) + 1), $"{percent}, seed 7");
        }
        Assert.That(new RequestCounts().Percentile(50), Is.Null);
    }

    [GeneratedRegex(@"^stats requests/s=\d+ open=\d+ accepted=\d+ refused=\d+ in/s=\d+ out/s=\d+ 2xx=(?<good>\d+) 3xx=0 4xx=(?<bad>\d+) 5xx=0 p50_ms=[-0-9.]+ p99_ms=[-0-9.]+$")]
    private static partial Regex Line();
}
