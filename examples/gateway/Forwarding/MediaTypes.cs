using System.Text;

namespace FastCore.Gateway.Forwarding;

/// <summary>Media types as strings, made once and found by their bytes. Any thread may use it; what is lost to another in its place is made again.</summary>
internal static class MediaTypes
{
    private const int Places = 256;
    private const int LongestKept = 128;

    private static readonly Entry?[] Known = new Entry?[Places];

    private sealed record Entry(byte[] Bytes, string Text);

    /// <summary>The text of a Content-Type field's value; null if it is no printable ASCII.</summary>
    public static string? Of(ReadOnlySpan<byte> value)
    {
        if (value.IsEmpty) return "";
        ref var place = ref Known[(value.Length * 31 + value[0] * 7 + value[^1] + value[value.Length / 2] * 3) & (Places - 1)];
        if (Volatile.Read(ref place) is { } entry && entry.Bytes.AsSpan().SequenceEqual(value)) return entry.Text;
        var text = Encoding.Latin1.GetString(value).Replace('\t', ' ');
        if (text.AsSpan().IndexOfAnyExceptInRange(' ', '~') >= 0) return null;
        if (value.Length <= LongestKept) Volatile.Write(ref place, new Entry(value.ToArray(), text));
        return text;
    }
}
