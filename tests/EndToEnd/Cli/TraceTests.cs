using System.Text.Json;
using FastCore.Perf.Tracing;
using Microsoft.Playwright;

namespace FastCore.EndToEnd.Tests.Cli;

/// <summary><c>fastcore trace</c>.</summary>
internal sealed class TraceTests
{
    private const string Time = "300ms";

    private string _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("fastcore-trace-").FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [TestCaseSource(typeof(TraceWorkload), nameof(TraceWorkload.Names))]
    public void A_workload_is_recorded_in_every_form(string workload)
    {
        var run = FastCoreProgram.Run("trace", "--workload", workload, "--out", _folder, "--seconds", Time);
        Assert.That(run.ExitCode, Is.Zero, run.Error);
        Assert.That(run.Output, Does.Contain("From queued to run").And.Contain("Threads").And.Contain("Tasks"));
        Assert.That(Directory.GetFiles(_folder).Select(Path.GetFileName), Is.EquivalentTo((string[])["trace.fctrace", "trace.html", "perfetto.json", "speedscope.json"]));
        using var perfetto = JsonDocument.Parse(System.IO.File.ReadAllBytes(File("perfetto.json")));
        Assert.That(perfetto.RootElement.GetProperty("traceEvents").EnumerateArray().Select(one => one.GetProperty("ph").GetString()).Distinct(), Is.SupersetOf((string[])["M", "X", "C", "s", "f"]));
        using var speedscope = JsonDocument.Parse(System.IO.File.ReadAllBytes(File("speedscope.json")));
        Assert.That(speedscope.RootElement.GetProperty("profiles").GetArrayLength(), Is.Positive);
        var report = FastCoreProgram.Run("trace", "report", File("trace.fctrace"));
        Assert.That(report.ExitCode, Is.Zero, report.Error);
        Assert.That(run.Output, Does.StartWith(report.Output), "The saved trace replays.");
    }

    [Test]
    public void A_saved_trace_gives_the_same_page()
    {
        FastCoreProgram.Run("trace", "--workload", "steal", "--out", _folder, "--seconds", Time);
        var view = FastCoreProgram.Run("trace", "view", File("trace.fctrace"), "--out", File("again.html"));
        Assert.That(view.ExitCode, Is.Zero, view.Error);
        Assert.That(System.IO.File.ReadAllText(File("again.html")).Replace("trace.fctrace", "steal"), Is.EqualTo(System.IO.File.ReadAllText(File("trace.html"))));
    }

    [Test]
    public void Diagrams_of_a_saved_trace_carry_its_counts()
    {
        FastCoreProgram.Run("trace", "--workload", "steal", "--out", _folder, "--seconds", Time);
        var run = FastCoreProgram.Run("diagrams", "--trace", File("trace.fctrace"), "--out", _folder);
        Assert.That(run.ExitCode, Is.Zero, run.Error);
        Assert.That(System.IO.File.ReadAllText(File("steal.mmd")), Does.Match(@"steal half ×\d+ \d+"));
        Assert.That(System.IO.File.ReadAllText(File("task.mmd")), Does.Match(@"run ×\d+ \d+"));
    }

    [Test]
    public void Spawn_places_are_recorded_when_asked_for()
    {
        var run = FastCoreProgram.Run("trace", "--workload", "spawn", "--out", _folder, "--seconds", Time, "--places");
        Assert.That(run.Output, Does.Contain("SpawnWorkload.Leaf, spawned by FastCore.Perf.Tracing.SpawnWorkload.Parent"));
    }

    [TestCase(ColorScheme.Light)]
    [TestCase(ColorScheme.Dark)]
    public async Task The_page_can_be_clicked_through(ColorScheme scheme)
    {
        FastCoreProgram.Run("trace", "--workload", "channels", "--out", _folder, "--seconds", Time);
        await using var report = await ReportPage.OpenAsync(File("trace.html"));
        var page = report.Page;
        await page.EmulateMediaAsync(new PageEmulateMediaOptions { ColorScheme = scheme });
        await page.SetViewportSizeAsync(1400, 1000);
        var whole = await page.EvaluateAsync<double>("view.to - view.from");

        await page.ClickAsync("#zoom-in");
        await page.Locator("#timeline").FocusAsync();
        await page.Keyboard.PressAsync("+");
        await page.Locator("#timeline").HoverAsync();
        await page.Mouse.WheelAsync(0, -100);
        var zoomed = await page.EvaluateAsync<double>("view.to - view.from");
        Assert.That(zoomed, Is.EqualTo(whole * 0.5 * 0.7 * 0.8).Within(1).Percent);
        var from = await page.EvaluateAsync<double>("view.from");
        await page.Keyboard.PressAsync("ArrowRight");
        Assert.That(await page.EvaluateAsync<double>("view.from"), Is.GreaterThan(from));
        await page.ClickAsync("#all");
        Assert.That(await page.EvaluateAsync<double>("view.to - view.from"), Is.EqualTo(whole));

        // A task that something woke: a click on it shows it, with what led to it.
        const string Woken = "trace.tasks.cause.findIndex((cause, task) => cause >= 0 && trace.tasks.wait[task] >= 0 && trace.tasks.end[task] > trace.tasks.run[task])";
        await page.EvaluateAsync($"(task => {{ const room = trace.tasks.end[task] - trace.tasks.run[task]; show(trace.tasks.run[task] - room, trace.tasks.end[task] + room); }})({Woken})");
        var place = await page.EvaluateAsync<double[]>($"(task => {{ const canvas = document.getElementById('timeline'), track = rowOf.get(trace.tasks.runTrack[task]); return [NameWidth + ((trace.tasks.run[task] + trace.tasks.end[task]) / 2 - view.from) * scale(canvas.clientWidth), track.top + RowHeight / 2]; }})({Woken})");
        await page.Locator("#timeline").HoverAsync(new LocatorHoverOptions { Position = new Position { X = (float)place[0], Y = (float)place[1] } });
        Assert.That(await page.IsVisibleAsync("#tip"));
        await page.Locator("#timeline").ClickAsync(new LocatorClickOptions { Position = new Position { X = (float)place[0], Y = (float)place[1] } });
        Assert.That(await page.EvaluateAsync<int>("view.selected"), Is.EqualTo(await page.EvaluateAsync<int>(Woken)));
        Assert.That(await page.InnerTextAsync("#details"), Does.Contain("wake").And.Contain("Had waited").And.Contain("Ran"));
        var subject = await page.EvaluateAsync<long>("trace.tasks.subject[view.selected]");
        await page.WaitForURLAsync(address => address.Contains($"task={subject}", StringComparison.Ordinal));
        TestContext.AddTestAttachment(await SaveAsync(report, $"trace-task-{scheme}.png"));
        await page.Locator("#details a").First.ClickAsync();
        Assert.That(await page.EvaluateAsync<long>("trace.tasks.subject[view.selected]"), Is.Not.EqualTo(subject), "What woke it.");

        await page.ClickAsync("#tasks th >> text=turns");
        var turns = (await page.Locator("#tasks tbody tr td:nth-child(3)").AllInnerTextsAsync()).Select(int.Parse);
        Assert.That(turns, Is.Ordered.Descending.And.Not.Empty);
        await page.Locator("#waits tbody tr").First.ClickAsync();
        await page.FillAsync("#find", "MergeAsync");
        Assert.That(await page.EvaluateAsync<int>("view.found.size"), Is.EqualTo(1));
        await page.SelectOptionAsync("#origin", "wake");
        Assert.That(await page.Locator("#histogram rect").CountAsync(), Is.Positive);
        await page.EvaluateAsync($"location.hash = 'task={subject}'");
        await page.WaitForFunctionAsync($"trace.tasks.subject[view.selected] === {subject}");
        Assert.That(report.Problems, Is.Empty);
    }

    [Test]
    [CancelAfter(Hang.Milliseconds)]
    public void A_server_is_traced_by_signal()
    {
        const int Usr1 = 10, Usr2 = 12;
        using var server = new RunningServer("--trace-out", _folder);
        server.Signal(Usr2);
        Assert.That(server.ReadLine(), Is.EqualTo("fastcore tracing on"));
        Assert.That(FastCoreProgram.Run(FastCoreProgram.Installed("curl"), ["-s", $"{server.Address}/plaintext"], []).Output, Is.EqualTo("Hello, World!"));
        server.Signal(Usr2);
        var folder = Path.Combine(_folder, "trace-1");
        Assert.That(server.ReadLine(), Is.EqualTo($"fastcore trace written to {folder}: SIGUSR2"));
        using var perfetto = JsonDocument.Parse(System.IO.File.ReadAllBytes(Path.Combine(folder, "perfetto.json")));
        var names = perfetto.RootElement.GetProperty("traceEvents").EnumerateArray().Select(one => one.GetProperty("name").GetString());
        Assert.That(names, Does.Contain("accept").And.Contain("answer at once").And.Contain("all sent"));
        Assert.That(FastCoreProgram.Run("trace", "report", Path.Combine(folder, "trace.fctrace")).Output, Does.Contain("of trace"));
        server.Signal(Usr1);
        Assert.That(server.ReadLine(), Is.EqualTo("fastcore tracing off"));
        server.Signal(Usr1);
        Assert.That(server.ReadLine(), Is.EqualTo("fastcore tracing on"));
        Assert.That(server.Stop(), Is.EqualTo((0, "", "")));
    }

    /// <summary>The limit is so low that any reactor passes it.</summary>
    [Test]
    [CancelAfter(Hang.Milliseconds)]
    public void A_reactor_that_lets_work_wait_has_the_trace_written()
    {
        using var server = new RunningServer("--trace", File("all.html"), "--trace-limit", "0.001ms", "--trace-out", _folder);
        Assert.That(server.ReadLine(), Is.EqualTo($"fastcore trace written to {Path.Combine(_folder, "trace-1")}: a reactor let work wait for longer than the limit"));
        Assert.That(System.IO.File.Exists(Path.Combine(_folder, "trace-1", "trace.html")));
        Assert.That(server.Stop().ExitCode, Is.Zero);
        Assert.That(System.IO.File.ReadAllText(File("all.html")), Does.EndWith("</html>\n"));
    }

    [TestCase("trace")]
    [TestCase("trace", "--workload", "spawn")]
    [TestCase("trace", "--workload", "nothing", "--out", "x")]
    [TestCase("trace", "report")]
    [TestCase("trace", "report", "/no/such/file")]
    public void What_cant_be_done_is_said(params string[] arguments)
    {
        var run = FastCoreProgram.Run(arguments);
        Assert.That(run.ExitCode, Is.EqualTo(2));
        Assert.That(run.Error, Does.StartWith("fastcore: "));
    }

    [Test]
    public void A_file_that_is_no_trace_is_named_so()
    {
        System.IO.File.WriteAllText(File("x"), "something else altogether");
        var run = FastCoreProgram.Run("trace", "report", File("x"));
        Assert.That((run.ExitCode, run.Error), Is.EqualTo((2, "fastcore: This is no trace of FastCore: it does not begin with FCTRACE1.\n")));
    }

    private static async Task<string> SaveAsync(ReportPage report, string name)
    {
        var file = Path.Combine(TestContext.CurrentContext.WorkDirectory, name);
        await System.IO.File.WriteAllBytesAsync(file, await report.ScreenshotAsync());
        return file;
    }

    private string File(string name) => Path.Combine(_folder, name);
}
