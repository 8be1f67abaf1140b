using FastCore.Net.Http;
using FastCore.Net.Transport;

namespace FastCore.Net.Tests.Http.Fuzzing;

/// <summary>Every item of the corpus has the answer it states, whole, cut anywhere and pipelined.</summary>
internal sealed class CorpusTests
{
    private const string First = "GET /first HTTP/1.1\r\nHost: a\r\n\r\n";

    private static IEnumerable<CorpusItem> Items => Corpus.Items;

    [Test]
    public void TheCorpusIsThere() => Assert.That(Corpus.Items.Select(static item => item.File).Distinct(),
        Is.EqualTo(new[] { "accepted", "chunks", "fields", "hosts", "lengths", "limits", "request-line", "streams" }));

    /// <summary>The grammars that the targets are compared with agree with the verdicts that a person wrote down.</summary>
    [TestCaseSource(nameof(Items))]
    public void TheGrammarsSayTheSame(CorpusItem item)
    {
        var read = FramingModel.Read(item.Text);
        Assert.That((string.Join('\n', read.Served), read.End), Is.EqualTo((string.Join('\n', item.Served), item.End)));
    }

    [TestCaseSource(nameof(Items))]
    public void TheServerAnswersHoweverItIsCut(CorpusItem item)
    {
        Verify(item, FramingEcho.Map, "whole", item.Text);
        Verify(item, FramingEcho.MapStreaming, "whole, read as it comes", item.Text);
        Verify(item, FramingEcho.Map, "byte by byte", [.. item.Text.Select(static each => each.ToString())]);
        Verify(item, FramingEcho.MapStreaming, "byte by byte, read as it comes", [.. item.Text.Select(static each => each.ToString())]);
        foreach (var cut in Cuts(item)) Verify(item, cut % 2 == 0 ? FramingEcho.Map : FramingEcho.MapStreaming, $"cut at {cut}", item.Text[..cut], item.Text[cut..]);
    }

    [TestCaseSource(nameof(Items))]
    public void TheServerAnswersTheSameInAPipeline(CorpusItem item)
    {
        using var client = new Conversation(FramingEcho.Map, FramingEcho.Options);
        client.Send(First + item.Text);
        // What comes behind a request is another one; behind anything else it is nothing, or more of the same.
        if (item.End == CorpusEnd.Kept) client.Send(First);
        client.FinishSending();
        var first = FramingEcho.Describe("GET", "/first", []);
        string[] expected = item.End == CorpusEnd.Kept ? [first, .. item.Answers, first] : [first, .. item.Answers];
        Assert.That(FramingEcho.ReadAnswers(client.Output), Is.EqualTo(expected));
    }

    /// <summary>All of a short item, and of a long one those near its ends.</summary>
    private static IEnumerable<int> Cuts(CorpusItem item) =>
        Enumerable.Range(1, item.Text.Length - 1).Where(cut => item.Text.Length < 400 || cut < 60 || cut > item.Text.Length - 40 || cut % 4096 < 2);

    private static void Verify(CorpusItem item, Action<HttpServer> map, string how, params string[] pieces)
    {
        using var client = new Conversation(map, FramingEcho.Options);
        foreach (var piece in pieces) client.Send(piece);
        var before = FramingEcho.ReadAnswers(client.Output);
        Assert.That(before, Is.EqualTo(item.End == CorpusEnd.Unfinished ? item.Served : item.Answers), how);
        Assert.That(client.IsOpen, Is.EqualTo(item.End is CorpusEnd.Kept or CorpusEnd.Unfinished), how);
        client.FinishSending();
        Assert.That(FramingEcho.ReadAnswers(client.Output), Is.EqualTo(item.Answers), how);
        Assert.That(client.Errors, Is.Empty, how);
    }
}

/// <summary>The same over sockets, on every engine.</summary>
internal sealed class CorpusOnEnginesTests(TransportKind kind) : HttpServerTest(kind)
{
    [Test]
    public void EveryItemHasItsAnswer([Values] bool streams)
    {
        var server = Start(streams ? FramingEcho.MapStreaming : FramingEcho.Map, FramingEcho.Options);
        foreach (var item in Corpus.Items)
        {
            Verify(server, item, "whole", [item.Text.Length]);
            Verify(server, item, "cut in the middle", [item.Text.Length / 2, item.Text.Length - item.Text.Length / 2]);
            if (item.Text.Length < 120) Verify(server, item, "byte by byte", Enumerable.Repeat(1, item.Text.Length));
        }
    }

    /// <summary>With receive buffers of few bytes the engine's own boundaries fall everywhere.</summary>
    [Test]
    public void EveryItemHasItsAnswerThroughTinyBuffers()
    {
        var server = Start(FramingEcho.Map, FramingEcho.Options with { ReceiveBufferSize = 19, ReceiveBufferCount = 8 });
        foreach (var item in Corpus.Items.Where(static item => item.Text.Length < 2000)) Verify(server, item, "whole", [item.Text.Length]);
    }

    private static void Verify(HttpServer server, CorpusItem item, string how, IEnumerable<int> pieces)
    {
        var answers = RawClient.Ask(server.EndPoint, item.Bytes, pieces, finishes: true, out var wasReset);
        Assert.That(wasReset, Is.False, $"{item}, {how}: the connection was reset");
        Assert.That(FramingEcho.ReadAnswers(answers), Is.EqualTo(item.Answers), $"{item}, {how}");
    }
}
