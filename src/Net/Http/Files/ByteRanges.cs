using System.Buffers.Text;
using FastCore.Net.Http.Parsing;

namespace FastCore.Net.Http.Files;

/// <summary>A part of a file.</summary>
internal readonly record struct ByteRange(long Start, long Length)
{
    public long End => Start + Length - 1;
}

/// <summary>Reads the Range field (RFC 9110 §14.1, §14.2).</summary>
internal static class ByteRanges
{
    /// <summary>What a request's ranges come to.</summary>
    public enum Verdict
    {
        /// <summary>There are none, or none this server has to look at: the whole file is sent.</summary>
        Ignore,

        /// <summary>There are some.</summary>
        Parts,

        /// <summary>None of them lies in the file: 416.</summary>
        Unsatisfiable,
    }

    /// <summary>Reads it for a file of <paramref name="length"/> bytes. More than <paramref name="max"/> ranges, or ranges that together are longer than the file, are ignored (§14.2, §17.15).</summary>
    public static Verdict Read(HttpFields fields, long length, int max, out IReadOnlyList<ByteRange> ranges)
    {
        ranges = [];
        // Nothing is made for the usual request, which has none.
        if (!fields.TryGet("range"u8, out var value) || value.Length < 6 || !System.Text.Ascii.EqualsIgnoreCase(value[..6], "bytes="u8)) return Verdict.Ignore;
        var list = value[6..];
        var parts = new List<ByteRange>();
        ranges = parts;
        var count = 0;
        long total = 0;
        while (RequestSemantics.NextElement(ref list, out var element))
        {
            if (element.IsEmpty) continue;
            if (++count > max || !TryReadOne(element, length, out var range)) return Verdict.Ignore;
            if (range.Length == 0) continue;
            total += range.Length;
            parts.Add(range);
        }
        if (count == 0 || (parts.Count > 1 && total > length)) return Verdict.Ignore;
        return parts.Count > 0 ? Verdict.Parts : Verdict.Unsatisfiable;
    }

    /// <summary>False if it is malformed; of length zero if it lies outside.</summary>
    private static bool TryReadOne(ReadOnlySpan<byte> element, long length, out ByteRange range)
    {
        range = default;
        var dash = element.IndexOf((byte)'-');
        if (dash < 0) return false;
        var first = element[..dash];
        var last = element[(dash + 1)..];
        if (first.IsEmpty)
        {
            if (!TryReadNumber(last, out var suffix)) return false;
            var taken = Math.Min(suffix, length);
            range = new ByteRange(length - taken, taken);
            return true;
        }
        if (!TryReadNumber(first, out var start)) return false;
        var end = long.MaxValue;
        if (!last.IsEmpty && (!TryReadNumber(last, out end) || end < start)) return false;
        if (start < length) range = new ByteRange(start, Math.Min(end, length - 1) - start + 1);
        return true;
    }

    private static bool TryReadNumber(ReadOnlySpan<byte> digits, out long number) =>
        Utf8Parser.TryParse(digits, out number, out var used) && used == digits.Length && number >= 0 && digits[0] is >= (byte)'0' and <= (byte)'9';
}
