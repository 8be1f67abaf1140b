using System.Globalization;
using System.Text;

namespace FastCore.Net.Http.Files;

/// <summary>Dates as fields have them (RFC 9110 §5.6.7).</summary>
internal static class HttpDates
{
    private const int MaxLength = 40;

    // The one that is sent, and the two that must still be understood.
    private static readonly string[] Formats = ["r", "dddd, dd-MMM-yy HH:mm:ss 'GMT'", "ddd MMM d HH:mm:ss yyyy"];

    public static string Format(DateTime time) => time.ToString("r", CultureInfo.InvariantCulture);

    public static bool TryParse(ReadOnlySpan<byte> text, out DateTime time)
    {
        time = default;
        if (text.Length > MaxLength) return false;
        Span<char> letters = stackalloc char[MaxLength];
        var count = Encoding.Latin1.GetChars(text, letters);
        return DateTime.TryParseExact(letters[..count], Formats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal | DateTimeStyles.AllowInnerWhite, out time);
    }
}
