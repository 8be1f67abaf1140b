using System.Text;
using FastCore.Gateway.Forwarding;

namespace FastCore.Gateway.Tests;

/// <summary>A path that two readers could take differently is not passed on.</summary>
[TestFixture]
internal sealed class PathRulesTests
{
    [TestCase("/")]
    [TestCase("/a/b/")]
    [TestCase("/a.b/..c/.d/e..")]
    [TestCase("/%C3%A4/%20/%25")]
    [TestCase("/a;b=c,d")]
    public void Has_one_reading(string path) => Assert.That(PathRules.IsNormal(Encoding.ASCII.GetBytes(path)));

    [TestCase("/.")]
    [TestCase("/a/..")]
    [TestCase("/a/../b")]
    [TestCase("/a/./b")]
    [TestCase("/.../../a")]
    [TestCase("//a")]
    [TestCase("/a//b")]
    [TestCase("/a\\b")]
    [TestCase("/a/%2e%2E/b")]
    [TestCase("/a/.%2e/b")]
    [TestCase("/%61dmin")]
    [TestCase("/a%2fb")]
    [TestCase("/a%2Fb")]
    [TestCase("/a%5cb")]
    [TestCase("/a%00b")]
    [TestCase("/a%")]
    [TestCase("/a%4")]
    [TestCase("/a%zz")]
    [TestCase("/a%+1")]
    public void Has_several(string path) => Assert.That(PathRules.IsNormal(Encoding.ASCII.GetBytes(path)), Is.False);
}
