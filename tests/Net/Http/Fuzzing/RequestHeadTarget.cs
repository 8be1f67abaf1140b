using System.Text;
using FastCore.Net.Http.Parsing;

namespace FastCore.Net.Tests.Http.Fuzzing;

/// <summary>The parser of request heads, beside a grammar that was written apart from it.</summary>
internal sealed class RequestHeadTarget() : FuzzTarget("request-head")
{
    private static readonly ParseLimits Tight = new(40, 120, 6);
    private static readonly byte[] Next = Bytes("GET /next HTTP/1.1\r\nHost: a\r\n\r\n");

    private readonly GuardedMemory _memory = new(MaxInput + 64);
    private readonly RequestHead _head = new();

    public override IReadOnlyList<byte[]> Seeds { get; } = [.. RequestSeeds.All];

    public override void Run(ReadOnlySpan<byte> input, int seed)
    {
        var bytes = input.ToArray();
        Verify(bytes, RequestCorpus.Limits, new Random(seed));
        Verify(bytes, Tight, new Random(seed));
    }

    private void Verify(byte[] input, ParseLimits limits, Random random)
    {
        var whole = Describe(RequestParser.Parse(_memory.AtTheEnd(input), _head, limits), input);
        var length = _head.Length;
        Same(whole, Describe(RequestParser.Parse(_memory.AtTheBeginning(input), _head, limits), input), "behind the closed page");
        if (RequestParser.Parse(_memory.AtTheEnd(input), _head, limits) == ParseStatus.Complete) VerifyPlaces(input);
        VerifyGrammar(input, limits, whole, length);
        VerifyBeginnings(input, limits, whole, random);

        // What follows a head changes nothing; what comes before it, neither.
        if (!whole.StartsWith(nameof(ParseStatus.NeedMore), StringComparison.Ordinal))
            Same(whole, Describe(RequestParser.Parse(_memory.AtTheEnd([.. input, .. Next]), _head, limits), input), "with a request behind it");
        var pipelined = _memory.AtTheEnd([.. Next, .. input])[Next.Length..];
        Same(whole, Describe(RequestParser.Parse(pipelined, _head, limits), input), "with a request before it");
    }

    /// <summary>A beginning gives the verdict of the whole or none, and none where the server would not even ask.</summary>
    private void VerifyBeginnings(byte[] input, ParseLimits limits, string whole, Random random)
    {
        // The server parses again when a line feed has come or this much has.
        var worthFrom = 0;
        var known = 0;
        foreach (var length in Cuts(input, random))
        {
            var status = RequestParser.Parse(_memory.AtTheEnd(input.AsSpan(0, length)), _head, limits);
            if (known <= RequestParser.MaxEmptyLineBytes || input.AsSpan(known, length - known).Contains((byte)'\n')) worthFrom = 0;
            if (status == ParseStatus.NeedMore)
            {
                worthFrom = Math.Max(worthFrom, _head.LimitAt);
                known = length;
                continue;
            }
            Same(whole, Describe(status, input), $"the first {length} bytes");
            Holds(length >= worthFrom, $"the first {length} bytes have a verdict, and the server was told to wait for {worthFrom}");
            worthFrom = 0;
        }
    }

    /// <summary>Every place lies in the head, and the fields lie in order.</summary>
    private void VerifyPlaces(byte[] input)
    {
        Holds(_head.Length <= input.Length && _head.Length > 0, "the head is longer than the input");
        var last = 0;
        foreach (var field in _head.Fields)
        {
            Holds(field.Name.Start >= last && field.Name.Length > 0, "a field's name lies before the field before it");
            Holds(field.Value.Start > field.Name.Start + field.Name.Length && field.Value.Start + field.Value.Length <= _head.Length - 2, "a field's value lies outside of its line");
            last = field.Value.Start + field.Value.Length;
        }
        foreach (var part in (ReadOnlySpan<Slice>)[_head.MethodToken, _head.Target, _head.Path, _head.Query, _head.Host])
            Holds(part.Start >= 0 && part.Start + part.Length <= _head.Length, "a part lies outside of the head");
    }

    private static void VerifyGrammar(byte[] input, ParseLimits limits, string whole, int length)
    {
        var read = RequestGrammar.Read(Text(input), 0);
        if (!whole.StartsWith(nameof(ParseStatus.Complete), StringComparison.Ordinal))
        {
            // What the grammar accepts is refused for its size alone.
            Holds(read == null || read.Fault != null || !whole.StartsWith(nameof(ParseStatus.Rejected), StringComparison.Ordinal) || read.IsBeyond(limits), $"the grammar accepts it: {whole}");
            Holds(read == null || !whole.StartsWith(nameof(ParseStatus.NeedMore), StringComparison.Ordinal), $"the grammar has seen its end: {whole}");
            return;
        }
        if (read == null) throw new FuzzFailure($"the grammar has no such head: {whole}");
        Holds(read.Fault == null, $"the grammar refuses it ({read.Fault}): {whole}");
        Same(read.Length, length, "the head's length by the grammar");
        Holds(whole.Contains($" {read.Method} {read.Target} ", StringComparison.Ordinal), $"the grammar reads {read.Method} {read.Target}: {whole}");
        Holds(whole.Contains($" chunked={read.IsChunked} length={read.ContentLength} keep={read.IsPersistent} ", StringComparison.Ordinal), $"the grammar reads chunked={read.IsChunked} length={read.ContentLength} keep={read.IsPersistent}: {whole}");
    }

    private string Describe(ParseStatus status, byte[] input)
    {
        if (status != ParseStatus.Complete) return status == ParseStatus.NeedMore ? nameof(ParseStatus.NeedMore) : $"{status} {_head.Rejection}";
        var text = new StringBuilder();
        text.Append(status).Append(' ').Append(Part(_head.MethodToken)).Append(' ').Append(Part(_head.Target)).Append(" chunked=").Append(_head.IsChunked)
            .Append(" length=").Append(_head.ContentLength).Append(" keep=").Append(_head.IsPersistent).Append(" host=").Append(Part(_head.Host))
            .Append(" path=").Append(Part(_head.Path)).Append(" query=").Append(Part(_head.Query)).Append(' ').Append(_head.Method).Append(' ').Append(_head.Expectation)
            .Append(_head.IsHttp10).Append(_head.IsAsterisk).Append(_head.WantsUpgrade).Append(" bytes=").Append(_head.Length);
        foreach (var field in _head.Fields) text.Append(' ').Append(Part(field.Name)).Append('=').Append(Part(field.Value));
        return text.ToString();

        string Part(Slice slice) => slice.Start + slice.Length <= input.Length ? Text(slice.Of(input)) : throw new FuzzFailure($"{slice} lies outside of the input");
    }

    public override void Dispose() => _memory.Dispose();
}
