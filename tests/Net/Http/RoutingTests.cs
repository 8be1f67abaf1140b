using System.Text;
using CsCheck;
using FastCore.Net.Http;
using FastCore.Net.Http.Server;

namespace FastCore.Net.Tests.Http;

/// <summary>Which handler a path finds, what its parameters stand for, what goes around handlers, and what queries and forms say.</summary>
internal sealed class RoutingTests
{
    [TestCase("/", ExpectedResult = "/")]
    [TestCase("/users/7", ExpectedResult = "/users/{id} id=7")]
    [TestCase("/users/me", ExpectedResult = "/users/me")]
    [TestCase("/users/", ExpectedResult = "404")]
    [TestCase("/users/7/posts", ExpectedResult = "/users/{id}/posts id=7")]
    [TestCase("/users/7/posts/9", ExpectedResult = "/users/{id}/posts/{post} id=7 post=9")]
    [TestCase("/users/7/posts/", ExpectedResult = "404")]
    [TestCase("/users//posts", ExpectedResult = "404")]
    [TestCase("/users/me/posts", ExpectedResult = "/users/{id}/posts id=me", Description = "a literal that leads nowhere is left again")]
    [TestCase("/files/", ExpectedResult = "/files/{**path} path=")]
    [TestCase("/files/a/b.txt", ExpectedResult = "/files/{**path} path=a/b.txt")]
    [TestCase("/files/special/x", ExpectedResult = "/files/special/{name} name=x")]
    [TestCase("/files/special/x/y", ExpectedResult = "/files/{**path} path=special/x/y")]
    [TestCase("/files", ExpectedResult = "404")]
    [TestCase("/x/y/z", ExpectedResult = "/{a}/{b}/z a=x b=y")]
    [TestCase("/users/7%2Fposts", ExpectedResult = "/users/{id} id=7%2Fposts")]
    public string TheMostSpecificPathWins(string path)
    {
        using var client = new Conversation(static server =>
        {
            foreach (var pattern in (string[])["/", "/users/{id}", "/users/me", "/users/{id}/posts", "/users/{id}/posts/{post}", "/users/me/settings/x/y", "/files/{**path}", "/files/special/{name}", "/{a}/{b}/z"])
            {
                var names = RoutePattern.Parse(pattern).Parameters;
                server.Map(HttpMethod.Get, pattern, context =>
                {
                    var answer = new StringBuilder(pattern);
                    foreach (var name in names) answer.Append($" {name}={Encoding.ASCII.GetString(context.GetRouteValue(name))}");
                    if (names.Length > 0) Assert.That(context.RouteValue.SequenceEqual(context.GetRouteValue(names[^1])));
                    context.Respond(answer.ToString());
                });
            }
        });
        var answer = client.Ask($"GET {path} HTTP/1.1\r\nHost: a\r\n\r\n");
        Assert.That(client.Errors, Is.Empty);
        return answer.StartsWith("HTTP/1.1 404 ", StringComparison.Ordinal) ? "404" : answer[(answer.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..];
    }

    [Test]
    public void AMethodThatThePathLacksIsToldWhichItHas()
    {
        using var client = new Conversation(static server =>
        {
            server.Map(HttpMethod.Get, "/a/{x}/b", static context => context.Respond(200));
            server.Map(HttpMethod.Delete, "/a/{x}/b", static context => context.Respond(200));
        });
        Assert.That(client.Ask("PUT /a/1/b HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n"), Does.StartWith("HTTP/1.1 405 ").And.Contain("Allow: GET, HEAD, DELETE, OPTIONS\r\n"));
    }

    [TestCase("")]
    [TestCase("a")]
    [TestCase("/a b")]
    [TestCase("/a?b")]
    [TestCase("/a/{}")]
    [TestCase("/a/{x}y")]
    [TestCase("/a/{**x}/b")]
    [TestCase("/a/{x}/{x}")]
    [TestCase("/a/{x y}")]
    [TestCase("/ä")]
    public void WhatIsNoPathCanNotBeMapped(string path)
    {
        using var server = new HttpServer();
        Assert.That(() => server.Map(HttpMethod.Get, path, static context => context.Respond(200)), Throws.ArgumentException);
    }

    [Test]
    public void AParameterHasOneName()
    {
        using var server = new HttpServer();
        server.Map(HttpMethod.Get, "/a/{x}/b", static context => context.Respond(200));
        Assert.That(() => server.Map(HttpMethod.Post, "/a/{y}/b", static context => context.Respond(200)), Throws.ArgumentException);
        Assert.That(() => server.Map(HttpMethod.Get, "/a/{x}/b", static context => context.Respond(200)), Throws.InvalidOperationException);
    }

    /// <summary>The tree, against the plain rule: try all patterns, and take the one that is literal where they first differ.</summary>
    [Test]
    public void TheTreeFindsWhatTheRuleSays()
    {
        var segment = Gen.Int[0, 2].Select(static i => new[] { "a", "b", "{x}" }[i]);
        var pattern = Gen.Select(segment.Array[1, 4], Gen.Bool, (segments, rest) =>
            "/" + string.Join('/', segments.Select(static (text, i) => text == "{x}" ? $"{{x{i}}}" : text)) + (rest ? "/{**rest}" : ""));
        var path = Gen.Int[0, 3].Select(static i => new[] { "a", "b", "c", "" }[i]).Array[1, 5].Select(static segments => "/" + string.Join('/', segments));
        Gen.Select(pattern.Array[1, 8], path.Array[8]).Sample((patterns, paths) =>
        {
            var router = new Router();
            foreach (var each in patterns.Distinct()) router.Add(HttpMethod.Get, each, new Route(static _ => { }, null));
            foreach (var each in paths)
            {
                var values = new RouteValues();
                var found = router.Find(Encoding.ASCII.GetBytes(each), values);
                var wanted = patterns.Where(candidate => Fits(candidate, each)).OrderBy(static candidate => Rank(candidate), StringComparer.Ordinal).FirstOrDefault();
                if (found?.Pattern != wanted) return false;
                if (found != null && values.Count != found.Parameters.Length) return false;
            }
            return true;
        }, seed: "0000000000000", iter: 20_000);
    }

    private static bool Fits(string pattern, string path)
    {
        var wanted = pattern[1..].Split('/');
        var segments = path[1..].Split('/');
        for (var i = 0; i < wanted.Length; i++)
        {
            if (wanted[i].StartsWith("{**", StringComparison.Ordinal)) return i < segments.Length;
            if (i == segments.Length || (wanted[i][0] == '{' ? segments[i].Length == 0 : wanted[i] != segments[i])) return false;
        }
        return wanted.Length == segments.Length;
    }

    // A literal before a parameter, that before the rest, and that it ends before that it goes on.
    private static string Rank(string pattern) =>
        string.Concat(pattern[1..].Split('/').Select(static segment => segment.StartsWith("{**", StringComparison.Ordinal) ? '3' : segment[0] == '{' ? '2' : '1'));

    [Test]
    public void WhatIsUsedGoesAroundEveryHandlerOfItsKind()
    {
        var steps = new List<string>();
        using var server = new HttpServer(new HttpServerOptions { EndPoint = new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 0), Reactors = 1 });
        server.Map(HttpMethod.Get, "/", context =>
        {
            steps.Add("handler");
            context.Respond(200);
        });
        server.Use(next => context =>
        {
            steps.Add("outer");
            next(context);
            steps.Add("end");
        });
        server.Use(next => context =>
        {
            steps.Add("inner");
            if (context.Query.IsEmpty) next(context);
            else context.Respond(403);
        });
        server.UseAsync(next => async context =>
        {
            context.AddHeader("X-Around"u8, "yes"u8);
            await next(context);
        });
        server.MapAsync(HttpMethod.Get, "/async", static async context =>
        {
            await Task.Yield();
            context.Respond(200);
        });
        server.Start();
        using var client = new HttpClient { BaseAddress = new Uri($"http://{server.EndPoint}/") };
        Assert.That((int)client.GetAsync("/").Result.StatusCode, Is.EqualTo(200));
        Assert.That((int)client.GetAsync("/?x").Result.StatusCode, Is.EqualTo(403));
        Assert.That(steps, Is.EqualTo(new[] { "outer", "inner", "handler", "end", "outer", "inner", "end" }));
        Assert.That(client.GetAsync("/async").Result.Headers.Contains("X-Around"), Is.True);
        Assert.That(() => server.Use(static next => next), Throws.InvalidOperationException);
    }

    [TestCase("", ExpectedResult = "")]
    [TestCase("a=1&b=2", ExpectedResult = "a=1;b=2")]
    [TestCase("a&&b=&=c&", ExpectedResult = "a=;b=;=c")]
    [TestCase("a=b=c", ExpectedResult = "a=b=c")]
    [TestCase("n%61me=one+two%2B%C3%A4", ExpectedResult = "name=one two+ä")]
    [TestCase("a=%&b=%4&c=%zz&d=%41", ExpectedResult = "a=%;b=%4;c=%zz;d=A")]
    [TestCase("a=%FF", ExpectedResult = "a=\uFFFD")]
    public string AQueryIsReadPairByPair(string query)
    {
        var pairs = new List<string>();
        using var client = new Conversation(server =>
        {
            server.Map(HttpMethod.Get, "/", context =>
            {
                foreach (var pair in context.QueryValues) pairs.Add($"{pair.NameText}={pair.ValueText}");
                context.Respond(200);
            });
        });
        Assert.That(client.Ask($"GET /?{query} HTTP/1.1\r\nHost: a\r\n\r\n"), Does.StartWith("HTTP/1.1 200 "));
        return string.Join(';', pairs);
    }

    [Test]
    public void AFormIsReadAsAQueryIs()
    {
        string? name = null;
        string[] tags = [];
        using var client = new Conversation(server => server.Map(HttpMethod.Post, "/", context =>
        {
            Assert.That(context.Form.TryGet("none", out _), Is.False);
            name = context.Form.TryGet("name", out var value) ? value : null;
            tags = context.Form.GetAll("tag");
            context.Respond(200);
        }));
        var long300 = string.Concat(Enumerable.Repeat("%41", 300));
        var body = $"tag=a&name=x+y&tag={long300}";
        client.Ask($"POST / HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded; charset=utf-8\r\nContent-Length: {body.Length}\r\n\r\n{body}");
        Assert.That(name, Is.EqualTo("x y"));
        Assert.That(tags, Is.EqualTo(new[] { "a", new string('A', 300) }));
        client.Ask($"POST / HTTP/1.1\r\nHost: a\r\nContent-Type: text/plain\r\nContent-Length: {body.Length}\r\n\r\n{body}");
        Assert.That(name, Is.Null, "another media type is no form");
        Assert.That(client.Errors, Is.Empty);
    }
}
