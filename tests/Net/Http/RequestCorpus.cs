using FastCore.Net.Http.Parsing;
using FastCore.Net.Tests.Http.Fuzzing;

namespace FastCore.Net.Tests.Http;

/// <summary>
/// Requests that a strict server serves and requests that it refuses, for every test that wants them. Those that are refused
/// are the corpus's (<c>Fuzzing/Corpus</c>); those that are served have what <see cref="SmallApplication"/> answers.
/// </summary>
internal static class RequestCorpus
{
    /// <summary>A request's bytes as text (one character a byte), the status it is refused with, and what it shows.</summary>
    public sealed record Case(string Name, int Status, string Text)
    {
        public override string ToString() => $"{Status} {Name}";
    }

    private const string H = "Host: a\r\n";

    private static IEnumerable<Case> RefusedIn(params string[] files) =>
        files.SelectMany(Corpus.Of).Select(static item => new Case(item.Name, item.Status, item.Text));

    private static string Post(string fields, string body = "") => $"POST / HTTP/1.1\r\n{H}{fields}\r\n{body}";

    private static string Chunked(string body) => Post("Transfer-Encoding: chunked\r\n", body);

    /// <summary>Heads that are refused, whatever follows them.</summary>
    public static readonly Case[] RefusedHeads = [.. RefusedIn("request-line", "fields", "hosts", "lengths")];

    /// <summary>Chunked bodies that are refused.</summary>
    public static readonly Case[] RefusedBodies = [.. RefusedIn("chunks")];

    public static readonly Case[] Refused = [.. RefusedHeads, .. RefusedBodies];

    /// <summary>Requests with their answers' bodies; each leaves the connection open.</summary>
    public static readonly (string Text, string Body)[] Served =
    [
        ($"GET / HTTP/1.1\r\n{H}\r\n", "hello"),
        ($"\r\n\r\nGET / HTTP/1.1\r\n{H}\r\n", "hello"),
        ($"GET /target?a=b&c=%20 HTTP/1.1\r\nhost:\t [::1]:80 \r\n\r\n", "/target a=b&c=%20 [::1]:80"),
        ("GET http://B:1/target?q HTTP/1.1\r\nHost: b:1\r\n\r\n", "/target q B:1"),
        ("GET HTTP://b?q HTTP/1.1\r\nHost: b\r\n\r\n", "hello"),
        ($"GET /target? HTTP/1.2\r\nHost:\r\n\r\n", "/target  "),
        ($"GET /item/4%2F2 HTTP/1.1\r\n{H}X: \xE9\x80\r\nEmpty:\r\nTabs: a\tb \t \r\n!#$%&'*+-.^_`|~09azAZ: x\r\n\r\n", "4%2F2"),
        (Post("Content-Length: 5\r\n", "hello"), "hello"),
        (Post("Content-Length: 0\r\n"), ""),
        (Post("Content-Length: 000000000000000000000000000005\r\n", "he\0lo"), "he\0lo"),
        (Chunked("5\r\nhello\r\n1\r\n \r\n0000A\r\n0123456789\r\n0\r\n\r\n"), "hello 0123456789"),
        (Chunked("3\r\na\r\n\r\n0\r\nContent-Length: 7\r\nX: y\r\n\r\n"), "a\r\n"),
        (Chunked("0\r\n\r\n"), ""),
        (Post("Transfer-Encoding:CHUNKED\r\nConnection: keep-alive, x\r\n", "f\r\n0123456789abcde\r\n0\r\n\r\n"), "0123456789abcde"),
        ($"POST /stream HTTP/1.1\r\n{H}Content-Length: 20\r\n\r\nabcdefghijklmnopqrst", "abcdefghijklmnopqrst"),
        ($"POST /stream HTTP/1.1\r\n{H}Transfer-Encoding: chunked\r\n\r\n9\r\nabcdefghi\r\n2\r\njk\r\n0\r\nX: y\r\n\r\n", "abcdefghijk"),
        ($"POST /ignore HTTP/1.1\r\n{H}Content-Length: 9\r\n\r\nabcdefghi", "ignored"),
        ($"POST /ignore HTTP/1.1\r\n{H}Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n", "ignored"),
        ($"GET /yield?q HTTP/1.1\r\n{H}\r\n", "q"),
        ($"GET / HTTP/1.1\r\n{H}Content-Length: 3\r\n\r\nabc", "hello"),
    ];

    public static readonly ParseLimits Limits = new(8192, 32_768, 100);
}
