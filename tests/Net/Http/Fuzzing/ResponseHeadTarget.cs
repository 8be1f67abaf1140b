using System.Text;
using System.Text.RegularExpressions;
using FastCore.Net.Http.Client.Parsing;
using FastCore.Net.Http.Parsing;

namespace FastCore.Net.Tests.Http.Fuzzing;

/// <summary>The client's parser of response heads, beside a grammar that was written apart from it.</summary>
internal sealed partial class ResponseHeadTarget() : FuzzTarget("response-head")
{
    private static readonly ParseLimits Tight = new(20, 60, 3);

    private readonly GuardedMemory _memory = new(MaxInput);
    private readonly ResponseHead _head = new();

    public override IReadOnlyList<byte[]> Seeds { get; } = [.. ResponseSeeds.All];

    public override void Run(ReadOnlySpan<byte> input, int seed)
    {
        var bytes = input.ToArray();
        Verify(bytes, RequestCorpus.Limits, new Random(seed));
        Verify(bytes, Tight, new Random(seed));
    }

    private void Verify(byte[] input, ParseLimits limits, Random random)
    {
        var whole = Describe(ResponseParser.Parse(_memory.AtTheEnd(input), _head, limits), input);
        var isComplete = whole.StartsWith(nameof(ParseStatus.Complete), StringComparison.Ordinal);
        Holds(!isComplete || IsHead(Text(input)[.._head.Length]), $"the grammar has no such head: {whole}");
        Same(whole, Describe(ResponseParser.Parse(_memory.AtTheBeginning(input), _head, limits), input), "behind the closed page");

        var worthFrom = 0;
        var known = 0;
        foreach (var length in Cuts(input, random))
        {
            var status = ResponseParser.Parse(_memory.AtTheEnd(input.AsSpan(0, length)), _head, limits);
            if (known == 0 || input.AsSpan(known, length - known).Contains((byte)'\n')) worthFrom = 0;
            if (status == ParseStatus.NeedMore)
            {
                worthFrom = Math.Max(worthFrom, _head.LimitAt);
                known = length;
                continue;
            }
            Same(whole, Describe(status, input), $"the first {length} bytes");
            Holds(length >= worthFrom, $"the first {length} bytes have a verdict, and the client was told to wait for {worthFrom}");
            worthFrom = 0;
        }
    }

    private static bool IsHead(string text)
    {
        var match = Head().Match(text);
        if (!match.Success) return false;
        var fields = match.Groups["name"].Captures.Zip(match.Groups["value"].Captures, static (name, value) => (Name: name.Value.ToLowerInvariant(), Value: value.Value.Trim(' ', '\t'))).ToArray();
        var lengths = fields.Where(static field => field.Name == "content-length").ToArray();
        var codings = fields.Where(static field => field.Name == "transfer-encoding").ToArray();
        return lengths.Length + codings.Length <= 1
            && lengths.All(static field => field.Value.Length > 0 && field.Value.All(char.IsAsciiDigit))
            && codings.All(static field => field.Value.Equals("chunked", StringComparison.OrdinalIgnoreCase))
            && (codings.Length == 0 || match.Groups["minor"].Value == "1");
    }

    private string Describe(ParseStatus status, byte[] input)
    {
        if (status != ParseStatus.Complete) return status == ParseStatus.NeedMore ? nameof(ParseStatus.NeedMore) : $"{status} {_head.Fault}";
        var text = new StringBuilder();
        text.Append(status).Append(' ').Append(_head.Status).Append(' ').Append(Text(_head.Reason.Of(input))).Append(_head.IsHttp10).Append(_head.IsChunked)
            .Append(_head.ContentLength).Append(_head.IsPersistent).Append(" bytes=").Append(_head.Length);
        foreach (var field in _head.Fields) text.Append(' ').Append(Text(field.Name.Of(input))).Append('=').Append(Text(field.Value.Of(input)));
        return text.ToString();
    }

    public override void Dispose() => _memory.Dispose();

    [GeneratedRegex(
        @"^HTTP/1\.(?<minor>[01]) [1-5][0-9]{2}(?: [\t\x20-\x7E\x80-\xFF]*)?\r\n(?:(?<name>[!#$%&'*+\-.^_`|~0-9A-Za-z]+):(?<value>[\t\x20-\x7E\x80-\xFF]*)\r\n)*\r\n\z",
        RegexOptions.CultureInvariant)]
    private static partial Regex Head();
}
