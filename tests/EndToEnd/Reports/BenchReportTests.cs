using System.Text.Json;
using FastCore.Perf.Results;

namespace FastCore.EndToEnd.Tests.Reports;

internal sealed class BenchReportTests
{
    [Test]
    public void Json_has_the_names_that_readers_rely_on()
    {
        using var document = JsonDocument.Parse(Samples.TwoSubjects().ToJson());
        var root = document.RootElement;
        Assert.That(root.GetProperty("schema").GetInt32(), Is.EqualTo(1));
        Assert.That(root.GetProperty("machine").GetProperty("cpu").GetString(), Is.EqualTo("A <fast> one"));
        var ours = root.GetProperty("cases")[0];
        Assert.That(ours.GetProperty("name").GetString(), Is.EqualTo("http/plaintext/c64/p1"));
        Assert.That(ours.GetProperty("subject").GetString(), Is.EqualTo("fastcore/io_uring"));
        Assert.That(ours.GetProperty("metrics").GetProperty("cpu_us_per_request").GetDouble(), Is.EqualTo(4));
        Assert.That(ours.GetProperty("ratio").GetProperty("to").GetString(), Is.EqualTo("kestrel-aot"));
        Assert.That(ours.GetProperty("ratio").GetProperty("cpu_us_per_request").GetDouble(), Is.EqualTo(0.4));
        Assert.That(ours.TryGetProperty("refused", out _), Is.False, "What is not there is absent.");
    }

    [Test]
    public void What_is_written_is_read_back()
    {
        var json = Samples.TwoSubjects().ToJson();
        Assert.That(BenchReport.FromJson(json).ToJson(), Is.EqualTo(json));
    }

    [Test]
    public void Unknown_members_are_passed_over() =>
        Assert.That(BenchReport.FromJson(Samples.TwoSubjects().ToJson().Replace("\"to\":", "\"why\": {\"x\": [1]}, \"to\":", StringComparison.Ordinal)).Cases[0].Ratio!.To, Is.EqualTo("kestrel-aot"));

    [Test]
    public void Another_schema_is_refused() =>
        Assert.That(() => BenchReport.FromJson(Samples.Report().ToJson().Replace("\"schema\": 1", "\"schema\": 2", StringComparison.Ordinal)), Throws.TypeOf<JsonException>().With.Message.Contains("schema 2"));

    [Test]
    public void A_refused_cell_makes_the_run_inconclusive()
    {
        Assert.That(Samples.TwoSubjects().IsInconclusive, Is.False);
        Assert.That(Samples.Report(new CaseResult { Name = "a", Subject = "b", Refused = "idle" }).IsInconclusive, Is.True);
        var doubtful = Samples.TwoSubjects();
        doubtful.Inconclusive = ["one processor"];
        Assert.That(doubtful.IsInconclusive, Is.True);
    }

    [Test]
    public void Ratios_leave_out_what_can_not_be_divided()
    {
        var ours = new CaseResult { Name = "a", Subject = "fastcore", Metrics = { ["p99_us"] = 3, ["allocated_bytes_per_request"] = 1, ["peak_rss_kib"] = 5 } };
        var other = new CaseResult { Name = "a", Subject = "stock", Metrics = { ["p99_us"] = 6, ["allocated_bytes_per_request"] = 2, ["peak_rss_kib"] = 0 } };
        Assert.That(CaseRatio.Between(ours, other).Metrics, Is.EqualTo(new Dictionary<string, double> { ["p99_us"] = 0.5 }));
    }

    [TestCase(new double[] { 3, 1, 2 }, 2)]
    [TestCase(new double[] { 4, 1, 2, 3 }, 2.5)]
    [TestCase(new double[] { 7 }, 7)]
    public void Median_is_the_middle(double[] values, double median) => Assert.That(Statistics.Median(values), Is.EqualTo(median));

    [Test]
    public void Spread_is_the_distance_of_the_quartiles_over_the_median()
    {
        Assert.That(Statistics.RelativeSpread([5, 5, 5]), Is.Zero);
        Assert.That(Statistics.RelativeSpread([8, 10, 12]), Is.EqualTo(0.2).Within(1e-9));
    }
}
