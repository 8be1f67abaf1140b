using FastCore.Net.Http;
using FastCore.Net.Http.Coding;
using FastCore.Net.Http.Files;
using FastCore.Net.Http.Parsing;

namespace FastCore.Net.Tests.Http.Fuzzing;

/// <summary>What reads single values: ranges, queries and forms, cookies, accepted encodings, dates and paths of files.</summary>
internal sealed class FieldValueTarget() : FuzzTarget("field-value")
{
    private const string Root = "/srv/www";
    private const int MaxName = 32;

    private readonly GuardedMemory _memory = new(MaxInput + MaxName);
    private readonly char[] _room = new char[MaxInput];

    public override IReadOnlyList<byte[]> Seeds { get; } =
    [
        .. new[]
        {
            "bytes=0-4", "bytes=-5", "bytes=5-", "bytes=0-0,-1", "bytes=1-2, 4-5 ,,7-", "bytes=9223372036854775807-", "bytes=-9223372036854775808", "BYTES=0-18446744073709551616", "bytes=2-1",
            "a=b&c=%20d+e&&=x&%&%4&%C3%A5=%00", "a=b; c=\"d\"; e; =f;;g==", "gzip;q=0, br;q=0.001, *;q=0.0", "*, identity; q=1", "Tue, 24 Nov 2026 00:00:00 GMT", "Tuesday, 24-Nov-26 00:00:00 GMT", "Tue Nov  4 00:00:00 2026",
            "css/site.css", "a/b/../c", "%2e%2e/x", "..%2F..", "a%00b", ".well-known/x", ".git/config", "a//b", "%C0%AE%C0%AE/", "%u002e", "x%5C..%5Cy", "index.html%20",
        }.Select(Bytes),
    ];

    public override void Run(ReadOnlySpan<byte> input, int seed)
    {
        VerifyRanges(FieldsOf("range"u8, input));
        _ = AcceptedEncodings.Best(FieldsOf("accept-encoding"u8, input), ["gzip", "br"]);
        foreach (var cookie in new HttpCookies(FieldsOf("cookie"u8, input))) Holds(!cookie.Name.Contains((byte)'=') && !cookie.Value.Contains((byte)';'), "a cookie goes beyond its separators");
        VerifyQuery(_memory.AtTheEnd(input));
        if (HttpDates.TryParse(_memory.AtTheEnd(input), out var time)) Holds(HttpDates.TryParse(Bytes(HttpDates.Format(time)), out var again) && again == time, "a date is not the same when it is written and read");
        VerifyPath(_memory.AtTheEnd(input));
    }

    private HttpFields FieldsOf(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value) =>
        new(_memory.AtTheEnd((byte[])[.. name, .. value]), new FieldLine[] { new(new Slice(0, name.Length), new Slice(name.Length, value.Length)) });

    private static void VerifyRanges(HttpFields fields)
    {
        foreach (var length in (long[])[0, 1, 10, 1000, 1L << 40])
        {
            var verdict = ByteRanges.Read(fields, length, 5, out var ranges);
            Holds(verdict != ByteRanges.Verdict.Parts || (ranges.Count is > 0 and <= 5), $"{verdict} with {ranges.Count} ranges");
            if (verdict != ByteRanges.Verdict.Parts) continue;
            foreach (var range in ranges) Holds(range.Start >= 0 && range.Length > 0 && range.Start <= length - range.Length, $"{range} of {length} bytes");
            Holds(ranges.Count == 1 || ranges.Sum(static range => range.Length) <= length, "the ranges are longer than the file");
        }
    }

    private static void VerifyQuery(ReadOnlySpan<byte> text)
    {
        var pairs = 0;
        foreach (var pair in new HttpQuery(text))
        {
            Holds(pair.NameText.Length <= pair.Name.Length && pair.ValueText.Length <= pair.Value.Length, "a text is longer than its bytes");
            pairs++;
        }
        Holds(pairs <= text.Count((byte)'&') + 1, "there are more pairs than separators");
    }

    private void VerifyPath(ReadOnlySpan<byte> raw)
    {
        foreach (var servesHidden in (bool[])[false, true])
        {
            if (!FilePath.TryRead(raw, servesHidden, _room, out var length)) continue;
            var path = new string(_room, 0, length);
            Holds(!path.Contains('\0') && !path.Contains('\\') && !Path.IsPathRooted(path), $"the path {path} is a file's");
            var full = Path.GetFullPath(Path.Combine(Root, path));
            Holds(full == Root || full == Root + "/" || full.StartsWith(Root + "/", StringComparison.Ordinal), $"{path} lies outside of the folder");
            Holds(full.TrimEnd('/') == $"{Root}/{path}".TrimEnd('/'), $"{path} has two spellings");
            Holds(servesHidden || !path.Split('/').Any(static name => name.StartsWith('.') && name != ".well-known"), $"{path} is hidden");
        }
    }

    public override void Dispose() => _memory.Dispose();
}
