using FastCore.Perf.Results;

namespace FastCore.EndToEnd.Tests.Readme;

[TestFixture]
internal sealed class MetricTests
{
    [Test]
    public void How_to_measure_says_where_every_metric_comes_from()
    {
        var page = File.ReadAllText(RepositoryRoot.Of("docs/how-to-measure.md"));
        Assert.That(Metric.All.Select(metric => metric.Name).Where(name => !page.Contains($"`{name}`", StringComparison.Ordinal)), Is.Empty);
    }
}
