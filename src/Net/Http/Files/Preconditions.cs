using FastCore.Net.Http.Parsing;

namespace FastCore.Net.Http.Files;

/// <summary>Whether a request is to be answered with the file it asks for (RFC 9110 §13).</summary>
internal static class Preconditions
{
    /// <summary>200 if it is, 304 if the client has it, 412 if it is not as the client wants it; in the order of §13.2.2.</summary>
    public static int Judge(HttpFields fields, FileEntry file)
    {
        if (fields.TryGet("if-match"u8, out var match))
        {
            if (!AnyIs(fields, "if-match"u8, file.Tag, isStrong: true)) return 412;
        }
        else if (fields.TryGet("if-unmodified-since"u8, out match) && HttpDates.TryParse(match, out var since) && file.LastModified > since)
        {
            return 412;
        }
        if (fields.TryGet("if-none-match"u8, out match)) return AnyIs(fields, "if-none-match"u8, file.Tag, isStrong: false) ? 304 : 200;
        return fields.TryGet("if-modified-since"u8, out match) && HttpDates.TryParse(match, out var known) && file.LastModified <= known ? 304 : 200;
    }

    /// <summary>Whether a range is still one of the file the client has a part of (§13.1.5).</summary>
    public static bool AllowsRange(HttpFields fields, FileEntry file, DateTime now)
    {
        if (!fields.TryGet("if-range"u8, out var condition)) return true;
        if (condition.StartsWith("\""u8) || condition.StartsWith("W/"u8)) return condition.SequenceEqual(file.Tag);
        // A date is good for that only when the file can't have changed twice in its second (§8.8.2.2).
        return HttpDates.TryParse(condition, out var known) && known == file.LastModified && now - file.Changed > TimeSpan.FromSeconds(1);
    }

    private static bool AnyIs(HttpFields fields, ReadOnlySpan<byte> name, ReadOnlySpan<byte> tag, bool isStrong)
    {
        foreach (var field in fields)
        {
            if (!System.Text.Ascii.EqualsIgnoreCase(field.Name, name)) continue;
            var list = field.Value;
            // Tags of this server hold no comma, so what one of them cuts is none of them.
            while (RequestSemantics.NextElement(ref list, out var element))
            {
                if (element.SequenceEqual("*"u8)) return true;
                if (!isStrong && element.StartsWith("W/"u8)) element = element[2..];
                if (element.SequenceEqual(tag)) return true;
            }
        }
        return false;
    }
}
