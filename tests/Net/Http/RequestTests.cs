using System.Net;
using System.Text;
using FastCore.Net.Http;

namespace FastCore.Net.Tests.Http;

/// <summary>What handlers see of a request.</summary>
internal sealed class RequestTests
{
    /// <summary>Calls the handler with the request and returns what it returns.</summary>
    private static T See<T>(string request, Func<HttpContext, T> look)
    {
        var seen = default(T);
        using var client = new Conversation(server => server.Map(HttpMethod.Get, "/a/{id}", context =>
        {
            seen = look(context);
            context.Respond(200);
        }));
        Assert.That(client.Ask(request), Does.StartWith("HTTP/1.1 200 "));
        Assert.That(client.Errors, Is.Empty);
        return seen!;
    }

    private static string Text(ReadOnlySpan<byte> bytes) => Encoding.Latin1.GetString(bytes);

    [Test]
    public void ItsParts()
    {
        var seen = See("GET /a/b%20c?d=e HTTP/1.1\r\nHost: h:1\r\nContent-Length: 3\r\n\r\nxyz", static context =>
            (context.Method, Text(context.Path), context.PathText, Text(context.Query), Text(context.RouteValue), Text(context.Host), context.Version, context.ContentLength, Text(context.Body)));
        Assert.That(seen, Is.EqualTo((HttpMethod.Get, "/a/b%20c", "/a/b c", "d=e", "b%20c", "h:1", HttpVersion.Version11, (long?)3, "xyz")));
        Assert.That(See("GET /a/b HTTP/1.0\r\n\r\n", static context => (context.Version, Text(context.Host), context.ContentLength)), Is.EqualTo((HttpVersion.Version10, "", (long?)0)));
        Assert.That(See("GET /a/b HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n", static context => context.ContentLength), Is.Null);
    }

    [Test]
    public void ItsFieldsInOrder()
    {
        var seen = See("GET /a/b HTTP/1.1\r\nHost: h\r\nB: 1\r\na:  2\r\nb: \xE9\r\n\r\n", static context =>
        {
            var lines = new List<string>();
            foreach (var field in context.Headers) lines.Add($"{Text(field.Name)}: {Text(field.Value)}");
            Assert.That(context.Headers.Count, Is.EqualTo(4));
            Assert.That(context.TryGetHeader("b"u8, out var first), Is.True);
            Assert.That(Text(first), Is.EqualTo("1"), "the first of a name");
            Assert.That(context.TryGetHeader("HOST"u8, out _), Is.True);
            Assert.That(context.TryGetHeader("hos"u8, out _), Is.False);
            Assert.That(context.TryGetHeader(""u8, out _), Is.False);
            return lines;
        });
        Assert.That(seen, Is.EqualTo(new[] { "Host: h", "B: 1", "a: 2", "b: \xE9" }));
    }

    [TestCase("", "")]
    [TestCase("Cookie: a=b\r\n", "a=b")]
    [TestCase("Cookie: a=b; c=d\r\n", "a=b|c=d")]
    [TestCase("Cookie: a=b;c=d;\r\n", "a=b|c=d")]
    [TestCase("Cookie: a=b=c; d=\"e\"; f=\r\n", "a=b=c|d=\"e\"|f=")]
    [TestCase("Cookie: ; ;a; =b; c = d \r\n", "=b|c=d")]
    [TestCase("Cookie: a=1\r\nX: y\r\ncookie: b=2; a=3\r\n", "a=1|b=2|a=3")]
    [TestCase("Cookie: \r\nCookies: a=b\r\n", "")]
    public void ItsCookies(string fields, string expected)
    {
        var seen = See($"GET /a/b HTTP/1.1\r\nHost: h\r\n{fields}\r\n", static context =>
        {
            var pairs = new List<string>();
            foreach (var cookie in context.Cookies) pairs.Add($"{Text(cookie.Name)}={Text(cookie.Value)}");
            if (pairs.Contains("a=1"))
            {
                Assert.That(context.Cookies.TryGet("a"u8, out var value) && value.SequenceEqual("1"u8), Is.True);
                Assert.That(context.Cookies.TryGet("A"u8, out _), Is.False);
            }
            return string.Join('|', pairs);
        });
        Assert.That(seen, Is.EqualTo(expected));
    }

    [Test]
    public void AHundredFields()
    {
        var fields = string.Concat(Enumerable.Range(1, 99).Select(static i => $"Name-{i}: value {i}\r\n"));
        var seen = See($"GET /a/b HTTP/1.1\r\nHost: h\r\n{fields}\r\n", static context => (context.Headers.Count, Text(context.Headers[99].Name), Text(context.Headers[99].Value)));
        Assert.That(seen, Is.EqualTo((100, "Name-99", "value 99")));
    }
}
