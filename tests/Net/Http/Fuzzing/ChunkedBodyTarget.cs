using System.Text;
using FastCore.Net.Http.Parsing;

namespace FastCore.Net.Tests.Http.Fuzzing;

/// <summary>The decoder of chunked bodies, beside a grammar that was written apart from it.</summary>
internal sealed class ChunkedBodyTarget() : FuzzTarget("chunked-body")
{
    private static readonly ParseLimits Tight = new(40, 30, 2);

    private readonly GuardedMemory _memory = new(MaxInput);
    private readonly StringBuilder _body = new();

    public override IReadOnlyList<byte[]> Seeds { get; } = [.. RequestSeeds.ChunkedBodies];

    public override void Run(ReadOnlySpan<byte> input, int seed)
    {
        var bytes = input.ToArray();
        Verify(bytes, RequestCorpus.Limits, new Random(seed));
        Verify(bytes, Tight, new Random(seed));
    }

    private void Verify(byte[] input, ParseLimits limits, Random random)
    {
        var whole = Decode(input, limits, [input.Length], int.MaxValue, atTheEnd: true);
        Same(whole, Decode(input, limits, [input.Length], int.MaxValue, atTheEnd: false), "behind the closed page");
        Same(whole, Decode(input, limits, Enumerable.Repeat(1, input.Length), int.MaxValue, atTheEnd: true), "byte by byte");
        Same(whole, Decode(input, limits, [input.Length], 1 + random.Next(5), atTheEnd: true), "taken in small parts");
        Same(whole, Decode(input, limits, Pieces(input.Length, random), 1 + random.Next(100), atTheEnd: true), "in pieces");
        foreach (var cut in Cuts(input, random)) Same(whole, Decode(input, limits, [cut, input.Length - cut], int.MaxValue, atTheEnd: true), $"cut at {cut}");

        var read = ChunkedGrammar.Read(Text(input), 0, limits);
        var expected = read == null ? "refused" : $"{(read.IsDone ? "done" : "unfinished")} {read.Length} [{read.Body}] {read.Trailers}";
        Same(expected, whole.Fault != 0 ? "refused" : $"{(whole.IsDone ? "done" : "unfinished")} {whole.Consumed} [{whole.Body}] {whole.Trailers}", "by the grammar");
    }

    private Decoded Decode(byte[] input, ParseLimits limits, IEnumerable<int> pieces, int maxData, bool atTheEnd)
    {
        var framing = BodyFraming.Of(isChunked: true, -1);
        var consumed = 0;
        _body.Clear();
        var at = 0;
        foreach (var length in pieces)
        {
            var bytes = input.AsSpan(at, length);
            var piece = atTheEnd ? _memory.AtTheEnd(bytes) : _memory.AtTheBeginning(bytes);
            at += length;
            while (!piece.IsEmpty && !framing.IsDone)
            {
                var fault = framing.Read(piece, maxData, limits, out var used, out var data);
                Holds(used > 0 && used <= piece.Length, "it takes nothing, or more than there is");
                Holds(data.Length <= maxData, "it takes more data than was asked for");
                consumed += used;
                if (!fault.IsNone)
                {
                    Holds(fault.Status is 400 or 431 && Ascii.IsValid(fault.Reason), $"it is refused with {fault}");
                    return new Decoded(_body.ToString(), consumed, fault.Status, false, "");
                }
                _body.Append(Text(data));
                piece = piece[used..];
            }
            if (framing.IsDone) break;
        }
        return new Decoded(_body.ToString(), consumed, 0, framing.IsDone, framing.IsDone && framing.Trailers != null ? Describe(framing.Trailers) : "");
    }

    private static string Describe(TrailerFields trailers)
    {
        var text = new StringBuilder();
        foreach (var field in trailers.Fields) text.Append(Text(field.Name)).Append('=').Append(Text(field.Value)).Append(';');
        return text.ToString();
    }

    public override void Dispose() => _memory.Dispose();

    private readonly record struct Decoded(string Body, int Consumed, int Fault, bool IsDone, string Trailers);
}
