using System.IO.Compression;
using FastCore.Net.Http;
using FastCore.Net.Http.Coding;

namespace FastCore.Net.Tests.Http.Fuzzing;

/// <summary>
/// The decoder of requests' bodies, beside decoders that were written apart from it (<see cref="InflateModel"/>) or are given all at once (Brotli). An
/// input is a letter for the coding, <c>g</c>, <c>z</c> or <c>b</c>, and the body.
/// </summary>
internal sealed class ContentCodingTarget() : FuzzTarget("content-coding")
{
    private static readonly HttpRequestDecodingOptions Wide = new() { MaxDecodedSize = 1 << 22, MaxRatio = 1_000_000, MaxWindowBits = 24 };
    private static readonly HttpRequestDecodingOptions Narrow = new() { MaxDecodedSize = 100, MaxWindowBits = 16 };

    private readonly GuardedMemory _memory = new(MaxInput);

    public override IReadOnlyList<byte[]> Seeds { get; } =
    [
        .. ValueCorpus.Of("content-coding").Select(static item => item.Bytes),
        .. from letter in "gzb" from length in (int[])[1, 100, 5000] select (byte[])[(byte)letter, .. Code(letter, length)],
    ];

    public override void Run(ReadOnlySpan<byte> input, int seed)
    {
        if (input.IsEmpty) return;
        // Of any other letter, some coding: mutations change it too.
        var coding = "gzb".Contains((char)input[0], StringComparison.Ordinal) ? (char)input[0] : "gzb"[input[0] % 3];
        var body = input[1..].ToArray();
        var random = new Random(seed);
        var expected = Model(coding, body);
        Same(expected, Decode(coding, body, Wide, [body.Length], 16 * 1024, random), "whole");
        Same(expected, Decode(coding, body, Wide, Pieces(body.Length, random), 1 + random.Next(300), random), "in pieces");
        if (body.Length < 300) Same(expected, Decode(coding, body, Wide, Enumerable.Repeat(1, body.Length), 7, random), "byte by byte");
        // What is given never passes the limit by more than was asked for at once.
        var narrow = Decode(coding, body, Narrow, Pieces(body.Length, random), 64, random);
        Holds(narrow.Length <= 2 * (100 + 64) || !narrow.StartsWith("ok", StringComparison.Ordinal), $"{narrow.Length / 2} bytes came through a limit of 100");
        Holds(narrow == expected || narrow is "413" or "400", $"with a limit, {narrow} in the place of {expected}");
    }

    /// <summary>What the shipped decoder makes of a body that comes in pieces: <c>ok</c> and the bytes in hexadecimal, or the status.</summary>
    public string Decode(char letter, byte[] body, HttpRequestDecodingOptions options, IEnumerable<int> pieces, int room, Random random)
    {
        var decoder = new ContentDecoder(options);
        decoder.Begin(letter switch { 'g' => ContentCoding.Gzip, 'z' => ContentCoding.Deflate, _ => ContentCoding.Brotli });
        try
        {
            var output = new List<byte>();
            var at = 0;
            foreach (var piece in pieces)
            {
                for (var left = piece; left > 0;)
                {
                    var count = Math.Min(left, ContentDecoder.MaxFeed);
                    var rejection = decoder.Feed(_memory.AtTheEnd(body.AsSpan(at, count)));
                    at += count;
                    left -= count;
                    while (rejection.IsNone)
                    {
                        var block = new byte[1 + random.Next(room)];
                        rejection = decoder.Read(block, out var written);
                        if (written == 0) break;
                        if (rejection.IsNone) output.AddRange(block.AsSpan(0, written));
                    }
                    if (!rejection.IsNone) return $"{rejection.Status}";
                }
            }
            var end = decoder.Finish();
            return end.IsNone ? $"ok {Convert.ToHexString([.. output])}" : $"{end.Status}";
        }
        finally
        {
            decoder.End();
        }
    }

    /// <summary>What it should make of it.</summary>
    public static string Model(char letter, byte[] body)
    {
        // Nothing at all is no coding.
        if (body.Length == 0) return "ok ";
        var plain = letter switch { 'g' => InflateModel.Gzip(body), 'z' => InflateModel.Zlib(body), _ => Brotli(body) };
        return plain == null ? "400" : plain.Length > Wide.MaxDecodedSize ? "413" : $"ok {Convert.ToHexString(plain)}";
    }

    private static byte[]? Brotli(byte[] body)
    {
        using var decoder = new BrotliDecoder();
        var room = new byte[(1 << 22) + 1];
        var status = decoder.Decompress(body, room, out var consumed, out var written);
        if (status == System.Buffers.OperationStatus.DestinationTooSmall) return room;
        return status == System.Buffers.OperationStatus.Done && consumed == body.Length ? room[..written] : null;
    }

    private static byte[] Code(char letter, int length)
    {
        var plain = Enumerable.Range(0, length).Select(static i => (byte)("content "[i % 8] + i / 700)).ToArray();
        var coded = new MemoryStream();
        using (Stream coder = letter switch
        {
            'g' => new GZipStream(coded, CompressionLevel.Optimal),
            'z' => new ZLibStream(coded, CompressionLevel.Optimal),
            _ => new BrotliStream(coded, CompressionLevel.Optimal),
        })
        {
            coder.Write(plain);
        }
        return coded.ToArray();
    }

    public override void Dispose() => _memory.Dispose();
}
