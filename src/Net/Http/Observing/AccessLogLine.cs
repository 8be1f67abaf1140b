using System.Buffers;
using System.Globalization;
using System.Text.Json;

namespace FastCore.Net.Http.Observing;

/// <summary>Writes a request as a line. What the client chose is escaped, so that no request makes two lines, or a field of another.</summary>
internal static class AccessLogLine
{
    private const string HexDigits = "0123456789abcdef";

    // Visible ASCII and the blank, but not what ends or escapes a quoted field.
    private static readonly SearchValues<byte> Plain = SearchValues.Create([.. Enumerable.Range(0x20, 0x5F).Where(static code => code is not ('"' or '\\')).Select(static code => (byte)code)]);

    public static void WriteCombined(ArrayBufferWriter<byte> output, scoped in HttpRequestRecord request, DateTime now)
    {
        output.Write(request.RemoteAddress);
        output.Write(" - - ["u8);
        Write(output, now, "dd/MMM/yyyy:HH:mm:ss");
        output.Write(" +0000] \""u8);
        WriteQuoted(output, request.Method);
        output.Write(" "u8);
        WriteQuoted(output, request.Target);
        output.Write(request.Version.Minor == 0 ? " HTTP/1.0\" "u8 : " HTTP/1.1\" "u8);
        Write(output, request.Status, "d3");
        output.Write(" "u8);
        Write(output, request.ResponseLength, default);
        output.Write(" \""u8);
        WriteField(output, request, "referer"u8);
        output.Write("\" \""u8);
        WriteField(output, request, "user-agent"u8);
        output.Write("\"\n"u8);
    }

    public static void WriteJson(ArrayBufferWriter<byte> output, Utf8JsonWriter json, scoped in HttpRequestRecord request, DateTime now)
    {
        json.Reset(output);
        json.WriteStartObject();
        json.WriteString("time"u8, now);
        WriteText(json, "remote"u8, request.RemoteAddress);
        WriteText(json, "method"u8, request.Method);
        WriteText(json, "target"u8, request.Target);
        json.WriteString("protocol"u8, request.Version.Minor == 0 ? "HTTP/1.0"u8 : "HTTP/1.1"u8);
        json.WriteString("scheme"u8, request.IsHttps ? "https"u8 : "http"u8);
        if (request.Route.Length > 0) json.WriteString("route"u8, request.Route);
        json.WriteNumber("status"u8, request.Status);
        json.WriteNumber("bytes"u8, request.ResponseLength);
        json.WriteNumber("duration_us"u8, Math.Round(request.Duration.TotalMicroseconds, 1));
        var headers = request.Headers;
        if (headers.TryGet("host"u8, out var host)) WriteText(json, "host"u8, host);
        if (headers.TryGet("referer"u8, out var referrer)) WriteText(json, "referer"u8, referrer);
        if (headers.TryGet("user-agent"u8, out var agent)) WriteText(json, "user_agent"u8, agent);
        json.WriteEndObject();
        json.Flush();
        output.Write("\n"u8);
    }

    // Field values may be any bytes from 0x80 up, and JSON is UTF-8: what is none is taken for Latin-1.
    private static void WriteText(Utf8JsonWriter json, ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        if (System.Text.Unicode.Utf8.IsValid(value)) json.WriteString(name, value);
        else json.WriteString(name, System.Text.Encoding.Latin1.GetString(value));
    }

    private static void WriteField(ArrayBufferWriter<byte> output, scoped in HttpRequestRecord request, ReadOnlySpan<byte> name)
    {
        if (request.Headers.TryGet(name, out var value) && !value.IsEmpty) WriteQuoted(output, value);
        else output.Write("-"u8);
    }

    private static void WriteQuoted(ArrayBufferWriter<byte> output, ReadOnlySpan<byte> value)
    {
        while (!value.IsEmpty)
        {
            var plain = value.IndexOfAnyExcept(Plain);
            output.Write(plain < 0 ? value : value[..plain]);
            if (plain < 0) return;
            var escaped = output.GetSpan(4);
            (escaped[0], escaped[1]) = ((byte)'\\', (byte)'x');
            (escaped[2], escaped[3]) = ((byte)HexDigits[value[plain] >> 4], (byte)HexDigits[value[plain] & 15]);
            output.Advance(4);
            value = value[(plain + 1)..];
        }
    }

    private static void Write<T>(ArrayBufferWriter<byte> output, T value, ReadOnlySpan<char> format) where T : IUtf8SpanFormattable
    {
        value.TryFormat(output.GetSpan(40), out var written, format, CultureInfo.InvariantCulture);
        output.Advance(written);
    }
}
