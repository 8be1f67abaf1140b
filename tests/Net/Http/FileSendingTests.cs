using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using FastCore.Net.Http;
using FastCore.Net.Http.Files;
using FastCore.Net.Transport;
using FastCore.Net.Transport.Native;

namespace FastCore.Net.Tests.Http;

/// <summary>Files that go from the page cache to the socket: what arrives, who copies, and what becomes of them when something goes wrong on the way.</summary>
internal sealed class FileSendingTests(TransportKind kind) : HttpServerTest(kind)
{
    // More than the kernel takes for a peer that does not read, whose buffers are small.
    private const int Size = 12_000_000;
    private const int MiddleSize = 900_000;
    private const int SmallBuffer = 16 * 1024;

    private static readonly byte[] Content = Noise(Size);
    private static readonly StaticFileOptions Sending = new() { SendFileThreshold = 1, MaxCachedFileSize = 0 };

    private string _folder = "";
    private HttpClient? _client;

    [SetUp]
    public void MakeFolder()
    {
        _folder = Directory.CreateTempSubdirectory("fastcore-sending-").FullName;
        File.WriteAllBytes(Path.Join(_folder, "large.bin"), Content);
        File.WriteAllBytes(Path.Join(_folder, "middle.bin"), Content[..MiddleSize]);
    }

    [TearDown]
    public void RemoveFolder()
    {
        _client?.Dispose();
        _client = null;
        Directory.Delete(_folder, recursive: true);
    }

    [TestCase(0, TestName = "{m}(only held open)")]
    [TestCase(1 << 20, TestName = "{m}(kept in memory too)")]
    public async Task WhatArrivesIsTheFileAndNobodyHasCopiedIt(int kept)
    {
        var server = Serve(Sending with { MaxCachedFileSize = kept });
        for (var i = 0; i < 2; i++)
        {
            Assert.That((await Get("large.bin")).AsSpan().SequenceEqual(Content));
            Assert.That((await Get("middle.bin")).AsSpan().SequenceEqual(Content.AsSpan(0, MiddleSize)));
            Assert.That(await Get("middle.bin", (0, 0)), Is.EqualTo(Content[..1]));
            Assert.That((await Get("middle.bin", (5_000, null))).AsSpan().SequenceEqual(Content.AsSpan(5_000..MiddleSize)));
            Assert.That((await Get("large.bin", (1_000_001, 9_999_999))).AsSpan().SequenceEqual(Content.AsSpan(1_000_001..10_000_000)));
            Assert.That((await Get("large.bin", (null, 70_000))).AsSpan().SequenceEqual(Content.AsSpan(^70_000..)));
            var parts = await Get("large.bin", (10, 3_000_009), (5_000_000, 5_000_000), (null, 400_000));
            foreach (var part in (Range[])[10..3_000_010, 5_000_000..5_000_001, ^400_000..]) Assert.That(parts.AsSpan().IndexOf(Content.AsSpan(part)), Is.GreaterThan(0));
            Assert.That(parts, Has.Length.InRange(3_400_001, 3_402_000));
            using var head = await _client!.SendAsync(new HttpRequestMessage(HttpMethod.Head, "large.bin"));
            Assert.That(head.Content.Headers.ContentLength, Is.EqualTo(Size));
        }
        Assert.That(server.Reactors.Sum(static reactor => reactor.Counters.Copied), Is.LessThan(20_000), "heads alone");
    }

    [Test]
    public void ASlowReaderGetsAllOfWhatItHasAskedForInOrder()
    {
        var server = Serve(Sending);
        using var peer = new HttpPeer(server, SmallBuffer);
        peer.Send(string.Concat(Enumerable.Repeat("GET /large.bin HTTP/1.1\r\nHost: a\r\n\r\nGET /middle.bin HTTP/1.1\r\nHost: a\r\n\r\nGET /none HTTP/1.1\r\nHost: a\r\n\r\n", 2)));
        // Reads when the server can't go on, and not before.
        Until(() => server.Reactors[0].Counters.Files > 0 || Kind == TransportKind.Portable);
        for (var i = 0; i < 2; i++)
        {
            ExpectFile(peer.Peer.Socket, Size);
            ExpectFile(peer.Peer.Socket, MiddleSize);
            Assert.That(ReadHead(peer.Peer.Socket), Does.StartWith("HTTP/1.1 404").And.Contain("Content-Length: 31\r\n"));
            ReceiveExactly(peer.Peer.Socket, new byte[31]);
        }
    }

    [Test]
    public void APeerThatGoesAwayLeavesNothingBehind([Values] bool isReset, [Values("large.bin", "middle.bin")] string file)
    {
        var server = Serve(Sending);
        Until(() => HeldOpen() == 0);
        for (var i = 0; i < 20; i++)
        {
            using var peer = new HttpPeer(server, SmallBuffer);
            peer.Send($"GET /{file} HTTP/1.1\r\nHost: a\r\n\r\nGET /{file} HTTP/1.1\r\nHost: a\r\n\r\n");
            ReadHead(peer.Peer.Socket);
            ReceiveExactly(peer.Peer.Socket, new byte[1000 * i]);
            if (isReset) peer.Peer.Socket.LingerState = new LingerOption(true, 0);
        }
        Until(() => server.Counters.Connections == 0);
        Assert.That(server.Reactors[0].Counters.Files, Is.Zero);
        server.Dispose();
        Until(() => HeldOpen() == 0);
    }

    [Test]
    public void AServerThatStopsInTheMiddleClosesItsFiles()
    {
        var server = Serve(Sending);
        using var slow = new HttpPeer(server, SmallBuffer);
        slow.Send("GET /large.bin HTTP/1.1\r\nHost: a\r\n\r\n");
        ReadHead(slow.Peer.Socket);
        server.Dispose();
        Until(() => HeldOpen() == 0);
    }

    [TestCase("large.bin", Size)]
    [TestCase("middle.bin", MiddleSize)]
    public void AFileThatBecomesShorterEndsTheConnectionBeforeWhatIsMissing(string file, int size)
    {
        var server = Serve(Sending);
        // One that is sent at once is asked for so often that not all of them go before it is cut.
        var times = file == "middle.bin" ? 12 : 1;
        using var peer = new HttpPeer(server, SmallBuffer);
        peer.Send(string.Concat(Enumerable.Repeat($"GET /{file} HTTP/1.1\r\nHost: a\r\n\r\n", times - 1)) + $"GET /{file} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        var cut = size / 2;
        Assert.That(ReadHead(peer.Peer.Socket), Does.Contain($"Content-Length: {size}\r\n"));
        Until(() => server.Reactors[0].Counters.Files > 0 || Kind == TransportKind.Portable);
        using (var writer = File.OpenWrite(Path.Join(_folder, file))) writer.SetLength(cut);
        var rest = ReceiveToEnd(peer.Peer.Socket);
        // Each answer is as long as its head says, or the last one, which the end has cut. Pages that wait in the kernel are the file's:
        // those behind the cut may have been cleared there, those before it must not.
        // It may also be cut just between two of them: then the end comes there, or those behind it are whole, and shorter.
        var isCut = false;
        var isShorter = false;
        var answers = 0;
        for (var (at, length) = (0, size); !isCut; length = LengthAt(rest, ref at))
        {
            isCut = rest.Length - at < length;
            isShorter = length == cut;
            answers++;
            var body = rest.AsSpan(at, Math.Min(length, rest.Length - at));
            Assert.That(body[..Math.Min(cut, body.Length)].SequenceEqual(Content.AsSpan(0, Math.Min(cut, body.Length))));
            at += body.Length;
            if (at == rest.Length) break;
        }
        Assert.That(isCut || isShorter || answers < times || Kind == TransportKind.Portable, "the end came before what is missing");
        Until(() => server.Counters.Connections == 0);
        lock (Errors) Errors.RemoveAll(static error => error.Failure is IOException);
    }

    [Test]
    public async Task AChangeOfAFileThatIsHeldOpenIsSeenAtOnce()
    {
        Serve(Sending with { RevalidateAfter = TimeSpan.FromHours(1) });
        Assert.That(await Get("middle.bin"), Has.Length.EqualTo(MiddleSize));
        var other = Noise(MiddleSize + 1);
        File.WriteAllBytes(Path.Join(_folder, "middle.bin"), other);
        Assert.That((await Get("middle.bin")).AsSpan().SequenceEqual(other));
    }

    [Test]
    public void WhatIsHeldOpenIsBoundedAndClosedWhenItIsNotUsed()
    {
        if (!OperatingSystem.IsLinux()) Assert.Ignore("Elsewhere no file is held open.");
        using var store = new FileStore(_folder, Sending with { MaxOpenFiles = 8 });
        for (var i = 0; i < 30; i++)
        {
            File.WriteAllBytes(Path.Join(_folder, $"{i}.bin"), [1, 2, 3]);
            Assert.That(store.Look($"{i}.bin")!.OpenCount, Is.EqualTo(1));
            Assert.That((store.OpenCount, HeldOpen()), Is.EqualTo((Math.Min(store.OpenCount, 8), store.OpenCount)));
        }
        Assert.That(store.FindFresh("29.bin"), Is.Not.Null);
        Assert.That(store.FindFresh("0.bin"), Is.Null, "the oldest have gone");
        var again = store.Look("29.bin")!;
        Assert.That((again, HeldOpen()), Is.EqualTo((store.FindFresh("29.bin"), store.OpenCount)), "the same, opened once");
        var held = again.TryHold()!;
        store.CloseUnused(long.MaxValue);
        Assert.That((store.OpenCount, HeldOpen()), Is.EqualTo((0, 1)), "who holds it has it still");
        held.Release();
        Assert.That((HeldOpen(), again.TryHold()), Is.EqualTo((0, (OpenFile?)null)));
        File.WriteAllBytes(Path.Join(_folder, "kept.bin"), [1, 2, 3]);
        store.Look("kept.bin");
        store.Dispose();
        Assert.That(HeldOpen(), Is.Zero);
        Assert.That(store.Look("kept.bin")!.OpenCount, Is.Zero, "after its end it keeps nothing open");
    }

    [Test]
    public async Task WhatThePageCacheDoesNotHoldIsReadAndSent()
    {
        if (!OperatingSystem.IsLinux()) Assert.Ignore("Elsewhere nobody asks for it.");
        var server = Serve(Sending);
        foreach (var name in (string[])["middle.bin", "large.bin"])
        {
            await Get(name, (0, 0));
            using var file = File.OpenHandle(Path.Join(_folder, name), FileMode.Open, FileAccess.ReadWrite);
            RandomAccess.FlushToDisk(file);
            var descriptor = (int)file.DangerousGetHandle();
            // What a socket still has is kept until its peer has acknowledged it.
            if (!SpinWait.SpinUntil(() => PosixAdvise(descriptor, 0, 0, DontNeed) == 0 && !FileTransfer.IsCached(descriptor, 0, MiddleSize), 2000)) Assert.Ignore("This file system keeps its pages.");
            Assert.That((await Get(name)).AsSpan().SequenceEqual(Content.AsSpan(0, name == "large.bin" ? Size : MiddleSize)));
            Assert.That(FileTransfer.IsCached(descriptor, 0, MiddleSize));
        }
    }

    private const int DontNeed = 4;

    [System.Runtime.InteropServices.DllImport("libc", EntryPoint = "posix_fadvise")]
    private static extern int PosixAdvise(int descriptor, long offset, long length, int advice);

    private HttpServer Serve(StaticFileOptions options)
    {
        var server = Start(server => server.MapFiles("/", _folder, options));
        _client?.Dispose();
        _client = new HttpClient { BaseAddress = new Uri($"http://{server.EndPoint}/") };
        return server;
    }

    private async Task<byte[]> Get(string path, params (long? Start, long? End)[] ranges)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (ranges.Length > 0) request.Headers.Range = new RangeHeaderValue();
        foreach (var (start, end) in ranges) request.Headers.Range!.Ranges.Add(new RangeItemHeaderValue(start, end));
        using var answer = await _client!.SendAsync(request);
        Assert.That(answer.StatusCode, Is.EqualTo(ranges.Length > 0 ? HttpStatusCode.PartialContent : HttpStatusCode.OK));
        return await answer.Content.ReadAsByteArrayAsync();
    }

    private static int LengthAt(byte[] answers, ref int at)
    {
        var head = Encoding.ASCII.GetString(answers.AsSpan(at, answers.AsSpan(at).IndexOf("\r\n\r\n"u8) + 2));
        at += head.Length + 2;
        return int.Parse(head.Split("Content-Length: ")[1].Split('\r')[0], System.Globalization.CultureInfo.InvariantCulture);
    }

    private static void ExpectFile(Socket socket, int size)
    {
        Assert.That(ReadHead(socket), Does.StartWith("HTTP/1.1 200").And.Contain($"Content-Length: {size}\r\n"));
        var body = new byte[size];
        ReceiveExactly(socket, body);
        Assert.That(body.AsSpan().SequenceEqual(Content.AsSpan(0, size)));
    }

    private static string ReadHead(Socket socket)
    {
        var head = new StringBuilder();
        var one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            ReceiveExactly(socket, one);
            head.Append((char)one[0]);
        }
        return head.ToString();
    }

    private static void ReceiveExactly(Socket socket, Span<byte> into)
    {
        while (!into.IsEmpty)
        {
            var count = socket.Receive(into);
            if (count == 0) throw new EndOfStreamException($"{into.Length} bytes did not come.");
            into = into[count..];
        }
    }

    private static byte[] ReceiveToEnd(Socket socket)
    {
        var all = new MemoryStream();
        var chunk = new byte[64 * 1024];
        for (int count; (count = socket.Receive(chunk)) > 0;) all.Write(chunk, 0, count);
        return all.ToArray();
    }

    /// <summary>Descriptors of this process for files of the folder.</summary>
    private int HeldOpen() => !OperatingSystem.IsLinux() ? 0
        : new DirectoryInfo("/proc/self/fd").EnumerateFileSystemInfos().Count(entry => entry.LinkTarget?.StartsWith(_folder, StringComparison.Ordinal) == true);

    private static byte[] Noise(int size)
    {
        var noise = new byte[size];
        new Random(size).NextBytes(noise);
        return noise;
    }
}
