using System.Text;
using FastCore.Net.Http.Client;
using FastCore.Net.Transport;

namespace FastCore.Net.Tests.Http.Client;

/// <summary>What is read as a response and what is refused, and that it never depends on how the bytes were cut.</summary>
[TestFixture]
internal sealed class ResponseTests
{
    private const string Ok = "HTTP/1.1 200 OK\r\n";

    /// <summary>What the server sends, whether it ends the connection then, what comes of it, and whether the connection is kept.</summary>
    private static readonly (string Method, string Bytes, bool Ends, string Outcome, bool IsKept)[] Corpus =
    [
        ("GET", Ok + "Content-Length: 5\r\nX: a b \r\n\r\nhello", false, "200 OK [Content-Length=5;X=a b;] hello []", true),
        ("GET", Ok + "Content-Length: 0\r\n\r\n", false, "200 OK [Content-Length=0;]  []", true),
        ("GET", "HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nhi", false, "200  [Content-Length=2;] hi []", true),
        ("GET", Ok + "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n", false, "200 OK [Transfer-Encoding=chunked;] hello world []", true),
        ("GET", Ok + "Transfer-Encoding: chunked\r\n\r\nA\r\n0123456789\r\n0\r\nT: v\r\nU:\r\n\r\n", false, "200 OK [Transfer-Encoding=chunked;] 0123456789 [T=v;U=;]", true),
        ("GET", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\n" + Ok + "Content-Length: 2\r\n\r\nhi", false, "200 OK [Content-Length=2;] hi []", true),
        ("HEAD", Ok + "Content-Length: 5\r\n\r\n", false, "200 OK [Content-Length=5;]  []", true),
        ("GET", "HTTP/1.1 204 No Content\r\n\r\n", false, "204 No Content []  []", true),
        ("GET", "HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n", false, "304 Not Modified [Content-Length=9;]  []", true),
        ("GET", Ok + "\r\nall there is", true, "200 OK [] all there is []", false),
        ("GET", "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nhi", false, "200 OK [Content-Length=2;] hi []", false),
        ("GET", "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nhi", false, "200 OK [Connection=keep-alive;Content-Length=2;] hi []", true),
        ("GET", Ok + "Connection: close\r\nContent-Length: 2\r\n\r\nhi", false, "200 OK [Connection=close;Content-Length=2;] hi []", false),
        ("GET", Ok + "Content-Length: 2\r\n\r\nhi" + Ok, false, "200 OK [Content-Length=2;] hi []", false),
        ("HEAD", Ok + "Content-Length: 5\r\n\r\nhello", false, "200 OK [Content-Length=5;]  []", false),

        // Ended too early.
        ("GET", "HTTP/1.1 200", true, "ResponseEnded", false),
        ("GET", Ok + "Content-Length: 5\r\n", true, "ResponseEnded", false),
        ("GET", Ok + "Content-Length: 5\r\n\r\nhell", true, "ResponseEnded", false),
        ("GET", Ok + "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n", true, "ResponseEnded", false),
        ("GET", "HTTP/1.1 100 Continue\r\n\r\n", true, "ResponseEnded", false),

        // Read one way here and another way elsewhere.
        ("GET", Ok + "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello", false, "InvalidResponse", false),
        ("GET", Ok + "Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello", false, "InvalidResponse", false),
        ("GET", Ok + "Content-Length: 5, 5\r\n\r\nhello", false, "InvalidResponse", false),
        ("GET", Ok + "Content-Length: +5\r\n\r\nhello", false, "InvalidResponse", false),
        ("GET", Ok + "Content-Length: -5\r\n\r\nhello", false, "InvalidResponse", false),
        ("GET", Ok + "Content-Length: 99999999999999999999\r\n\r\nhello", false, "InvalidResponse", false),
        ("GET", Ok + "Content-Length:\r\n\r\nhello", false, "InvalidResponse", false),
        ("GET", Ok + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", false, "InvalidResponse", false),
        ("GET", Ok + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", false, "InvalidResponse", false),
        ("GET", Ok + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", false, "InvalidResponse", false),
        ("GET", Ok + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", false, "InvalidResponse", false),
        ("GET", "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", false, "InvalidResponse", false),
        ("GET", Ok + "Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFF\r\n", false, "InvalidResponse", false),
        ("GET", Ok + "Transfer-Encoding: chunked\r\n\r\n5;a=b\r\nhello\r\n0\r\n\r\n", false, "InvalidResponse", false),
        ("GET", Ok + "Transfer-Encoding: chunked\r\n\r\n5\nhello\r\n0\r\n\r\n", false, "InvalidResponse", false),
        ("GET", Ok + "Transfer-Encoding: chunked\r\n\r\n5\r\nhello!\r\n0\r\n\r\n", false, "InvalidResponse", false),
        ("GET", Ok + "Transfer-Encoding: chunked\r\n\r\n0\r\nBad Trailer: x\r\n\r\n", false, "InvalidResponse", false),
        ("GET", "HTTP/1.1 200 OK\nContent-Length: 0\n\n", false, "InvalidResponse", false),
        ("GET", Ok + "A: b\n\r\n", false, "InvalidResponse", false),
        ("GET", Ok + "A: b\rC: d\r\n\r\n", false, "InvalidResponse", false),
        ("GET", Ok + "A: b\r\n folded\r\n\r\n", false, "InvalidResponse", false),
        ("GET", Ok + " A: b\r\n\r\n", false, "InvalidResponse", false),
        ("GET", Ok + "A : b\r\n\r\n", false, "InvalidResponse", false),
        ("GET", Ok + ": b\r\n\r\n", false, "InvalidResponse", false),
        ("GET", Ok + "A: b\0c\r\n\r\n", false, "InvalidResponse", false),
        ("GET", "HTTP/2.0 200 OK\r\n\r\n", false, "InvalidResponse", false),
        ("GET", "HTTP/1.1  200 OK\r\n\r\n", false, "InvalidResponse", false),
        ("GET", "HTTP/1.1 2000 OK\r\n\r\n", false, "InvalidResponse", false),
        ("GET", "HTTP/1.1 999 OK\r\n\r\n", false, "InvalidResponse", false),
        ("GET", "HTTP/1.1 20x OK\r\n\r\n", false, "InvalidResponse", false),
        ("GET", "SSH-2.0-OpenSSH\r\n", false, "InvalidResponse", false),
        ("GET", "\r\n" + Ok + "Content-Length: 0\r\n\r\n", false, "InvalidResponse", false),
        ("GET", "HTTP/1.1 101 Switching Protocols\r\n\r\n", false, "InvalidResponse", false),

        // Of the kinds that llhttp, picohttpparser and httparse test (MIT).
        ("GET", "HTTP/1.1 200 \xE9t\xE9\tok\r\nContent-Length: 0\r\n\r\n", false, "200 \xE9t\xE9\tok [Content-Length=0;]  []", true),
        ("GET", "HTTP/1.1 200 \r\nContent-Length: \t 2 \t\r\nX: \xFF\r\nEmpty:\r\n\r\nhi", false, "200  [Content-Length=2;X=\xFF;Empty=;] hi []", true),
        ("GET", Ok + "Transfer-Encoding:\tCHUNKED \r\n\r\n1E\r\nall your base are belong to us\r\n000\r\n\r\n", false, "200 OK [Transfer-Encoding=CHUNKED;] all your base are belong to us []", true),
        ("GET", "HTTP/1.1 304 Not Modified\r\nTransfer-Encoding: chunked\r\n\r\n", false, "304 Not Modified [Transfer-Encoding=chunked;]  []", true),
        ("GET", "HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", false, "204 No Content [Transfer-Encoding=chunked;]  []", false),
        ("HEAD", Ok + "Transfer-Encoding: chunked\r\n\r\n", false, "200 OK [Transfer-Encoding=chunked;]  []", true),
        ("GET", "HTTP/1. 200 OK\r\n\r\n", false, "InvalidResponse", false),
        ("GET", "HTTP/1.2z 200 OK\r\n\r\n", false, "InvalidResponse", false),
        ("GET", "HTTP/01.1 200 OK\r\n\r\n", false, "InvalidResponse", false),
        ("GET", "http/1.1 200 OK\r\n\r\n", false, "InvalidResponse", false),
        ("GET", "HTTPER/1.1 200 OK\r\n\r\n", false, "InvalidResponse", false),
        ("GET", "HTTP/1.1  OK\r\n\r\n", false, "InvalidResponse", false),
        ("GET", "HTTP/1.1\t200 OK\r\n\r\n", false, "InvalidResponse", false),
        ("GET", "HTTP/1.1 20 OK\r\n\r\n", false, "InvalidResponse", false),
        ("GET", "HTTP/1.1 099 OK\r\n\r\n", false, "InvalidResponse", false),
        ("GET", "HTTP/1.1 200OK\r\n\r\n", false, "InvalidResponse", false),
        ("GET", "HTTP/1.1 200 O\0K\r\n\r\n", false, "InvalidResponse", false),
        ("GET", "HTTP/1.1 200 OK\rX\r\n\r\n", false, "InvalidResponse", false),
        ("GET", "HTTP/1.1 200 OK\r\r\n\r\n", false, "InvalidResponse", false),
        ("GET", Ok + "A\0: b\r\n\r\n", false, "InvalidResponse", false),
        ("GET", Ok + "A: b\r\r\n\r\n", false, "InvalidResponse", false),
        ("GET", Ok + "A\r\n\r\n", false, "InvalidResponse", false),
        ("GET", Ok + "Content-Length : 5\r\n\r\nhello", false, "InvalidResponse", false),
        ("GET", Ok + "Content-Length: 0x5\r\n\r\nhello", false, "InvalidResponse", false),
        ("GET", Ok + "Content-Length: 5 5\r\n\r\nhello", false, "InvalidResponse", false),
        ("GET", Ok + "Content-Length: \xB2\r\n\r\nhi", false, "InvalidResponse", false),
        ("GET", Ok + "Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n", false, "InvalidResponse", false),
        ("GET", Ok + "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n", false, "InvalidResponse", false),
        ("GET", Ok + "Transfer-Encoding:\r\n\r\n", false, "InvalidResponse", false),
        ("GET", Ok + "Transfer-Encoding: \vchunked\r\n\r\n0\r\n\r\n", false, "InvalidResponse", false),
        ("GET", Ok + "Transfer-Encoding: chunked\r\n\r\n5 \r\nhello\r\n0\r\n\r\n", false, "InvalidResponse", false),
        ("GET", Ok + "Transfer-Encoding: chunked\r\n\r\n0x5\r\nhello\r\n0\r\n\r\n", false, "InvalidResponse", false),
        ("GET", Ok + "Transfer-Encoding: chunked\r\n\r\n5\r\nhello0\r\n\r\n", false, "InvalidResponse", false),
        ("GET", Ok + "Transfer-Encoding: chunked\r\n\r\n0\r\n\rX", false, "InvalidResponse", false),
        ("GET", "HTTP/1.1 100 Continue\r\n\r\nSSH-2.0\r\n", false, "InvalidResponse", false),
    ];

    private static IEnumerable<TestCaseData> Cases => Corpus.Select(static (item, index) =>
        new TestCaseData(index).SetArgDisplayNames($"{index} {item.Outcome.Split(' ')[0]} {Printable(item.Bytes)}"));

    [TestCaseSource(nameof(Cases))]
    public void AResponseIsReadTheSameHoweverItIsCut(int index)
    {
        using var conversation = new ClientConversation();
        var item = Corpus[index];
        Assert.That(Outcome(conversation, item, item.Bytes), Is.EqualTo((item.Outcome, item.IsKept)), "whole");
        Assert.That(Outcome(conversation, item, [.. item.Bytes.Select(static each => each.ToString())]), Is.EqualTo((item.Outcome, item.IsKept)), "byte by byte");
        for (var cut = 1; cut < item.Bytes.Length; cut++)
            Assert.That(Outcome(conversation, item, item.Bytes[..cut], item.Bytes[cut..]), Is.EqualTo((item.Outcome, item.IsKept)), $"cut at {cut}");
    }

    private static (string Outcome, bool IsKept) Outcome(ClientConversation conversation, (string Method, string Bytes, bool Ends, string Outcome, bool IsKept) item, params string[] pieces)
    {
        var fetch = conversation.Fetch(new HttpClientRequest(new HttpMethod(item.Method), "/"));
        var connection = conversation.Accept();
        conversation.Sent();
        foreach (var piece in pieces) conversation.Send(connection, piece);
        if (item.Ends) conversation.Reactor.FinishPeer(connection);
        var isKept = conversation.Pool.Statistics.Idle == 1;
        conversation.Reactor.End(connection, CloseReason.PeerReset);
        return (ClientConversation.Now(fetch), isKept);
    }

    [Test]
    public void LimitsHoldAtTheByte([Values] bool byteByByte)
    {
        var options = new HttpConnectionPoolOptions { MaxStatusLineSize = 20, MaxHeadersSize = 40, MaxHeaderCount = 2, MaxBufferedBodySize = 10 };
        Assert.Multiple(() =>
        {
            Assert.That(Ask("HTTP/1.1 200 1234567\r\nContent-Length: 0\r\n\r\n"), Does.StartWith("200"));
            Assert.That(Ask("HTTP/1.1 200 12345678\r\nContent-Length: 0\r\n\r\n"), Is.EqualTo("InvalidResponse"));
            Assert.That(Ask("HTTP/1.1 200 " + new string('x', 100)), Is.EqualTo("InvalidResponse"), "unfinished");
            Assert.That(Ask(Ok + "Content-Length: 0\r\nX: " + new string('x', 14) + "\r\n\r\n"), Does.StartWith("200"));
            Assert.That(Ask(Ok + "Content-Length: 0\r\nX: " + new string('x', 15) + "\r\n\r\n"), Is.EqualTo("InvalidResponse"));
            Assert.That(Ask(Ok + "X: " + new string('x', 100)), Is.EqualTo("InvalidResponse"), "unfinished");
            Assert.That(Ask(Ok + "A:\r\nB:\r\nContent-Length: 0\r\n\r\n"), Is.EqualTo("InvalidResponse"), "three fields");
            Assert.That(Ask(Ok + "Content-Length: 10\r\n\r\n0123456789"), Does.StartWith("200"));
            Assert.That(Ask(Ok + "Content-Length: 11\r\n\r\n"), Is.EqualTo("ConfigurationLimitExceeded"));
            Assert.That(Ask(Ok + "Transfer-Encoding: chunked\r\n\r\n6\r\n012345\r\n5\r\n67890\r\n"), Is.EqualTo("ConfigurationLimitExceeded"));
            Assert.That(Ask(string.Concat(Enumerable.Repeat("HTTP/1.1 100 C\r\n\r\n", 16)) + Ok + "Content-Length: 0\r\n\r\n"), Does.StartWith("200"));
            Assert.That(Ask(string.Concat(Enumerable.Repeat("HTTP/1.1 100 C\r\n\r\n", 17))), Is.EqualTo("InvalidResponse"), "interim responses without end");
        });

        string Ask(string bytes)
        {
            using var conversation = new ClientConversation(options);
            var fetch = conversation.Fetch();
            var connection = conversation.Accept();
            conversation.Sent();
            foreach (var piece in byteByByte ? bytes.Select(static each => each.ToString()) : [bytes]) conversation.Send(connection, piece);
            return ClientConversation.Now(fetch);
        }
    }

    private static string Printable(string text)
    {
        var printable = new StringBuilder();
        foreach (var each in text) printable.Append(char.IsAsciiLetterOrDigit(each) ? each : '_');
        return printable.ToString(0, Math.Min(70, printable.Length));
    }
}
