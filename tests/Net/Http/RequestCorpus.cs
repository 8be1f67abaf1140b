using FastCore.Net.Http.Parsing;

namespace FastCore.Net.Tests.Http;

/// <summary>
/// Requests that a strict server serves and requests that it refuses, for every test that wants them. The kinds of case
/// are those of llhttp, picohttpparser and Kestrel's tests, and of published request-smuggling faults.
/// </summary>
internal static class RequestCorpus
{
    /// <summary>A request's bytes as text (one character a byte), the status it is refused with, and what it shows.</summary>
    public sealed record Case(string Name, int Status, string Text)
    {
        public override string ToString() => $"{Status} {Name}";
    }

    private const string H = "Host: a\r\n";

    private static string Head(string fields) => $"GET / HTTP/1.1\r\n{fields}\r\n";

    private static string Post(string fields, string body = "") => $"POST / HTTP/1.1\r\n{H}{fields}\r\n{body}";

    private static string Chunked(string body) => Post("Transfer-Encoding: chunked\r\n", body);

    /// <summary>Heads that are refused, whatever follows them.</summary>
    public static readonly Case[] RefusedHeads =
    [
        // Request lines.
        new("LF alone after the request line", 400, $"GET / HTTP/1.1\n{H}\r\n"),
        new("CR alone in the request line", 400, $"GET /\r HTTP/1.1\r\n{H}\r\n"),
        new("two spaces after the method", 400, $"GET  / HTTP/1.1\r\n{H}\r\n"),
        new("two spaces before the version", 400, $"GET /  HTTP/1.1\r\n{H}\r\n"),
        new("space after the version", 400, $"GET / HTTP/1.1 \r\n{H}\r\n"),
        new("tab between the parts", 400, $"GET\t/\tHTTP/1.1\r\n{H}\r\n"),
        new("space before the method", 400, $" GET / HTTP/1.1\r\n{H}\r\n"),
        new("no target", 400, $"GET HTTP/1.1\r\n{H}\r\n"),
        new("no version (HTTP/0.9)", 400, "GET /\r\n"),
        new("lower-case version", 400, $"GET / http/1.1\r\n{H}\r\n"),
        new("version with a long minor number", 400, $"GET / HTTP/1.10\r\n{H}\r\n"),
        new("version with a letter", 400, $"GET / HTTP/1.x\r\n{H}\r\n"),
        new("another protocol", 400, $"GET / RTSP/1.1\r\n{H}\r\n"),
        new("HTTP/2 preface", 505, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
        new("HTTP/3.0", 505, $"GET / HTTP/3.0\r\n{H}\r\n"),
        new("HTTP/0.9 named", 505, $"GET / HTTP/0.9\r\n{H}\r\n"),
        new("a TLS hello", 400, "\x16\x03\x01\x02\x00\x01"),
        new("three empty lines first", 400, $"\r\n\r\n\r\n{Head(H)}"),
        new("LF alone first", 400, $"\n{Head(H)}"),
        new("control in the target", 400, $"GET /\x01 HTTP/1.1\r\n{H}\r\n"),
        new("NUL in the target", 400, $"GET /\0 HTTP/1.1\r\n{H}\r\n"),
        new("byte above ASCII in the target", 400, $"GET /\xE9 HTTP/1.1\r\n{H}\r\n"),
        new("fragment in the target", 400, $"GET /#top HTTP/1.1\r\n{H}\r\n"),
        new("target without a slash", 400, $"GET index HTTP/1.1\r\n{H}\r\n"),
        new("asterisk for GET", 400, $"GET * HTTP/1.1\r\n{H}\r\n"),
        new("absolute target of another scheme", 400, $"GET ftp://a/ HTTP/1.1\r\n{H}\r\n"),
        new("absolute target without host", 400, $"GET http:///x HTTP/1.1\r\n{H}\r\n"),
        new("absolute target with user information", 400, $"GET http://u@a/ HTTP/1.1\r\n{H}\r\n"),
        new("CONNECT", 501, $"CONNECT a:443 HTTP/1.1\r\n{H}\r\n"),
        new("CONNECT with a path", 501, $"CONNECT / HTTP/1.1\r\n{H}\r\n"),
        // Field lines.
        new("LF alone after a field", 400, $"GET / HTTP/1.1\r\n{H[..^2]}\n\r\n"),
        new("LF alone at the head's end", 400, $"GET / HTTP/1.1\r\n{H}\n"),
        new("CR alone in a value", 400, Head($"{H}A: b\rc\r\n")),
        new("CR CR LF", 400, $"GET / HTTP/1.1\r\n{H}A: b\r\r\n\r\n"),
        new("CR alone at the head's end", 400, $"GET / HTTP/1.1\r\n{H}\rX: y\r\n\r\n"),
        new("folded line", 400, Head($"{H}A: b\r\n c\r\n")),
        new("folded line with a tab", 400, Head($"{H}A: b\r\n\tc\r\n")),
        new("whitespace before the first field", 400, Head($" {H}")),
        new("space before the colon", 400, Head("Host : a\r\n")),
        new("tab before the colon", 400, Head("Host\t: a\r\n")),
        new("empty name", 400, Head($"{H}: b\r\n")),
        new("no colon", 400, Head($"{H}abc\r\n")),
        new("separator in a name", 400, Head($"{H}A(b: c\r\n")),
        new("byte above ASCII in a name", 400, Head($"{H}A\xE9: c\r\n")),
        new("NUL in a name", 400, Head($"{H}A\0: c\r\n")),
        new("NUL in a value", 400, Head($"{H}A: b\0c\r\n")),
        new("DEL in a value", 400, Head($"{H}A: b\x7F\r\n")),
        new("vertical tab in a value", 400, Head($"{H}A: b\vc\r\n")),
        // Host.
        new("no Host", 400, Head("A: b\r\n")),
        new("two Hosts", 400, Head("Host: a\r\nHost: a\r\n")),
        new("two Hosts in other letter cases", 400, Head("Host: a\r\nhOST: b\r\n")),
        new("Host with a slash", 400, Head("Host: a/b\r\n")),
        new("Host with user information", 400, Head("Host: u@a\r\n")),
        new("Host with a space", 400, Head("Host: a b\r\n")),
        new("Host with a letter in its port", 400, Head("Host: a:8o\r\n")),
        new("Host with two ports", 400, Head("Host: a:1:2\r\n")),
        new("Host with an open bracket", 400, Head("Host: [::1\r\n")),
        new("Host with a broken escape", 400, Head("Host: a%2\r\n")),
        new("absolute target, no Host", 400, "GET http://a/ HTTP/1.1\r\n\r\n"),
        // Lengths.
        new("two equal Content-Lengths", 400, Post("Content-Length: 5\r\nContent-Length: 5\r\n", "hello")),
        new("two Content-Lengths", 400, Post("Content-Length: 5\r\nContent-Length: 6\r\n", "hello!")),
        new("a list as Content-Length", 400, Post("Content-Length: 5, 5\r\n", "hello")),
        new("Content-Length with a plus (GHSA-f3pg-qwvg-p99c)", 400, Post("Content-Length: +5\r\n", "hello")),
        new("negative Content-Length", 400, Post("Content-Length: -5\r\n", "hello")),
        new("hexadecimal Content-Length", 400, Post("Content-Length: 0x5\r\n", "hello")),
        new("Content-Length with a space inside", 400, Post("Content-Length: 1 1\r\n", "hello")),
        new("Content-Length with a point", 400, Post("Content-Length: 5.0\r\n", "hello")),
        new("empty Content-Length", 400, Post("Content-Length: \r\n")),
        new("Content-Length above 64 bits", 413, Post("Content-Length: 99999999999999999999\r\n")),
        new("Content-Length above the limit", 413, Post("Content-Length: 99999999999\r\n")),
        new("Content-Length and Transfer-Encoding", 400, Post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n")),
        new("Transfer-Encoding and Content-Length", 400, Post("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "0\r\n\r\n")),
        new("Transfer-Encoding in HTTP/1.0", 400, $"POST / HTTP/1.0\r\n{H}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        new("two Transfer-Encodings (RUSTSEC-2021-0020)", 400, Post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n")),
        new("chunked twice", 400, Post("Transfer-Encoding: chunked, chunked\r\n", "0\r\n\r\n")),
        new("chunked not last", 400, Post("Transfer-Encoding: chunked, gzip\r\n", "0\r\n\r\n")),
        new("chunked not last, in two fields", 400, Post("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n", "0\r\n\r\n")),
        new("empty Transfer-Encoding", 400, Post("Transfer-Encoding: \r\n", "0\r\n\r\n")),
        new("empty element in Transfer-Encoding", 400, Post("Transfer-Encoding: ,chunked\r\n", "0\r\n\r\n")),
        new("comma after chunked", 400, Post("Transfer-Encoding: chunked,\r\n", "0\r\n\r\n")),
        new("quoted chunked", 400, Post("Transfer-Encoding: \"chunked\"\r\n", "0\r\n\r\n")),
        new("chunked with a parameter", 400, Post("Transfer-Encoding: chunked;q=1\r\n", "0\r\n\r\n")),
        new("vertical tab before chunked", 400, Post("Transfer-Encoding: \vchunked\r\n", "0\r\n\r\n")),
        new("another coding", 501, Post("Transfer-Encoding: gzip\r\n")),
        new("another coding before chunked", 501, Post("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n")),
        new("xchunked", 501, Post("Transfer-Encoding: xchunked\r\n")),
        new("POST without a length", 411, $"POST / HTTP/1.1\r\n{H}\r\n"),
        new("another expectation", 417, Post("Expect: 200-ok\r\nContent-Length: 5\r\n", "hello")),
        new("another method", 501, $"BREW / HTTP/1.1\r\n{H}\r\n"),
        new("a method in lower case", 501, $"get / HTTP/1.1\r\n{H}\r\n"),
    ];

    /// <summary>Chunked bodies that are refused.</summary>
    public static readonly Case[] RefusedBodies =
    [
        new("chunk extension", 400, Chunked("5;a=b\r\nhello\r\n0\r\n\r\n")),
        new("chunk extension with LF alone (CVE-2025-55315)", 400, Chunked("5;\nxx\r\nhello\r\n0\r\n\r\n")),
        new("CRLF in a quoted chunk extension (CVE-2026-2332)", 400, Chunked("1;a=\"\r\nX\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n")),
        new("LF alone after a chunk's size (CVE-2025-22871)", 400, Chunked("5\nhello\r\n0\r\n\r\n")),
        new("LF alone after a chunk's data", 400, Chunked("5\r\nhello\n0\r\n\r\n")),
        new("CR alone after a chunk's size", 400, Chunked("5\rhello\r\n0\r\n\r\n")),
        new("a chunk longer than its size (pound PR 43)", 400, Chunked("5\r\nhelloXX0\r\n\r\n")),
        new("a chunk's size above 64 bits", 400, Chunked("10000000000000000\r\nhello\r\n0\r\n\r\n")),
        new("a chunk's size of 63 bits and more", 400, Chunked("8000000000000000\r\nhello\r\n0\r\n\r\n")),
        new("a chunk's size above 32 bits (bun PR 26931)", 413, Chunked("100000005\r\nhello\r\n0\r\n\r\n")),
        new("a chunk's size with leading zeros without end", 400, Chunked("00000000000000005\r\nhello\r\n0\r\n\r\n")),
        new("a chunk's size with 0x (uhttpd 3)", 400, Chunked("0x5\r\nhello\r\n0\r\n\r\n")),
        new("a chunk's size with an underscore", 400, Chunked("0_5\r\nhello\r\n0\r\n\r\n")),
        new("a chunk's size with a plus", 400, Chunked("+5\r\nhello\r\n0\r\n\r\n")),
        new("a chunk's size with a minus", 400, Chunked("-5\r\nhello\r\n0\r\n\r\n")),
        new("space before a chunk's size", 400, Chunked(" 5\r\nhello\r\n0\r\n\r\n")),
        new("space after a chunk's size", 400, Chunked("5 \r\nhello\r\n0\r\n\r\n")),
        new("an empty chunk's size", 400, Chunked("\r\nhello\r\n0\r\n\r\n")),
        new("a trailer line with LF alone", 400, Chunked("0\r\nA: b\n\r\n")),
        new("the trailer's end with LF alone", 400, Chunked("0\r\n\n")),
        new("a folded trailer", 400, Chunked("0\r\nA: b\r\n c\r\n\r\n")),
        new("a trailer without a name", 400, Chunked("0\r\n: b\r\n\r\n")),
        new("a trailer with a space before its colon", 400, Chunked("0\r\nA : b\r\n\r\n")),
        new("NUL in a trailer", 400, Chunked("0\r\nA: \0\r\n\r\n")),
    ];

    public static readonly Case[] Refused = [.. RefusedHeads, .. RefusedBodies];

    /// <summary>Requests with their answers' bodies; each leaves the connection open.</summary>
    public static readonly (string Text, string Body)[] Served =
    [
        ($"GET / HTTP/1.1\r\n{H}\r\n", "hello"),
        ($"\r\n\r\nGET / HTTP/1.1\r\n{H}\r\n", "hello"),
        ($"GET /target?a=b&c=%20 HTTP/1.1\r\nhost:\t [::1]:80 \r\n\r\n", "/target a=b&c=%20 [::1]:80"),
        ($"GET http://B:1/target?q HTTP/1.1\r\n{H}\r\n", "/target q B:1"),
        ($"GET HTTP://b?q HTTP/1.1\r\n{H}\r\n", "hello"),
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
