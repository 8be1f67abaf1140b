using System.Text;
using FastCore.Net.Http.Parsing;

namespace FastCore.Net.Tests.Http.Parsing;

internal sealed class RequestParserTests
{
    private static ReadOnlySpan<byte> Bytes(string text) => Encoding.Latin1.GetBytes(text);

    private static (ParseStatus Status, int Answer, RequestHead Head) Parse(string text, ParseLimits? limits = null)
    {
        var head = new RequestHead();
        var status = RequestParser.Parse(Bytes(text), head, limits ?? RequestCorpus.Limits);
        return (status, head.Rejection.Status, head);
    }

    private static string Text(string all, Slice slice) => all.Substring(slice.Start, slice.Length);

    [Test]
    public void FindsEveryPart()
    {
        const string Text = "\r\nPOST /a/b?c=d&e HTTP/1.1\r\nHost:example.org:80\r\nX-One:  two words \t\r\nx-one:\r\nContent-Length: 007\r\nConnection: Keep-Alive,close\r\nExpect: 100-Continue\r\n\r\nbody";
        var (status, _, head) = Parse(Text);
        Assert.Multiple(() =>
        {
            Assert.That(status, Is.EqualTo(ParseStatus.Complete));
            Assert.That(head.Length, Is.EqualTo(Text.Length - 4));
            Assert.That(head.Method, Is.EqualTo(KnownMethod.Post));
            Assert.That(RequestParserTests.Text(Text, head.Target), Is.EqualTo("/a/b?c=d&e"));
            Assert.That(RequestParserTests.Text(Text, head.Path), Is.EqualTo("/a/b"));
            Assert.That(RequestParserTests.Text(Text, head.Query), Is.EqualTo("c=d&e"));
            Assert.That(RequestParserTests.Text(Text, head.Host), Is.EqualTo("example.org:80"));
            Assert.That(head.ContentLength, Is.EqualTo(7));
            Assert.That(head.IsChunked, Is.False);
            Assert.That(head.IsHttp10, Is.False);
            Assert.That(head.WantsClose && head.WantsKeepAlive, Is.True);
            Assert.That(head.IsPersistent, Is.False);
            Assert.That(head.Expectation, Is.EqualTo(Expectation.Continue));
            Assert.That(
                head.Fields.ToArray().Select(field => $"{RequestParserTests.Text(Text, field.Name)}={RequestParserTests.Text(Text, field.Value)}"),
                Is.EqualTo(new[] { "Host=example.org:80", "X-One=two words", "x-one=", "Content-Length=007", "Connection=Keep-Alive,close", "Expect=100-Continue" }));
        });
    }

    [TestCase("GET / HTTP/1.1\r\nHost: a\r\n\r\n", true)]
    [TestCase("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", false)]
    [TestCase("GET / HTTP/1.1\r\nHost: a\r\nConnection: x\r\nConnection: y , CLOSE\r\n\r\n", false)]
    [TestCase("GET / HTTP/1.1\r\nHost: a\r\nConnection: closed\r\n\r\n", true)]
    [TestCase("GET / HTTP/1.0\r\n\r\n", false)]
    [TestCase("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", true)]
    [TestCase("GET / HTTP/1.0\r\nConnection: keep-alive, close\r\n\r\n", false)]
    public void KnowsWhetherTheConnectionIsKept(string text, bool kept)
    {
        var (status, _, head) = Parse(text);
        Assert.That(status, Is.EqualTo(ParseStatus.Complete));
        Assert.That(head.IsPersistent, Is.EqualTo(kept));
    }

    [TestCaseSource(typeof(RequestCorpus), nameof(RequestCorpus.RefusedHeads))]
    public void RefusesOrLeavesToTheServer(RequestCorpus.Case request)
    {
        var (status, answer, head) = Parse(request.Text);
        if (status == ParseStatus.Complete)
        {
            // Methods, missing and too large lengths are refused by the server, which knows its routes and limits.
            Assert.That(request.Status, Is.AnyOf(411, 413, 501));
            Assert.That(head.Method == KnownMethod.Other || head.Method == KnownMethod.Post, Is.True);
            return;
        }
        Assert.That(status, Is.EqualTo(ParseStatus.Rejected));
        Assert.That(answer, Is.EqualTo(request.Status));
        Assert.That(head.Rejection.Reason, Is.Not.Empty);
        Assert.That(Ascii.IsValid(head.Rejection.Reason), Is.True);
    }

    [Test]
    public void EveryPrefixOfAGoodHeadNeedsMore([ValueSource(nameof(ServedTexts))] string text)
    {
        var whole = Parse(text);
        Assert.That(whole.Status, Is.EqualTo(ParseStatus.Complete));
        for (var length = 0; length < whole.Head.Length; length++)
            Assert.That(Parse(text[..length]).Status, Is.EqualTo(ParseStatus.NeedMore), $"the first {length} bytes");
        for (var length = whole.Head.Length; length < text.Length; length++)
            Assert.That(Parse(text[..length]).Head.Length, Is.EqualTo(whole.Head.Length), $"the first {length} bytes");
    }

    /// <summary>However a bad head is cut, the first verdict on a prefix is the verdict on the whole.</summary>
    [TestCaseSource(typeof(RequestCorpus), nameof(RequestCorpus.RefusedHeads))]
    public void TheVerdictDoesNotDependOnSegmentation(RequestCorpus.Case request)
    {
        var whole = Parse(request.Text);
        for (var length = 1; length <= request.Text.Length; length++)
        {
            var part = Parse(request.Text[..length]);
            if (part.Status == ParseStatus.NeedMore) continue;
            Assert.That((part.Status, part.Head.Rejection), Is.EqualTo((whole.Status, whole.Head.Rejection)), $"the first {length} bytes");
        }
    }

    /// <summary>Request lines of every sort that Kestrel's HttpParsingData (MIT) combines: those with one space each, and no user information, are read.</summary>
    [Test]
    public void RequestLinesOfEverySort([Values("GET", "CUSTOM")] string method, [Values("HTTP/1.0", "HTTP/1.1", " HTTP/1.1", "   HTTP/1.1")] string version)
    {
        string[] paths =
        [
            "/", "/abc", "/abc/de/f", "/%20", "/a%20", "/%20a", "/a/b%20c", "/%C3%A5", "/a%C3%A5a", "/%25", "/%25%30%30", "/%%2000", "/%2F", "http://host/abs/path/", "http://host/a%20b%20c/", "https://host:22/abs",
            "http://host", "https://host/", "http://127.0.0.1:8080/", "http://[::1]", "http://[::1]/path", "http://[::1]:8080/", "http://user@host/", "https://user@host:9080/abs", "http://user@[::1]:8080/",
        ];
        string[] queries = ["", "?", "?arg1=val1", "?arg1=a%20b", "?%A", "?%20=space", "?path=/home", "?question=what?", "?%00"];
        foreach (var path in paths)
        {
            var authority = path[0] == '/' ? "host" : path.Split('/')[2];
            foreach (var query in queries)
            {
                var text = $"{method} {path}{query} {version}\r\nHost: {authority}\r\n\r\n";
                var (status, _, head) = Parse(text);
                Assert.That(status, Is.EqualTo(version[0] == ' ' || path.Contains('@') ? ParseStatus.Rejected : ParseStatus.Complete), text);
                if (status == ParseStatus.Complete) Assert.That((Text(text, head.Target), head.IsHttp10), Is.EqualTo((path + query, version == "HTTP/1.0")));
            }
        }
    }

    private static IEnumerable<string> ServedTexts => RequestCorpus.Served.Select(static request => request.Text);

    // The oracles are the grammar of RFC 9110 §5.5, §5.6.2, §9.1 and RFC 9112 §3.2, written a second time.
    private static bool IsTokenByte(int c) => c is >= '0' and <= '9' or >= 'A' and <= 'Z' or >= 'a' and <= 'z' || "!#$%&'*+-.^_`|~".Contains((char)c);

    private static bool IsTargetByte(int c) => c is > 0x20 and < 0x7F and not '#';

    private static bool IsValueByte(int c) => c is '\t' or >= 0x20 and not 0x7F;

    private static bool IsHostByte(int c) => c is >= '0' and <= '9' or >= 'A' and <= 'Z' or >= 'a' and <= 'z' || "-._~!$&'()*+,;=".Contains((char)c);

    /// <summary>Each of the 256 bytes at each kind of place, also where a vectorised search has a full vector before it.</summary>
    [Test]
    public void EveryByteAtEveryKindOfPlace([Values(1, 15, 16, 31, 32, 64, 100)] int before)
    {
        var x = new string('x', before);
        for (var c = 0; c < 256; c++)
        {
            var b = (char)c;
            Verify($"{x}{b}y / HTTP/1.1\r\nHost: a\r\n\r\n", IsTokenByte(c), b, "method");
            Verify($"GET /{x}{b}y HTTP/1.1\r\nHost: a\r\n\r\n", IsTargetByte(c), b, "target");
            Verify($"GET / HTTP/1.1\r\nHost: a\r\n{x}{b}y: z\r\n\r\n", IsTokenByte(c) || b == ':', b, "field name");
            Verify($"GET / HTTP/1.1\r\nHost: a\r\nA: {x}{b}y\r\n\r\n", IsValueByte(c), b, "field value");
            Verify($"GET / HTTP/1.1\r\nHost: {x}{b}1\r\n\r\n", IsHostByte(c) || b == ':', b, "host");
            Verify($"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: {new string('0', before)}{b}1\r\n\r\n", char.IsAsciiDigit(b), b, "content length");
        }
    }

    private static void Verify(string text, bool isLegal, char b, string place) =>
        Assert.That(Parse(text).Status, Is.EqualTo(isLegal ? ParseStatus.Complete : ParseStatus.Rejected), $"0x{(int)b:X2} in the {place}");

    [TestCase("", true)]
    [TestCase("a", true)]
    [TestCase("example.org:80", true)]
    [TestCase("example.org:", true)]
    [TestCase("127.0.0.1:65535", true)]
    [TestCase("[::1]", true)]
    [TestCase("[::1]:8080", true)]
    [TestCase("[v1.a:b]", true)]
    [TestCase("a%20b", true)]
    [TestCase("a%2", false)]
    [TestCase("a%2g:80", false)]
    [TestCase("[::1", false)]
    [TestCase("[]", false)]
    [TestCase("[::1]x", false)]
    [TestCase("[::1]:x", false)]
    [TestCase("::1", false)]
    [TestCase("a:b", false)]
    [TestCase("a@b", false)]
    [TestCase("a/b", false)]
    [TestCase("a?b", false)]
    [TestCase("http://a", false)]
    public void KnowsAnAuthority(string text, bool isOne) => Assert.That(RequestTarget.IsAuthority(Bytes(text)), Is.EqualTo(isOne));

    [Test]
    public void HoldsTheLimitOfTheRequestLineToTheByte([Values] bool finished)
    {
        var limits = new ParseLimits(100, 1000, 10);
        string Line(int length) => "GET /" + new string('x', length - "GET / HTTP/1.1".Length) + " HTTP/1.1";
        var end = finished ? "\r\nHost: a\r\n\r\n" : "";
        Assert.That(Parse(Line(100) + end, limits).Status, Is.EqualTo(finished ? ParseStatus.Complete : ParseStatus.NeedMore));
        // An unfinished line of one byte more could be the longest line and its CR.
        Assert.That(Parse(Line(finished ? 101 : 102) + end, limits).Answer, Is.EqualTo(414));
        Assert.That(Parse(new string('x', 102), limits).Answer, Is.EqualTo(414));
    }

    [Test]
    public void HoldsTheLimitOfTheFieldsToTheByte([Values] bool finished)
    {
        var limits = new ParseLimits(100, 200, 10);
        string Fields(int length) => "Host: a\r\nA: " + new string('x', length - "Host: a\r\nA: \r\n\r\n".Length);
        const string Line = "GET / HTTP/1.1\r\n";
        Assert.That(Parse(Line + Fields(200) + "\r\n\r\n", limits).Status, Is.EqualTo(ParseStatus.Complete));
        Assert.That(Parse(Line + Fields(201) + "\r\n\r\n", limits).Answer, Is.EqualTo(431));
        Assert.That(Parse(Line + Fields(204), limits).Status, Is.EqualTo(ParseStatus.NeedMore));
        Assert.That(Parse(Line + Fields(205), limits).Answer, Is.EqualTo(431));
        Assert.That(Parse(Line + new string('x', 201) + (finished ? "\r\n" : ""), limits).Answer, Is.EqualTo(431));
    }

    [Test]
    public void HoldsTheLimitOfTheFieldCount()
    {
        var limits = new ParseLimits(100, 10_000, 100);
        string Request(int count) => "GET / HTTP/1.1\r\nHost: a\r\n" + string.Concat(Enumerable.Range(1, count - 1).Select(static i => $"A{i}: b\r\n")) + "\r\n";
        Assert.That(Parse(Request(100), limits).Head.FieldCount, Is.EqualTo(100));
        Assert.That(Parse(Request(101), limits).Answer, Is.EqualTo(431));
    }
}
