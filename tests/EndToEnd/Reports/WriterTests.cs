using System.Xml.Linq;
using FastCore.Perf.Reports;
using FastCore.Perf.Results;

namespace FastCore.EndToEnd.Tests.Reports;

internal sealed class WriterTests
{
    private static readonly CaseResult Refused = new() { Name = "http/json/c64/p1", Subject = "fastcore/epoll", Refused = "answers were <wrong> | odd" };

    [Test]
    public void Markdown_has_a_row_for_each_cell()
    {
        var text = MarkdownReport.Write(Samples.Report([.. Samples.TwoSubjects().Cases, Refused]));
        Assert.That(text, Does.Contain("| http/plaintext/c64/p1 | fastcore/io_uring | 250,000 | 4.00 | 1.00 | 900 | 0.40 |"));
        Assert.That(text, Does.Contain("CPU ÷ kestrel-aot"));
        Assert.That(text, Does.Contain(@"- http/json/c64/p1, fastcore/epoll: **refused**, answers were <wrong> \| odd"));
        Assert.That(text, Does.Contain("at 0123456789ab with changes"));
    }

    [TestCase(null, "T\n")]
    [TestCase("a file without marks", "T\n")]
    [TestCase("a <!-- bench:begin --> without an end", "T\n")]
    [TestCase("a<!-- bench:begin -->old<!-- bench:end -->b", "a<!-- bench:begin -->\nT\n<!-- bench:end -->b")]
    public void Markdown_is_merged_between_the_marks(string? existing, string merged) => Assert.That(MarkdownReport.Merge(existing, "T\n"), Is.EqualTo(merged));

    [Test]
    public void Page_is_self_contained_and_escaped()
    {
        var page = HtmlReport.Write(Samples.Report([.. Samples.TwoSubjects().Cases, Refused]));
        Assert.That(page, Does.Not.Contain("http://").And.Not.Contain("https://").And.Not.Contain("<script"));
        Assert.That(page, Does.Contain("A &lt;fast&gt; one").And.Contain("answers were &lt;wrong&gt;"));
    }

    [Test]
    public void Charts_are_well_formed_and_say_their_figures()
    {
        var page = HtmlReport.Write(Samples.TwoSubjects());
        var charts = System.Text.RegularExpressions.Regex.Matches(page, "<svg.*?</svg>").Select(match => XElement.Parse(match.Value)).ToList();
        Assert.That(charts, Has.Count.EqualTo(3), "CPU, requests and latency.");
        foreach (var chart in charts)
        {
            Assert.That(chart.Element("title")?.Value, Is.Not.Empty, "A reader that sees no picture hears the title.");
            Assert.That(chart.Element("desc")?.Value, Does.Contain("fastcore/io_uring").And.Contain("kestrel-aot"));
        }
        Assert.That(charts[0].Elements("rect").Count(), Is.EqualTo(4), "Two bars, each with its share of user time.");
    }

    [Test]
    public void Sections_keep_channels_and_servers_apart()
    {
        var ring = new CaseResult { Name = "channels/unbounded/4x4", Subject = "fastcore", Metrics = { ["mops"] = 200 } };
        var start = new CaseResult { Name = "http/start", Subject = "fastcore/epoll", Metrics = { ["start_to_first_response_ms"] = 5 } };
        var sections = ReportSection.Of(Samples.Report(ring, start, Samples.TwoSubjects().Cases[0]));
        Assert.That(sections.Select(section => section.Results.Single().Name), Is.EqualTo((string[])["http/plaintext/c64/p1", "http/start", "channels/unbounded/4x4"]));
        Assert.That(sections[2].Columns, Is.EqualTo((Metric[])[Metric.MillionsPerSecond]));
    }

    [Test]
    public void All_channel_cases_are_in_one_chart_with_their_ratios()
    {
        var stock = new CaseResult { Name = "channels/unbounded/4x4", Subject = "stock", Metrics = { ["mops"] = 20 } };
        var ours = new CaseResult { Name = "channels/unbounded/4x4", Subject = "fastcore", Metrics = { ["mops"] = 60 } };
        var refused = new CaseResult { Name = "channels/bounded-1/1x1", Subject = "stock", Refused = "2 items were read of 3 written" };
        var page = HtmlReport.Write(Samples.Report(ours with { Ratio = CaseRatio.Between(ours, stock) }, stock, refused));
        var chart = XElement.Parse(System.Text.RegularExpressions.Regex.Match(page, "<svg.*?</svg>").Value);
        Assert.That(chart.Elements("circle").Count(), Is.EqualTo(2));
        Assert.That(chart.Elements("text").Select(text => text.Value), Does.Contain("3.00 ×").And.Contain("channels/unbounded/4x4"));
        Assert.That(page, Does.Contain("refused: 2 items were read of 3 written"));
    }

    [Test]
    public void What_is_not_compared_has_no_column_of_ratios()
    {
        var text = MarkdownReport.Write(Samples.Report(new CaseResult { Name = "check/unbounded/4x4", Subject = "stock", Metrics = { ["written"] = 1000, ["lost"] = 2 } }));
        Assert.That(text, Does.Contain("| case | subject | written | lost |\n|---|---|---:|---:|\n| check/unbounded/4x4 | stock | 1,000 | 2 |\n"));
    }
}
