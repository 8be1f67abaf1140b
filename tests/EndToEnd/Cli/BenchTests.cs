using FastCore.Perf.Reports;
using FastCore.Perf.Results;

namespace FastCore.EndToEnd.Tests.Cli;

/// <summary><c>fastcore bench http</c>: one short run whose figures mean nothing and whose files are looked at.</summary>
internal sealed class BenchTests
{
    private string _folder = null!;
    private Finished _run = null!;
    private BenchReport _report = null!;

    private string Html => Path.Combine(_folder, "report.html");

    private string Markdown => Path.Combine(_folder, "page.md");

    [OneTimeSetUp]
    public void Run()
    {
        _folder = Directory.CreateTempSubdirectory("fastcore-bench-").FullName;
        File.WriteAllText(Markdown, $"before\n{MarkdownReport.Begin}\nstale figures\n{MarkdownReport.End}\nafter\n");
        _run = FastCoreProgram.Run(
            "bench", "http", "--transport", "epoll", "--connections", "8", "--rounds", "2", "--duration", "100ms",
            "--json", Path.Combine(_folder, "new", "report.json"), "--html", Html, "--markdown", Markdown);
        _report = BenchReport.FromJson(File.ReadAllText(Path.Combine(_folder, "new", "report.json")));
    }

    [OneTimeTearDown]
    public void Clean()
    {
        if (_folder != null) Directory.Delete(_folder, recursive: true);
    }

    // A machine that is busy otherwise may refuse cells, and one without the peer has nothing to compare with: that is 4, not a failure.
    [Test]
    public void Exit_code_says_whether_it_can_be_concluded() => Assert.That(_run.ExitCode, Is.EqualTo(_report.IsInconclusive ? 4 : 0), _run.Error);

    [Test]
    [CancelAfter(Hang.Milliseconds)]
    public void A_traced_server_is_measured_beside_itself()
    {
        var run = FastCoreProgram.Run("bench", "http", "--traced", "--connections", "8", "--pipeline", "1", "--rounds", "1", "--duration", "100ms", "--json", "-");
        Assert.That(run.ExitCode, Is.AnyOf(0, 4), run.Error);
        var report = BenchReport.FromJson(run.Output);
        var subjects = report.Cases.Select(static result => result.Subject).Distinct().ToList();
        Assert.That(subjects, Does.Contain("fastcore/epoll").And.Contain("fastcore/epoll/traced"));
        Assert.That(subjects, Has.None.EqualTo("kestrel-aot"));
        var plaintext = report.Cases.Where(static result => result.Name == "http/plaintext/c8/p1" && result.Refused == null).ToList();
        Assert.That(plaintext.Select(static result => result.Metrics[Metric.RequestsPerSecond.Name]), Has.All.Positive);
    }

    [Test]
    [CancelAfter(Hang.Milliseconds)]
    public void Every_request_is_answered_by_both()
    {
        string[] names = ["plaintext", "json", "body-64k", "body-1m", "file-64k", "upload-1m", "connect"];
        var run = FastCoreProgram.Run(["bench", "http", "--transport", "epoll", "--connections", "2", "--rounds", "1", "--duration", "50ms", "--json", "-", .. names.SelectMany(static name => (string[])["--request", name])]);
        Assert.That(run.ExitCode, Is.AnyOf(0, 4), run.Error);
        var report = BenchReport.FromJson(run.Output);
        Assert.That(report.Cases.Select(static result => result.Name).Distinct(), Is.EqualTo(names.Select(static name => $"http/{name}/c2/p1")));
        Assert.That(report.Cases.Where(static result => result.Subject == "nginx").Select(static result => result.Name), Is.SubsetOf((string[])["http/file-64k/c2/p1"]), "it serves files only, where it is installed");
        // An answer that is wrong is named in the refusal; a busy machine's reason is none of these.
        Assert.That(report.Cases.Select(static result => result.Refused ?? ""), Has.None.Matches("status|body|Content-Length|connection|without one"));
    }

    [Test]
    public void Json_has_the_documented_shape()
    {
        Assert.That(_report.Schema, Is.EqualTo(1));
        Assert.That(_report.Machine.Cpu, Is.Not.Empty);
        Assert.That(_report.Machine.Cores, Is.Positive);
        var ours = _report.Cases.Where(result => result.Subject == "fastcore/epoll").ToList();
        Assert.That(ours.Select(result => result.Name), Is.EqualTo((string[])["http/plaintext/c8/p1", "http/json/c8/p1"]));
        foreach (var result in _report.Cases.Where(result => result.Refused == null))
        {
            string[] always = ["requests_per_second", "cpu_us_per_request", "p50_us", "p99_us", "p999_us", "allocated_bytes_per_request"];
            Assert.That(result.Metrics.Keys, Is.SupersetOf(always), result.Name);
            Assert.That(result.Metrics["requests_per_second"], Is.Positive);
            Assert.That(result.Metrics["p50_us"], Is.LessThanOrEqualTo(result.Metrics["p99_us"]));
            Assert.That(result.Rounds!["cpu_us_per_request"], Has.Length.EqualTo(2));
        }
    }

    [Test]
    public void Markdown_goes_between_the_marks()
    {
        var text = File.ReadAllText(Markdown);
        Assert.That(text, Does.StartWith($"before\n{MarkdownReport.Begin}\n").And.EndWith($"{MarkdownReport.End}\nafter\n"));
        Assert.That(text, Does.Contain("| http/plaintext/c8/p1 | fastcore/epoll |").And.Not.Contain("stale figures"));
    }

    [Test]
    public void Output_without_a_terminal_is_plain_lines()
    {
        Assert.That(_run.Output, Does.Contain("finished http/json/c8/p1 fastcore/epoll: "));
        Assert.That(_run.Output, Does.Not.Contain("\u001b["));
    }

    [Test]
    public async Task Page_works_in_a_browser()
    {
        var drawn = _report.Cases.Where(result => result.Refused == null).Select(result => result.Name).Distinct().Count();
        await using var page = await ReportPage.OpenAsync(Html);
        // For each case its bars of CPU and requests, and its latency curve.
        Assert.That(await page.ChartsAsync(), Has.Count.EqualTo(3 * drawn).And.All.Positive, "Every chart has shapes in it.");
        Assert.That(page.Problems, Is.Empty, "The console stays empty and nothing is fetched.");
        Assert.That(await page.ScreenshotAsync(), Has.Length.GreaterThan(10_000));
    }

    [Test]
    public void Ctrl_C_prints_what_is_finished_and_exits_with_130()
    {
        var timeout = FastCoreProgram.Installed("timeout");
        var result = FastCoreProgram.Run(timeout, ["--preserve-status", "-s", "INT", "3", FastCoreProgram.Executable, "bench", "http", "--transport", "epoll", "--connections", "4", "--rounds", "1000", "--duration", "100ms"], []);
        Assert.That(result.ExitCode, Is.EqualTo(130), result.Error);
        Assert.That(result.Error, Does.Contain("interrupted"));
        Assert.That(result.Output, Does.Contain("http/plaintext/c4/p1"));
    }

    [Test]
    public void Assertions_that_fail_exit_with_1_and_json_can_take_the_standard_output()
    {
        var result = FastCoreProgram.Run("bench", "http", "--transport", "epoll", "--connections", "2", "--rounds", "1", "--duration", "50ms", "--json", "-", "--assert", "http/plaintext/c2/p1:p50_us<0");
        Assert.That(result.ExitCode, Is.EqualTo(1), result.Error);
        Assert.That(result.Error, Does.Contain("assertion failed: http/plaintext/c2/p1:p50_us<0"));
        Assert.That(BenchReport.FromJson(result.Output).Cases, Is.Not.Empty, "The standard output is JSON and nothing else.");
    }

    [Test]
    public void Without_the_peer_nothing_is_concluded()
    {
        var result = FastCoreProgram.Run(FastCoreProgram.Executable,
            ["bench", "http", "--transport", "epoll", "--connections", "2", "--rounds", "1", "--duration", "50ms"], new() { ["FASTCORE_KESTREL_PEER"] = "/no/such/program" });
        Assert.That(result.ExitCode, Is.EqualTo(4), result.Error);
        Assert.That(result.Output, Does.Contain("there is no kestrel-peer to compare with"));
    }
}
