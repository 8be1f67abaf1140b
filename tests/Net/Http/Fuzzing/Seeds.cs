using FastCore.Net.Http.Parsing;

namespace FastCore.Net.Tests.Http.Fuzzing;

/// <summary>What mutations of requests begin with: the corpus, without what is long.</summary>
internal static class RequestSeeds
{
    public static readonly byte[][] All = [.. Corpus.Items.Where(static item => item.Text.Length < 2000).Select(static item => item.Bytes)];

    /// <summary>What follows the heads of the corpus that announce chunks.</summary>
    public static readonly byte[][] ChunkedBodies = [.. Bodies()];

    private static IEnumerable<byte[]> Bodies()
    {
        var head = new RequestHead();
        foreach (var bytes in All)
        {
            if (RequestParser.Parse(bytes, head, RequestCorpus.Limits) == ParseStatus.Complete && head.IsChunked && head.Length < bytes.Length) yield return bytes[head.Length..];
        }
    }
}

/// <summary>What mutations of responses begin with.</summary>
internal static class ResponseSeeds
{
    public static readonly byte[][] All =
    [
        .. new[]
        {
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX: a b \r\n\r\nhello",
            "HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nhi",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6\r\n world\r\n0\r\nT: v\r\nU:\r\n\r\n",
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi",
            "HTTP/1.1 204 No Content\r\n\r\n",
            "HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n",
            "HTTP/1.1 200 OK\r\n\r\nall there is",
            "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nhi",
            "HTTP/1.0 500 Internal Server Error\r\nfoo: \r\nfoo: b\r\n\r\n",
            "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nhi",
            "HTTP/1.1 301 Moved\tfar \xE9\r\nLocation: /x\r\nSet-Cookie: a=b\r\nSet-Cookie: c=d\r\nContent-Length: 0\r\n\r\n",
            "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n\x81\x02hi",
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            "HTTP/1.1 200 OK\nContent-Length: 0\n\n",
            "HTTP/1.1 200 OK\r\nA: b\r\n folded\r\n\r\n",
        }.Select(FuzzTarget.Bytes),
    ];
}
