using System.Globalization;
using System.Net;
using System.Text;

namespace FastCore.Net.Http.Parsing;

/// <summary>Reads the lists that proxies add to: <c>Forwarded</c> (RFC 7239) and the fields that were before it.</summary>
internal static class ForwardedElement
{
    /// <summary>Finds the last elements of a list, over all lines of its field; the very last comes first. Empty elements don't count (RFC 9110 §5.6.1).</summary>
    /// <param name="head">Where the fields lie.</param>
    /// <param name="bytes">The head.</param>
    /// <param name="name">The field's name.</param>
    /// <param name="isQuoted">Whether commas may stand in quotes.</param>
    /// <param name="last">As many as are wanted.</param>
    /// <returns>How many were found; none if a quote has no end.</returns>
    public static int FindLast(RequestHead head, ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> name, bool isQuoted, Span<Slice> last)
    {
        var count = 0;
        for (var i = head.Fields.Length - 1; i >= 0 && count < last.Length; i--)
        {
            var field = head.Fields[i];
            if (field.Name.Length != name.Length || !Ascii.EqualsIgnoreCase(field.Name.Of(bytes), name)) continue;
            // Quotes can be told from the left only, so a line is read through, and its last elements are kept.
            var line = last[count..];
            var found = 0;
            for (var rest = field.Value; rest.Length > 0;)
            {
                var end = EndOf(rest.Of(bytes), (byte)',', isQuoted);
                if (end < 0) return 0;
                var element = Trim(new Slice(rest.Start, end), bytes);
                if (element.Length > 0)
                {
                    line[..Math.Min(found, line.Length - 1)].CopyTo(line[1..]);
                    line[0] = element;
                    found = Math.Min(found + 1, line.Length);
                }
                end = Math.Min(end + 1, rest.Length);
                rest = new Slice(rest.Start + end, rest.Length - end);
            }
            count += found;
        }
        return count;
    }

    /// <summary>Takes an element of <c>Forwarded</c> apart. False if it is not well formed, or says something twice.</summary>
    public static bool TryRead(Slice element, ReadOnlySpan<byte> bytes, out Slice client, out Slice proto, out Slice host)
    {
        client = proto = host = default;
        for (var rest = element; rest.Length > 0;)
        {
            var end = EndOf(rest.Of(bytes), (byte)';', isQuoted: true);
            if (end < 0) return false;
            var pair = Trim(new Slice(rest.Start, end), bytes);
            end = Math.Min(end + 1, rest.Length);
            rest = new Slice(rest.Start + end, rest.Length - end);
            var equals = pair.Of(bytes).IndexOf((byte)'=');
            if (equals <= 0) return false;
            var name = pair.Of(bytes)[..equals];
            if (!TryUnquote(new Slice(pair.Start + equals + 1, pair.Length - equals - 1), bytes, out var value)) return false;
            if (Ascii.EqualsIgnoreCase(name, "for"u8) && client.Length == 0) client = value;
            else if (Ascii.EqualsIgnoreCase(name, "proto"u8) && proto.Length == 0) proto = value;
            else if (Ascii.EqualsIgnoreCase(name, "host"u8) && host.Length == 0) host = value;
            else if (!HttpCharacters.IsToken(name) || Ascii.EqualsIgnoreCase(name, "for"u8) || Ascii.EqualsIgnoreCase(name, "proto"u8) || Ascii.EqualsIgnoreCase(name, "host"u8)) return false;
        }
        return true;
    }

    /// <summary>An address with or without a port; one of IPv6 with a port stands in brackets. False for names that hide one (RFC 7239 §6.3).</summary>
    public static bool TryReadNode(ReadOnlySpan<byte> node, out IPEndPoint endPoint)
    {
        endPoint = new IPEndPoint(IPAddress.None, 0);
        if (node.Length is 0 or > 64 || !Ascii.IsValid(node)) return false;
        var text = Encoding.ASCII.GetString(node);
        var port = "";
        if (text[0] == '[')
        {
            var close = text.IndexOf(']');
            if (close < 0 || (close + 1 < text.Length && text[close + 1] != ':')) return false;
            if (close + 1 < text.Length && (port = text[(close + 2)..]).Length == 0) return false;
            text = text[1..close];
            if (!text.Contains(':')) return false;
        }
        else if (text.IndexOf(':') is var colon && colon >= 0 && colon == text.LastIndexOf(':'))
        {
            if ((port = text[(colon + 1)..]).Length == 0) return false;
            text = text[..colon];
        }
        ushort number = 0;
        if (port.Length > 0 && (port.AsSpan().ContainsAnyExceptInRange('0', '9') || !ushort.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out number))) return false;
        if (!AddressText.TryRead(text, out var address)) return false;
        endPoint = new IPEndPoint(address, number);
        return true;
    }

    /// <summary>Where the part before the separator ends; at the text's end if there is none. Negative if a quote has no end.</summary>
    private static int EndOf(ReadOnlySpan<byte> text, byte separator, bool isQuoted)
    {
        var isInQuotes = false;
        for (var i = 0; i < text.Length; i++)
        {
            if (isQuoted && text[i] == '"') isInQuotes = !isInQuotes;
            else if (isInQuotes && text[i] == '\\') i++;
            else if (!isInQuotes && text[i] == separator) return i;
        }
        return isInQuotes ? -1 : text.Length;
    }

    private static Slice Trim(Slice slice, ReadOnlySpan<byte> bytes)
    {
        var text = slice.Of(bytes);
        var start = text.IndexOfAnyExcept(" \t"u8);
        return start < 0 ? default : new Slice(slice.Start + start, text.LastIndexOfAnyExcept(" \t"u8) + 1 - start);
    }

    // What is escaped is no part of an address, a scheme or a host.
    private static bool TryUnquote(Slice value, ReadOnlySpan<byte> bytes, out Slice unquoted)
    {
        unquoted = value;
        var text = value.Of(bytes);
        if (text.IsEmpty) return false;
        if (text[0] != '"') return HttpCharacters.IsToken(text);
        unquoted = new Slice(value.Start + 1, value.Length - 2);
        return text.Length > 2 && text[^1] == '"' && !text[1..^1].ContainsAny("\"\\"u8);
    }
}
