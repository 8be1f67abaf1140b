using FastCore.Perf.Results;

namespace FastCore.EndToEnd.Tests.Reports;

internal sealed class AssertionTests
{
    [TestCase("p99_us<1000", true)]
    [TestCase("p99_us<900", false)]
    [TestCase("p99_us<=900", true)]
    [TestCase("p99_us>899.5", true)]
    [TestCase("cpu_us_per_request>=5", false)]
    [TestCase("ratio.cpu_us_per_request<=0.4", true)]
    [TestCase("ratio.cpu_us_per_request<0.4", false)]
    [TestCase("http/plaintext/c64/p1:p99_us<1000", true)]
    [TestCase("http/*:p99_us<1000", true)]
    [TestCase("http/json/c64/p1:p99_us<1000", false, Description = "Not measured: nothing shows that it holds.")]
    [TestCase("http/plaintext/c64/p1@kestrel-aot:cpu_us_per_request<5", false)]
    [TestCase("http/plaintext/c64/p1@kestrel-aot:cpu_us_per_request<11", true)]
    [TestCase("max_us<1000", false, Description = "Not measured.")]
    public void Holds_or_not(string text, bool holds)
    {
        Assert.That(Assertion.TryParse(text, out var assertion, out var problem), Is.True, problem);
        Assert.That(assertion!.Check(Samples.TwoSubjects()), holds ? Is.Empty : Has.Count.EqualTo(1));
    }

    [Test]
    public void A_refused_cell_that_is_named_does_not_hold()
    {
        Assert.That(Assertion.TryParse("a:p99_us<1000", out var assertion, out _), Is.True);
        Assert.That(assertion!.Check(Samples.Report(new CaseResult { Name = "a", Subject = "fastcore/epoll", Refused = "idle" })).Single(), Does.Contain("was refused (idle)"));
    }

    [TestCase("p99_us")]
    [TestCase("p99_us<fast")]
    [TestCase("speed<3")]
    [TestCase("ratio.<3")]
    [TestCase("")]
    public void Nonsense_is_told(string text)
    {
        Assert.That(Assertion.TryParse(text, out _, out var problem), Is.False);
        Assert.That(problem, Is.Not.Empty);
    }
}
