using System.Text.Json;
using System.Text.Json.Serialization;
using FastCore.Net.Http;

namespace FastCore.Net.Tests.Http;

/// <summary>Bodies in JSON, both ways.</summary>
internal sealed class JsonTests
{
    private const string Get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

    [Test]
    public void AValueIsWrittenWithItsLengthAndType()
    {
        using var client = Serving(static context => context.RespondJson(new Point(1, 2), PointJson.Default.Point));
        Assert.That(client.Ask(Get), Is.EqualTo(Answer("200 OK", """{"X":1,"Y":2}""")));
        Assert.That(client.Ask(Get), Is.EqualTo(Answer("200 OK", """{"X":1,"Y":2}""")), "and again");
    }

    [Test]
    public void TheStatusIsTheHandlers()
    {
        using var client = Serving(static context => context.RespondJson(new Point(1, 2), PointJson.Default.Point, 201));
        Assert.That(client.Ask(Get), Is.EqualTo(Answer("201 Created", """{"X":1,"Y":2}""")));
    }

    [Test]
    public void EachContextsOptionsHold()
    {
        var indented = false;
        using var client = Serving(context =>
        {
            context.RespondJson(new Point(1, 2), indented ? IndentedPointJson.Default.Point : PointJson.Default.Point);
            indented = !indented;
        });
        for (var i = 0; i < 2; i++)
        {
            Assert.That(client.Ask(Get), Does.EndWith("""{"X":1,"Y":2}"""));
            Assert.That(client.Ask(Get), Does.EndWith("{\n\t\"X\": 1,\n\t\"Y\": 2\n}"));
        }
    }

    [Test]
    public void WhatCanNotBeWrittenIsNoHalfAnswer()
    {
        var isLoop = true;
        using var client = Serving(context =>
        {
            var node = new Node { Name = new string('a', 1000) };
            if (isLoop) node.Next = node;
            isLoop = false;
            context.RespondJson(node, PointJson.Default.Node);
        });
        Assert.That(client.Ask(Get), Does.StartWith("HTTP/1.1 500 "));
        Assert.That(client.Errors.Single().Failure, Is.InstanceOf<InvalidOperationException>());
        client.Errors.Clear();
        Assert.That(client.Ask(Get), Does.EndWith($$"""{"Name":"{{new string('a', 1000)}}","Next":null}"""), "the next one is whole");
    }

    [Test]
    public void AConverterMayWriteAnotherAnswerMeanwhile()
    {
        using var other = Serving(static context => context.RespondJson(new Point(3, 4), PointJson.Default.Point));
        var inner = "";
        using var client = Serving(context => context.RespondJson(new Nosy(() => inner = other.Ask(Get)), PointJson.Default.Nosy));
        Assert.That(client.Ask(Get), Is.EqualTo(Answer("200 OK", """{"Before":1,"Asking":2}""")));
        Assert.That(inner, Is.EqualTo(Answer("200 OK", """{"X":3,"Y":4}""")));
    }

    [Test]
    public void ALargeOneIsWhole()
    {
        var many = Enumerable.Range(0, 50_000).Select(static i => new Point(i, -i)).ToArray();
        using var client = Serving(context => context.RespondJson(many, PointJson.Default.PointArray));
        var answer = client.Ask(Get);
        Assert.That(JsonSerializer.Deserialize(answer[(answer.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..], PointJson.Default.PointArray), Is.EqualTo(many));
    }

    [TestCase("""{"X":5,"Y":6}""", "200 OK", "11")]
    [TestCase("null", "200 OK", "nothing")]
    [TestCase("""{"X":5,"Y":""", "400 Bad Request", "no")]
    [TestCase("", "400 Bad Request", "no")]
    public void AWholeBodyIsRead(string body, string status, string answer)
    {
        using var client = new Conversation(static server => server.Map(HttpMethod.Post, "/", static context =>
        {
            try
            {
                Tell(context, context.ReadJson(PointJson.Default.Point));
            }
            catch (JsonException)
            {
                context.Respond(400, "no"u8, "text/plain");
            }
        }));
        Assert.That(client.Ask(Post(body)), Is.EqualTo(SmallApplication.Response(status, answer)));
    }

    [TestCase("""{"X":5,"Y":6}""", "200 OK", "11")]
    [TestCase("null", "200 OK", "nothing")]
    [TestCase("""{"X":5,"Y":""", "400 Bad Request", "no")]
    [TestCase("", "400 Bad Request", "no")]
    public void ABodyIsReadWhileItComes(string body, string status, string answer)
    {
        using var client = new Conversation(static server => server.MapAsync(HttpMethod.Post, "/", static async context =>
        {
            try
            {
                Tell(context, await context.ReadJsonAsync(PointJson.Default.Point));
            }
            catch (JsonException)
            {
                context.Respond(400, "no"u8, "text/plain");
            }
        }));
        var request = Post(body);
        foreach (var letter in request[..^1]) Assert.That(client.Ask($"{letter}"), Is.Empty);
        Assert.That(client.Ask(request[^1..]), Is.EqualTo(SmallApplication.Response(status, answer)));
    }

    private static void Tell(HttpContext context, Point? point) => context.Respond(point is { } read ? $"{read.X + read.Y}" : "nothing", "text/plain");

    private static string Post(string body) => $"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: {body.Length}\r\n\r\n{body}";

    private static string Answer(string status, string body) => SmallApplication.Response(status, body, "Content-Type: application/json\r\n");

    private static Conversation Serving(Action<HttpContext> handler) => new(server => server.Map(HttpMethod.Get, "/", handler.Invoke));
}

internal sealed record Point(int X, int Y);

internal sealed class Node
{
    public string? Name { get; init; }

    public Node? Next { get; set; }
}

/// <summary>Does something while it is written.</summary>
internal sealed class Nosy(Action act)
{
    public int Before => 1;

    public int Asking
    {
        get
        {
            act();
            return 2;
        }
    }
}

[JsonSerializable(typeof(Point))]
[JsonSerializable(typeof(Point[]))]
[JsonSerializable(typeof(Node))]
[JsonSerializable(typeof(Nosy))]
internal sealed partial class PointJson : JsonSerializerContext;

[JsonSourceGenerationOptions(WriteIndented = true, IndentCharacter = '\t', IndentSize = 1)]
[JsonSerializable(typeof(Point))]
internal sealed partial class IndentedPointJson : JsonSerializerContext;
