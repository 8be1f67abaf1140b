using System.Buffers;

namespace FastCore.Gateway.Forwarding;

/// <summary>
/// Which paths are passed on: those that have one reading. A route is found by a path's bytes; an upstream may resolve escapes, dot
/// segments and doubled slashes first, and would then serve another path than the one whose token and limits were looked at.
/// </summary>
internal static class PathRules
{
    private static readonly SearchValues<byte> Unreserved = SearchValues.Create("-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"u8);

    /// <summary>
    /// Whether a path is in normal form (RFC 3986 §6.2.2): no dot segment, no empty segment but a last one, no backslash, no escape
    /// of a character that needs none, nor of a slash, a backslash or NUL.
    /// </summary>
    public static bool IsNormal(ReadOnlySpan<byte> path)
    {
        if (path.IndexOf("//"u8) >= 0 || path.Contains((byte)'\\')) return false;
        for (var rest = path; rest.IndexOf("/."u8) is var at and >= 0; rest = rest[(at + 1)..])
        {
            var segment = rest[(at + 1)..];
            var end = segment.IndexOf((byte)'/');
            if (end >= 0) segment = segment[..end];
            if (segment is [(byte)'.'] or [(byte)'.', (byte)'.']) return false;
        }
        for (var rest = path; rest.IndexOf((byte)'%') is var at and >= 0; rest = rest[(at + 3)..])
        {
            if (rest.Length < at + 3 || !TryReadEscape(rest.Slice(at + 1, 2), out var letter)) return false;
            if (Unreserved.Contains(letter) || letter is (byte)'/' or (byte)'\\' or 0) return false;
        }
        return true;
    }

    private static bool TryReadEscape(ReadOnlySpan<byte> digits, out byte letter)
    {
        letter = 0;
        return char.IsAsciiHexDigit((char)digits[0]) && char.IsAsciiHexDigit((char)digits[1])
            && System.Buffers.Text.Utf8Parser.TryParse(digits, out letter, out var used, 'x') && used == 2;
    }
}
