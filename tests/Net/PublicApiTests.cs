using System.Reflection;

namespace FastCore.Net.Tests;

[TestFixture]
internal sealed class PublicApiTests
{
    [Test]
    public void The_public_api_is_the_recorded_one() =>
        PublicApiRecord.Verify(Assembly.Load("FastCore.Net"), "tests/Net/PublicApi.txt");
}
