using System.Diagnostics;
using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using FastCore.Net.Http;
using FastCore.Net.Http.Files;
using FastCore.Net.Transport;

namespace FastCore.Net.Tests.Http;

/// <summary>A folder served over every engine: whole files and ranges, conditions, codings, folders, and what must not be reached.</summary>
internal sealed class FileTests(TransportKind kind) : HttpServerTest(kind)
{
    private const int SmallSize = 10_000;
    private const int LargeSize = 700_000;

    private static readonly byte[] Small = Content(SmallSize);
    private static readonly byte[] Large = Content(LargeSize);

    private string _folder = "";
    private HttpClient _client = null!;

    [SetUp]
    public void MakeFolder()
    {
        var top = Directory.CreateTempSubdirectory("fastcore-files-").FullName;
        _folder = Path.Join(top, "site");
        Directory.CreateDirectory(Path.Join(_folder, "sub"));
        Directory.CreateDirectory(Path.Join(_folder, "list <&>"));
        File.WriteAllBytes(Path.Join(_folder, "small.bin"), Small);
        File.WriteAllBytes(Path.Join(_folder, "large.bin"), Large);
        File.WriteAllText(Path.Join(_folder, "empty.txt"), "");
        File.WriteAllText(Path.Join(_folder, "ä b.html"), "umlaut");
        File.WriteAllText(Path.Join(_folder, "sub", "index.html"), "index");
        File.WriteAllText(Path.Join(_folder, ".secret"), "secret");
        File.WriteAllText(Path.Join(_folder, "list <&>", "a:b\"c.txt"), "x");
        File.WriteAllText(Path.Join(top, "outside.txt"), "outside");
        Directory.CreateDirectory(Path.Join(top, "site-twin"));
        File.WriteAllText(Path.Join(top, "site-twin", "x.txt"), "outside");
    }

    [TearDown]
    public void RemoveFolder()
    {
        _client?.Dispose();
        Directory.Delete(Path.GetDirectoryName(_folder)!, recursive: true);
    }

    [Test]
    public async Task FilesArriveWhole([Values] bool isKept)
    {
        Serve(new StaticFileOptions { MaxCachedFileSize = isKept ? 1 << 20 : 100 });
        for (var i = 0; i < 3; i++)
        {
            using var small = await _client.GetAsync("small.bin");
            Assert.That(await small.Content.ReadAsByteArrayAsync(), Is.EqualTo(Small));
            Assert.That(small.Content.Headers.ContentType!.ToString(), Is.EqualTo("application/octet-stream"));
            Assert.That(small.Headers.AcceptRanges, Is.EqualTo(new[] { "bytes" }));
            Assert.That(small.Headers.ETag!.IsWeak, Is.False);
            Assert.That(small.Content.Headers.LastModified, Is.Not.Null);
            Assert.That(await _client.GetByteArrayAsync("large.bin"), Is.EqualTo(Large));
            Assert.That(await _client.GetStringAsync("empty.txt"), Is.Empty);
            Assert.That(await _client.GetStringAsync("%C3%A4%20b.html"), Is.EqualTo("umlaut"));
        }
        using var head = await _client.SendAsync(new HttpRequestMessage(HttpMethod.Head, "large.bin"));
        Assert.That(head.Content.Headers.ContentLength, Is.EqualTo(LargeSize));
        using var post = await _client.PostAsync("small.bin", new StringContent("x"));
        Assert.That(post.StatusCode, Is.EqualTo(HttpStatusCode.MethodNotAllowed));
    }

    [TestCase("bytes=0-0", 206, "0-0")]
    [TestCase("bytes=5-", 206, "5-9999")]
    [TestCase("bytes=9999-20000", 206, "9999-9999")]
    [TestCase("bytes=-3", 206, "9997-9999")]
    [TestCase("bytes=-20000", 206, "0-9999")]
    [TestCase("bytes=100-199", 206, "100-199")]
    [TestCase("bytes=10000-", 416, "")]
    [TestCase("bytes=-0", 416, "")]
    [TestCase("bytes=5-4", 200, "")]
    [TestCase("bytes=a-b", 200, "")]
    [TestCase("bytes=", 200, "")]
    [TestCase("lines=1-2", 200, "")]
    [TestCase("bytes=99999999999999999999-", 200, "")]
    [TestCase("bytes=0-9999,0-9999", 200, "", Description = "more than the file is no saving")]
    public async Task ARangeIsCutAsTheStandardSays(string range, int status, string wanted)
    {
        foreach (var isKept in (bool[])[true, false])
        {
            Serve(new StaticFileOptions { MaxCachedFileSize = isKept ? 1 << 20 : 100 });
            using var request = new HttpRequestMessage(HttpMethod.Get, "small.bin");
            request.Headers.TryAddWithoutValidation("Range", range);
            using var answer = await _client.SendAsync(request);
            var body = await answer.Content.ReadAsByteArrayAsync();
            Assert.That((int)answer.StatusCode, Is.EqualTo(status));
            if (status == 200) Assert.That(body, Is.EqualTo(Small));
            if (status == 416) Assert.That(answer.Content.Headers.ContentRange!.ToString(), Is.EqualTo("bytes */10000"));
            if (status != 206) continue;
            Assert.That(answer.Content.Headers.ContentRange!.ToString(), Is.EqualTo($"bytes {wanted}/10000"));
            var ends = wanted.Split('-').Select(int.Parse).ToArray();
            Assert.That(body, Is.EqualTo(Small[ends[0]..(ends[1] + 1)]));
        }
    }

    [Test]
    public async Task SeveralRangesComeAsParts([Values] bool isKept)
    {
        Serve(new StaticFileOptions { MaxCachedFileSize = isKept ? 1 << 20 : 100 });
        using var request = new HttpRequestMessage(HttpMethod.Get, "large.bin") { Headers = { Range = new RangeHeaderValue { Ranges = { new(0, 9), new(300_000, 499_999), new(null, 5) } } } };
        using var answer = await _client.SendAsync(request);
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.PartialContent));
        var type = answer.Content.Headers.ContentType!;
        Assert.That(type.MediaType, Is.EqualTo("multipart/byteranges"));
        var boundary = type.Parameters.Single(static parameter => parameter.Name == "boundary").Value;
        var expected = new MemoryStream();
        foreach (var (start, end) in ((int, int)[])[(0, 9), (300_000, 499_999), (LargeSize - 5, LargeSize - 1)])
        {
            expected.Write(Encoding.ASCII.GetBytes($"\r\n--{boundary}\r\nContent-Type: application/octet-stream\r\nContent-Range: bytes {start}-{end}/{LargeSize}\r\n\r\n"));
            expected.Write(Large.AsSpan(start..(end + 1)));
        }
        expected.Write(Encoding.ASCII.GetBytes($"\r\n--{boundary}--\r\n"));
        Assert.That(await answer.Content.ReadAsByteArrayAsync(), Is.EqualTo(expected.ToArray()));
    }

    [Test]
    public async Task ConditionsAreJudgedInTheirOrder()
    {
        Serve();
        using var first = await _client.GetAsync("small.bin");
        var tag = first.Headers.ETag!;
        var time = first.Content.Headers.LastModified!.Value;
        Assert.That(await Status(("If-None-Match", tag.Tag)), Is.EqualTo(304));
        Assert.That(await Status(("If-None-Match", $"\"x\", W/{tag.Tag}")), Is.EqualTo(304));
        Assert.That(await Status(("If-None-Match", "*")), Is.EqualTo(304));
        Assert.That(await Status(("If-None-Match", "\"other\"")), Is.EqualTo(200));
        Assert.That(await Status(("If-None-Match", "\"other\""), ("If-Modified-Since", time.ToString("r"))), Is.EqualTo(200), "the tag goes before the date");
        Assert.That(await Status(("If-Modified-Since", time.ToString("r"))), Is.EqualTo(304));
        Assert.That(await Status(("If-Modified-Since", time.AddSeconds(-1).ToString("r"))), Is.EqualTo(200));
        Assert.That(await Status(("If-Modified-Since", time.UtcDateTime.ToString("dddd, dd-MMM-yy HH:mm:ss 'GMT'", System.Globalization.CultureInfo.InvariantCulture))), Is.EqualTo(304));
        Assert.That(await Status(("If-Modified-Since", "yesterday")), Is.EqualTo(200));
        Assert.That(await Status(("If-Match", tag.Tag)), Is.EqualTo(200));
        Assert.That(await Status(("If-Match", $"W/{tag.Tag}")), Is.EqualTo(412), "a weak one proves nothing here");
        Assert.That(await Status(("If-Match", "\"other\"")), Is.EqualTo(412));
        Assert.That(await Status(("If-Unmodified-Since", time.AddSeconds(-1).ToString("r"))), Is.EqualTo(412));
        Assert.That(await Status(("Range", "bytes=0-9"), ("If-Range", tag.Tag)), Is.EqualTo(206));
        Assert.That(await Status(("Range", "bytes=0-9"), ("If-Range", "\"other\"")), Is.EqualTo(200));
        Assert.That(await Status(("Range", "bytes=0-9"), ("If-Range", time.AddSeconds(-1).ToString("r"))), Is.EqualTo(200));
        Assert.That(await Status(("Range", "bytes=0-9"), ("If-None-Match", tag.Tag)), Is.EqualTo(304));
    }

    [Test]
    public async Task ASiblingIsSentToWhoTakesIt()
    {
        Serve(new StaticFileOptions { RevalidateAfter = TimeSpan.Zero });
        var plain = Path.Join(_folder, "page.css");
        File.WriteAllText(plain, "plain");
        Write(plain + ".br", static stream => new BrotliStream(stream, CompressionLevel.Fastest), "brotli");
        Write(plain + ".gz", static stream => new GZipStream(stream, CompressionLevel.Fastest), "zipped");
        foreach (var (accepted, coding) in ((string, string)[])[("br, gzip", "br"), ("gzip", "gzip"), ("br;q=0, gzip", "gzip"), ("*", "br"), ("identity", ""), ("gzip;q=0.0", ""), ("deflate", ""), ("br;q=0.5, gzip", "gzip"), ("identity, br;q=0.5", "")])
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "page.css");
            request.Headers.TryAddWithoutValidation("Accept-Encoding", accepted);
            using var answer = await _client.SendAsync(request);
            Assert.That(string.Join(",", answer.Content.Headers.ContentEncoding), Is.EqualTo(coding), accepted);
            Assert.That(answer.Headers.Vary, Does.Contain("Accept-Encoding"));
            Assert.That(answer.Content.Headers.ContentType!.MediaType, Is.EqualTo("text/css"));
        }
        File.SetLastWriteTimeUtc(plain, DateTime.UtcNow.AddMinutes(1));
        Assert.That((await _client.SendAsync(new HttpRequestMessage(HttpMethod.Get, "page.css") { Headers = { AcceptEncoding = { new("gzip") } } })).Content.Headers.ContentEncoding, Is.Empty, "they are older than the file");
    }

    [Test]
    public async Task AFileWithoutSiblingsIsCompressedOnce()
    {
        var server = Start(server => server.MapFiles("/", _folder, new StaticFileOptions { RevalidateAfter = TimeSpan.Zero, Compress = true }), new HttpServerOptions { Reactors = 1, Compression = new HttpCompressionOptions() });
        _client = new HttpClient { BaseAddress = new Uri($"http://{server.EndPoint}/") };
        var text = string.Concat(Enumerable.Range(0, 500).Select(static i => $"line {i}\n"));
        var path = Path.Join(_folder, "page.css");
        foreach (var content in (string[])[text, "changed " + text])
        {
            File.WriteAllText(path, content);
            var tags = new HashSet<string>();
            foreach (var (accepted, coding) in ((string, string)[])[("br, gzip", "br"), ("gzip", "gzip"), ("br;q=0.5, gzip", "gzip"), ("identity", ""), ("br", "br")])
            {
                using var answer = await Get("page.css", ("Accept-Encoding", accepted));
                Assert.That(string.Join(",", answer.Content.Headers.ContentEncoding), Is.EqualTo(coding), accepted);
                Assert.That((answer.Headers.Vary.Single(), answer.Content.Headers.ContentType!.MediaType), Is.EqualTo(("Accept-Encoding", "text/css")));
                var coded = await answer.Content.ReadAsByteArrayAsync();
                using var decoder = coding switch { "br" => new BrotliStream(new MemoryStream(coded), CompressionMode.Decompress), "gzip" => new GZipStream(new MemoryStream(coded), CompressionMode.Decompress), _ => (Stream)new MemoryStream(coded) };
                Assert.That(await new StreamReader(decoder).ReadToEndAsync(), Is.EqualTo(content), accepted);
                tags.Add(answer.Headers.ETag!.ToString());
                Assert.That(answer.Headers.ETag.IsWeak, Is.False);
                using var again = await Get("page.css", ("Accept-Encoding", accepted), ("If-None-Match", answer.Headers.ETag.Tag));
                Assert.That((again.StatusCode, again.Headers.Vary.Single()), Is.EqualTo((HttpStatusCode.NotModified, "Accept-Encoding")));
                using var part = await Get("page.css", ("Accept-Encoding", accepted), ("Range", "bytes=5-9"), ("If-Range", answer.Headers.ETag.Tag));
                Assert.That(await part.Content.ReadAsByteArrayAsync(), Is.EqualTo(coded[5..10]), "a part of the form it is of");
            }
            Assert.That(tags, Has.Count.EqualTo(3), "each form has a tag of its own");
        }
        foreach (var name in (string[])["small.bin", "empty.txt", "sub/index.html", "large.bin"])
        {
            using var answer = await Get(name, ("Accept-Encoding", "br, gzip"));
            Assert.That((answer.Content.Headers.ContentEncoding.Count, answer.Headers.Vary.Count), Is.EqualTo((0, 0)), name);
        }
    }

    private Task<HttpResponseMessage> Get(string path, params ReadOnlySpan<(string Name, string Value)> fields)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, path);
        foreach (var (name, value) in fields) request.Headers.TryAddWithoutValidation(name, value);
        return _client.SendAsync(request);
    }

    [Test]
    public void WhatWasCompressedIsKeptUntilTheFileChanges()
    {
        var store = new FileStore(_folder, new StaticFileOptions { Compress = true });
        var path = Path.Join(_folder, "a.txt");
        File.WriteAllText(path, new string('a', 5000));
        var first = store.Look("a.txt")!;
        Assert.That(first.Codings, Is.EqualTo(new[] { "br", "gzip" }));
        Assert.That(store.Size, Is.EqualTo(first.Size).And.InRange(5020, 6000));
        Assert.That(store.Look("a.txt"), Is.SameAs(first), "it is not made again");
        File.WriteAllText(path, new string('b', 5001));
        var second = store.Look("a.txt")!;
        Assert.That((second.Length, second.Codings.Length, store.Size), Is.EqualTo((5001L, 2, second.Size)));
        Write(path + ".gz", static stream => new GZipStream(stream, CompressionLevel.Fastest), "zipped");
        Assert.That(store.Look("a.txt")!.Codings, Is.EqualTo(new[] { "gzip" }), "a sibling goes before");
        var noise = new byte[5000];
        new Random(1).NextBytes(noise);
        File.WriteAllBytes(Path.Join(_folder, "noise.txt"), noise);
        var kept = store.Look("noise.txt")!;
        Assert.That((kept.Codings.Length, ReferenceEquals(store.Look("noise.txt"), kept)), Is.EqualTo((0, true)), "nor is it tried again");
    }

    [Test]
    public async Task AFolderIsItsIndexOrAListOrNothing()
    {
        Serve(new StaticFileOptions { ListFolders = true });
        Assert.That(await _client.GetStringAsync("sub/"), Is.EqualTo("index"));
        using var redirect = await _client.GetAsync("sub?x=1");
        Assert.That((int)redirect.StatusCode, Is.EqualTo(308));
        Assert.That(redirect.Headers.Location!.OriginalString, Is.EqualTo("/files/sub/?x=1"));
        var page = await _client.GetStringAsync("");
        Assert.That(page, Does.Contain("href=\"./list%20%3C%26%3E/\">list &lt;&amp;&gt;/</a>").And.Contain("small.bin").And.Not.Contain(".secret"));
        Assert.That(await _client.GetStringAsync("list%20%3C%26%3E/"), Does.Contain("href=\"./a%3Ab%22c.txt\">a:b&quot;c.txt</a>"));
        Assert.That(await _client.GetStringAsync("list%20%3C%26%3E/a%3Ab%22c.txt"), Is.EqualTo("x"));
        Serve();
        Assert.That((int)(await _client.GetAsync("")).StatusCode, Is.EqualTo(404));
    }

    /// <summary>Between the look whether a folder is there and the reading of its names it may go.</summary>
    [Test]
    public async Task AFolderThatGoesWhileItIsListedIsNotThere()
    {
        const int Asked = 1500;
        Serve(new StaticFileOptions { ListFolders = true });
        var folder = Path.Join(_folder, "comes and goes");
        using var end = new CancellationTokenSource();
        var toggling = Task.Run(() =>
        {
            while (!end.IsCancellationRequested)
            {
                Directory.CreateDirectory(folder);
                Directory.Delete(folder);
            }
        });
        var seen = new Dictionary<int, int>();
        for (var i = 0; i < Asked; i++)
        {
            using var answer = await _client.GetAsync("comes%20and%20goes/");
            seen[(int)answer.StatusCode] = seen.GetValueOrDefault((int)answer.StatusCode) + 1;
        }
        end.Cancel();
        await toggling;
        Assert.That(seen.Keys, Is.SubsetOf(new[] { 200, 404 }), string.Join(", ", seen));
    }

    [Test]
    public async Task NothingOutsideIsReached()
    {
        if (!OperatingSystem.IsLinux()) Assert.Ignore("Links and pipes are made as on Linux.");
        File.CreateSymbolicLink(Path.Join(_folder, "out.txt"), "../outside.txt");
        File.CreateSymbolicLink(Path.Join(_folder, "twin"), "../site-twin");
        File.CreateSymbolicLink(Path.Join(_folder, "in.txt"), "small.bin");
        File.CreateSymbolicLink(Path.Join(_folder, "loop"), "loop");
        Process.Start("mkfifo", Path.Join(_folder, "pipe")).WaitForExit();
        var server = Serve();
        foreach (var path in (string[])["out.txt", "twin/x.txt", "twin/", "loop", "pipe", ".secret", "%2esecret", "../outside.txt", "%2e%2e/outside.txt", "..%2foutside.txt", "sub/../../outside.txt", "sub//index.html", "small.bin/", "small.bin%00", "none"])
        {
            using var peer = new HttpPeer(server);
            Assert.That(peer.Ask($"GET /files/{path} HTTP/1.1\r\nHost: a\r\n\r\n").Status, Is.EqualTo(404), path);
        }
        Assert.That(await _client.GetByteArrayAsync("in.txt"), Is.EqualTo(Small), "a link that stays inside is followed");
    }

    [Test]
    public async Task ARootThatIsALinkMayBeGivenAnotherTarget()
    {
        if (!OperatingSystem.IsLinux()) Assert.Ignore("Links are made as on Linux.");
        foreach (var release in (string[])["one", "two"])
        {
            Directory.CreateDirectory(Path.Join(_folder, release));
            File.WriteAllText(Path.Join(_folder, release, "name.txt"), release);
            File.CreateSymbolicLink(Path.Join(_folder, release, "other.txt"), "../two/name.txt");
            File.CreateSymbolicLink(Path.Join(_folder, $"to-{release}"), release);
        }
        // As tools for deployment do it: the link is replaced in one step.
        void Deploy(string release) => Process.Start("mv", ["-T", Path.Join(_folder, $"to-{release}"), Path.Join(_folder, "current")]).WaitForExit();
        Deploy("one");
        Serve(new StaticFileOptions { RevalidateAfter = TimeSpan.Zero }, folder: Path.Join(_folder, "current"));
        Assert.That(await _client.GetStringAsync("name.txt"), Is.EqualTo("one"));
        Assert.That((int)(await _client.GetAsync("other.txt")).StatusCode, Is.EqualTo(404), "it lies in another release");
        Deploy("two");
        Assert.That(await _client.GetStringAsync("name.txt"), Is.EqualTo("two"));
        Assert.That(await _client.GetStringAsync("other.txt"), Is.EqualTo("two"));
    }

    [Test]
    public async Task AChangeIsSeen()
    {
        Serve(new StaticFileOptions { RevalidateAfter = TimeSpan.Zero });
        Assert.That(await _client.GetByteArrayAsync("small.bin"), Is.EqualTo(Small));
        File.WriteAllText(Path.Join(_folder, "small.bin"), "changed");
        File.SetLastWriteTimeUtc(Path.Join(_folder, "small.bin"), DateTime.UtcNow.AddSeconds(5));
        Assert.That(await _client.GetStringAsync("small.bin"), Is.EqualTo("changed"));
        File.Delete(Path.Join(_folder, "small.bin"));
        Assert.That((int)(await _client.GetAsync("small.bin")).StatusCode, Is.EqualTo(404));
    }

    [Test]
    public void WhatIsOpenBesideAFileThatIsNoneIsClosed()
    {
        if (!OperatingSystem.IsLinux()) Assert.Ignore("Pipes are made as on Linux.");
        File.WriteAllBytes(Path.Join(_folder, "app.js.br"), new byte[2 << 20]);
        Process.Start("mkfifo", Path.Join(_folder, "app.js")).WaitForExit();
        using var store = new FileStore(_folder, new StaticFileOptions());
        var before = OpenFile.Live;
        Assert.That(store.Look("app.js"), Is.Null);
        Assert.That(OpenFile.Live, Is.EqualTo(before));
    }

    [Test]
    public void TheCacheKeepsItsSize()
    {
        var store = new FileStore(_folder, new StaticFileOptions { MaxCacheSize = 30_000 });
        for (var i = 0; i < 20; i++)
        {
            File.WriteAllBytes(Path.Join(_folder, $"{i}.bin"), Small);
            Assert.That(store.Look($"{i}.bin")!.Length, Is.EqualTo(SmallSize));
            Assert.That(store.Size, Is.LessThanOrEqualTo(30_000));
        }
        Assert.That(store.FindFresh("19.bin"), Is.Not.Null);
        Assert.That(store.FindFresh("0.bin"), Is.Null);
    }

    [Test]
    public void WhatCanNotBeServedIsRefused()
    {
        using var server = new HttpServer();
        Assert.That(() => server.MapFiles("/a", _folder), Throws.ArgumentException);
        Assert.That(() => server.MapFiles("/a/", Path.Join(_folder, "none")), Throws.InstanceOf<DirectoryNotFoundException>());
        Assert.That(() => server.MapFiles("/a/", _folder, new StaticFileOptions { CacheControl = "a\r\nb: c" }), Throws.ArgumentException);
        Assert.That(() => server.MapFiles("/a/", _folder, new StaticFileOptions { IndexFiles = ["../x"] }), Throws.ArgumentException);
    }

    private HttpServer Serve(StaticFileOptions? options = null, string? folder = null)
    {
        var server = Start(server => server.MapFiles("/files/", folder ?? _folder, options));
        _client?.Dispose();
        _client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = new Uri($"http://{server.EndPoint}/files/") };
        return server;
    }

    private async Task<int> Status(params (string Name, string Value)[] fields)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "small.bin");
        foreach (var (name, value) in fields) request.Headers.TryAddWithoutValidation(name, value);
        using var answer = await _client.SendAsync(request);
        return (int)answer.StatusCode;
    }

    private static byte[] Content(int size) => [.. Enumerable.Range(0, size).Select(static i => (byte)(i * 31 >> 4))];

    private static void Write(string path, Func<Stream, Stream> coding, string text)
    {
        using var file = File.Create(path);
        using var stream = coding(file);
        stream.Write(Encoding.ASCII.GetBytes(text));
    }
}
