using System.Text;
using FastCore.Gateway.Configuration;

namespace FastCore.Gateway.Tests;

/// <summary>A configuration is read strictly: what can't be meant is refused, with a sentence that says what to write.</summary>
[TestFixture]
internal sealed class ConfigurationTests
{
    [Test]
    public void The_example_is_good()
    {
        var configuration = ConfigurationFile.Read(RepositoryRoot.Of("examples/gateway/gateway.json"));
        Assert.That(configuration.Routes, Is.Not.Empty);
        Assert.That(Path.IsPathFullyQualified(configuration.Tokens!.Keys), "its keys lie beside it");
    }

    [Test]
    public void What_is_not_said_has_its_default()
    {
        var configuration = Parse("""{"routes":[{"name":"a","path":"/a","destinations":["http://h:1"],"requireToken":false,"limits":{"perSecond":5}}]}""");
        var route = configuration.Routes[0];
        Assert.Multiple(() =>
        {
            Assert.That(configuration.Listen, Is.EqualTo("127.0.0.1:8080"));
            Assert.That(route.Methods, Does.Contain("GET"));
            Assert.That((route.Balance, route.Breaker.Failures, route.Limits.PerSecond, route.Timeouts.HeadSeconds), Is.EqualTo((Balance.RoundRobin, 5, (double?)5, 30.0)));
        });
    }

    [TestCase("""{}""", "routes")]
    [TestCase("""null""", "Write an object")]
    [TestCase("""{"routes":[]}""", "at least one route")]
    [TestCase("""{"routes":[ROUTE],"liste":"1"}""", "liste")]
    [TestCase("""{"routes":[ROUTE],"name":"a","name":"b"}""", "name")]
    [TestCase("""{"routes":[ROUTE],"listen":"8080"}""", "ADDRESS:PORT")]
    [TestCase("""{"routes":[ROUTE],"listen":null}""", "listen")]
    [TestCase("""{"routes":[ROUTE],"admin":"0.0.0.0:9"}""", "loopback")]
    [TestCase("""{"routes":[ROUTE],"transport":"rdma"}""", "io_uring, epoll or portable")]
    [TestCase("""{"routes":[ROUTE],"name":"my gateway"}""", "without blanks")]
    [TestCase("""{"routes":[ROUTE],"cpus":[]}""", "name processors")]
    [TestCase("""{"routes":[ROUTE],"trustedProxies":["10.0.0.0/33"]}""", "10.0.0.0/8")]
    [TestCase("""{"routes":[ROUTE,ROUTE]}""", "a name of its own")]
    [TestCase("""{"routes":[ROUTE],"tokens":{"keys":"k","issuer":"i","audience":"a","algorithms":["none"]}}""", "none is no signature")]
    [TestCase("""{"routes":[{"name":"a","path":"/a","destinations":["http://h:1"]}]}""", "how tokens are checked")]
    [TestCase("""{"routes":[{"name":"a","path":"/a","destinations":["h:1"],"requireToken":false}]}""", "http://host:port")]
    [TestCase("""{"routes":[{"name":"a","path":"/a","destinations":["http://h/p"],"requireToken":false}]}""", "without a path")]
    [TestCase("""{"routes":[{"name":"a","path":"/a","destinations":[],"requireToken":false}]}""", "give 1 to 64")]
    [TestCase("""{"routes":[{"name":"a","path":"/a","destinations":["http://h:1"],"requireToken":false,"methods":["TRACE"]}]}""", "not passed on")]
    [TestCase("""{"routes":[{"name":"a","path":"/a","destinations":["http://h:1"],"requireToken":false,"stripPrefix":"/b"}]}""", "what the path begins with")]
    [TestCase("""{"routes":[{"name":"a","path":"/pictures/{**rest}","destinations":["http://h:1"],"requireToken":false,"stripPrefix":"/pic"}]}""", "whole segments")]
    [TestCase("""{"routes":[{"name":"a","path":"/a","destinations":["http://h:1"],"requireToken":false,"scopes":["s"]}]}""", "leave one of the two out")]
    [TestCase("""{"routes":[{"name":"a","path":"/a","destinations":["http://h:1"],"requireToken":false,"balance":"random"}]}""", "balance")]
    [TestCase("""{"routes":[{"name":"a","path":"/a","destinations":["http://h:1"],"requireToken":false,"limits":{"burst":2}}]}""", "give both, or none")]
    [TestCase("""{"routes":[{"name":"a","path":"/a","destinations":["http://h:1"],"requireToken":false,"limits":{"inFlight":0}}]}""", "limits.inFlight is 0")]
    [TestCase("""{"routes":[{"name":"a","path":"/a","destinations":["http://h:1"],"requireToken":false,"breaker":{"failures":0}}]}""", "breaker.failures is 0")]
    [TestCase("""{"routes":[{"name":"a","path":"/a","destinations":["http://h:1"],"requireToken":false,"timeouts":{"headSeconds":-1}}]}""", "timeouts.headSeconds is -1")]
    public void Is_refused(string json, string because)
    {
        var route = """{"name":"a","path":"/a","destinations":["http://h:1"],"requireToken":false}""";
        var refused = Assert.Throws<ConfigurationException>(() => Parse(json.Replace("ROUTE", route)));
        Assert.That(refused!.Message, Does.Contain(because));
    }

    [TestCase("--help", 2)]
    [TestCase("", 2)]
    [TestCase("--check-config no-such-file.json", 3)]
    public async Task The_program_says_what_is_wrong(string arguments, int code) =>
        Assert.That(await Program.Main(arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries)), Is.EqualTo(code));

    [Test]
    public async Task The_program_checks_a_file() => Assert.That(await Program.Main(["--check-config", RepositoryRoot.Of("examples/gateway/gateway.json")]), Is.Zero);

    private static GatewayConfiguration Parse(string json) => ConfigurationFile.Parse(Encoding.UTF8.GetBytes(json));
}
