using System.Reflection;

namespace FastCore.Tests;

[TestFixture]
internal sealed class PublicApiTests
{
    [Test]
    public void The_public_api_is_the_recorded_one() =>
        PublicApiRecord.Verify(Assembly.Load("FastCore"), "tests/Core/PublicApi.txt");

    [Test]
    public void A_difference_is_told_line_by_line() =>
        Assert.That(PublicApiRecord.LineDifference("a\nb\nc\n", "a\nc\nd\n"), Is.EqualTo("- b\n+ d\n"));
}
