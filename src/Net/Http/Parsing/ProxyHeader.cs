using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Numerics;
using System.Text;

namespace FastCore.Net.Http.Parsing;

/// <summary>
/// Reads the header of the PROXY protocol, versions 1 (a line of text) and 2 (binary), as HAProxy's <c>proxy-protocol.txt</c> says.
/// </summary>
/// <remarks>
/// Strict: what is not exactly as written there is malformed. A prefix of a header gets <see cref="ParseStatus.NeedMore"/> or the
/// verdict on the whole, so the answer does not depend on how the bytes were cut.
/// </remarks>
internal static class ProxyHeader
{
    /// <summary>Of a line, its end included (§2.1).</summary>
    private const int MaxLine = 107;

    /// <summary>Of what follows version 2's first 16 bytes. The protocol would allow 64 KiB; certificates are the largest that is sent.</summary>
    private const int MaxBody = 4096;

    private const int FixedLength = 16;
    private const int ChecksumType = 0x03;

    private static ReadOnlySpan<byte> Line => "PROXY "u8;

    private static ReadOnlySpan<byte> Signature => "\r\n\r\n\0\r\nQUIT\n"u8;

    /// <param name="data">What has come.</param>
    /// <param name="length">The header's length, if it has been read.</param>
    /// <param name="client">The client it tells of; null if it tells of none that has an IP address, and the peer stands for itself (health checks, sockets of other families).</param>
    public static ParseStatus Read(ReadOnlySpan<byte> data, out int length, out IPEndPoint? client)
    {
        length = 0;
        client = null;
        if (data.IsEmpty) return ParseStatus.NeedMore;
        return data[0] == (byte)'P' ? ReadLine(data, out length, out client) : ReadBinary(data, out length, out client);
    }

    private static ParseStatus ReadLine(ReadOnlySpan<byte> data, out int length, out IPEndPoint? client)
    {
        length = 0;
        client = null;
        var known = Math.Min(data.Length, Line.Length);
        if (!data[..known].SequenceEqual(Line[..known])) return ParseStatus.Rejected;
        if (data.Length > MaxLine) data = data[..MaxLine];
        var end = data.IndexOf((byte)'\r');
        if (end < 0) return data.Length == MaxLine ? ParseStatus.Rejected : ParseStatus.NeedMore;
        if (end + 1 == data.Length) return data.Length == MaxLine ? ParseStatus.Rejected : ParseStatus.NeedMore;
        if (data[end + 1] != (byte)'\n') return ParseStatus.Rejected;
        length = end + 2;
        return TryReadAddresses(data[Line.Length..end], out client) ? ParseStatus.Complete : ParseStatus.Rejected;
    }

    // TCP4 192.0.2.1 192.0.2.2 56324 443
    private static bool TryReadAddresses(ReadOnlySpan<byte> line, out IPEndPoint? client)
    {
        client = null;
        // What follows is to be ignored (§2.1).
        if (line.SequenceEqual("UNKNOWN"u8) || line.StartsWith("UNKNOWN "u8)) return true;
        if (!Ascii.IsValid(line)) return false;
        var parts = Encoding.ASCII.GetString(line).Split(' ');
        if (parts.Length != 5 || parts[0] is not ("TCP4" or "TCP6")) return false;
        var isSix = parts[0] == "TCP6";
        if (!TryReadAddress(parts[1], isSix, out var source) || !TryReadAddress(parts[2], isSix, out _)) return false;
        if (!TryReadPort(parts[3], out var port) || !TryReadPort(parts[4], out _)) return false;
        client = new IPEndPoint(source, port);
        return true;
    }

    private static bool TryReadAddress(string text, bool isSix, out IPAddress address) =>
        AddressText.TryRead(text, out address) && address.AddressFamily == (isSix ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork);

    private static bool TryReadPort(string text, out ushort port)
    {
        port = 0;
        // Digits alone: the platform reads a number over the NULs behind it.
        return text.Length is >= 1 and <= 5 && !text.AsSpan().ContainsAnyExceptInRange('0', '9') && (text[0] != '0' || text.Length == 1) && ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port);
    }

    private static ParseStatus ReadBinary(ReadOnlySpan<byte> data, out int length, out IPEndPoint? client)
    {
        length = 0;
        client = null;
        var known = Math.Min(data.Length, Signature.Length);
        if (!data[..known].SequenceEqual(Signature[..known])) return ParseStatus.Rejected;
        if (data.Length > 12 && data[12] is not (0x20 or 0x21)) return ParseStatus.Rejected;
        if (data.Length > 13 && !IsFamily(data[12], data[13])) return ParseStatus.Rejected;
        if (data.Length < FixedLength) return ParseStatus.NeedMore;
        var size = BinaryPrimitives.ReadUInt16BigEndian(data[14..]);
        var addresses = data[12] == 0x20 ? 0 : AddressesLength(data[13]);
        if (size > MaxBody || size < addresses) return ParseStatus.Rejected;
        if (data.Length < FixedLength + size) return ParseStatus.NeedMore;
        length = FixedLength + size;
        // The proxy speaks for itself, or of what it does not know: whatever the rest is, it is not to be looked at (§2.2).
        if (data[12] == 0x20 || data[13] == 0) return ParseStatus.Complete;
        var body = data.Slice(FixedLength, size);
        if (!AreSound(data[..length], FixedLength + addresses)) return ParseStatus.Rejected;
        client = data[13] switch
        {
            0x11 => new IPEndPoint(new IPAddress(body[..4]), BinaryPrimitives.ReadUInt16BigEndian(body[8..])),
            0x21 => new IPEndPoint(new IPAddress(body[..16]), BinaryPrimitives.ReadUInt16BigEndian(body[32..])),
            _ => null,
        };
        return ParseStatus.Complete;
    }

    // Streams over IPv4, IPv6 and Unix-domain sockets, or none of them. With LOCAL any goes.
    private static bool IsFamily(byte command, byte family) => command == 0x20 || family is 0x00 or 0x11 or 0x21 or 0x31;

    private static int AddressesLength(byte family) => family switch { 0x11 => 12, 0x21 => 36, 0x31 => 216, _ => 0 };

    /// <summary>Whether what follows the addresses is a row of types, lengths and values that ends where the header does, and whose checksum, if there is one, is right.</summary>
    private static bool AreSound(ReadOnlySpan<byte> header, int start)
    {
        var checksumAt = -1;
        for (var at = start; at < header.Length;)
        {
            if (header.Length - at < 3) return false;
            var size = BinaryPrimitives.ReadUInt16BigEndian(header[(at + 1)..]);
            if (header.Length - at - 3 < size) return false;
            if (header[at] == ChecksumType)
            {
                if (size != 4 || checksumAt >= 0) return false;
                checksumAt = at + 3;
            }
            at += 3 + size;
        }
        return checksumAt < 0 || Checksum(header, checksumAt) == BinaryPrimitives.ReadUInt32BigEndian(header[checksumAt..]);
    }

    /// <summary>CRC32c (RFC 4960, appendix B) of the header with zeros in the place of the checksum.</summary>
    internal static uint Checksum(ReadOnlySpan<byte> header, int checksumAt)
    {
        var crc = uint.MaxValue;
        for (var i = 0; i < header.Length; i++) crc = BitOperations.Crc32C(crc, i >= checksumAt && i < checksumAt + 4 ? (byte)0 : header[i]);
        return ~crc;
    }
}
