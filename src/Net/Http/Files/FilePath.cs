using System.Buffers;
using System.Text;

namespace FastCore.Net.Http.Files;

/// <summary>Makes a request's path the relative path of a file, or finds that it can't be one.</summary>
internal static class FilePath
{
    private const int MaxLength = 4096;

    private static readonly SearchValues<byte> Plain = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~/!$&'()*+,;=:@"u8);

    // No file has such a name that a client may ask for: controls, and what some systems take for a separator.
    private static readonly SearchValues<char> Forbidden = SearchValues.Create([.. Enumerable.Range(0, 32).Select(static code => (char)code), '\\', '\x7F']);

    /// <summary>Escapes are resolved once. Empty for the folder itself.</summary>
    /// <param name="raw">The path behind the prefix, as it was sent.</param>
    /// <param name="servesHidden">Whether names may begin with a dot.</param>
    /// <param name="room">Where it is written; at least as long as <paramref name="raw"/>.</param>
    /// <param name="length">Its length.</param>
    public static bool TryRead(ReadOnlySpan<byte> raw, bool servesHidden, Span<char> room, out int length)
    {
        length = 0;
        if (raw.Length > Math.Min(MaxLength, room.Length)) return false;
        if (raw.IndexOfAnyExcept(Plain) < 0) length = Encoding.ASCII.GetChars(raw, room);
        else if (!TryUnescape(raw, room, out length)) return false;
        return AreNames(room[..length], servesHidden);
    }

    private static bool TryUnescape(ReadOnlySpan<byte> raw, Span<char> room, out int length)
    {
        length = 0;
        var bytes = new byte[raw.Length];
        var count = 0;
        for (var i = 0; i < raw.Length; i++)
        {
            var next = raw[i];
            if (next == '%')
            {
                if (i + 2 >= raw.Length || !byte.TryParse(raw.Slice(i + 1, 2), System.Globalization.NumberStyles.AllowHexSpecifier, null, out next)) return false;
                // An escaped slash is a character of a name, and no name has one.
                if (next is (byte)'/' or 0) return false;
                i += 2;
            }
            bytes[count++] = next;
        }
        // Two spellings of one name, or what is no UTF-8 at all, must not reach a file.
        return System.Text.Unicode.Utf8.ToUtf16(bytes.AsSpan(0, count), room, out _, out length, replaceInvalidSequences: false) == OperationStatus.Done;
    }

    private static bool AreNames(ReadOnlySpan<char> path, bool servesHidden)
    {
        // On Windows a colon names a stream of the file's.
        if (path.ContainsAny(Forbidden) || (OperatingSystem.IsWindows() && path.Contains(':'))) return false;
        while (!path.IsEmpty)
        {
            var slash = path.IndexOf('/');
            var name = slash < 0 ? path : path[..slash];
            if (name.IsEmpty || name is "." or "..") return false;
            if (!servesHidden && name[0] == '.' && name is not ".well-known") return false;
            path = slash < 0 ? default : path[(slash + 1)..];
        }
        return true;
    }
}
