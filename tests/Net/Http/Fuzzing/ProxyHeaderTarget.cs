using System.Globalization;
using System.Text.RegularExpressions;
using FastCore.Net.Http.Parsing;

namespace FastCore.Net.Tests.Http.Fuzzing;

/// <summary>The reader of the PROXY protocol's header, beside HAProxy's <c>proxy-protocol.txt</c> written down a second time.</summary>
internal sealed partial class ProxyHeaderTarget() : FuzzTarget("proxy-header")
{
    private const string Signature = "\r\n\r\n\0\r\nQUIT\n";
    private const int MostOfBody = 4096;

    private readonly GuardedMemory _memory = new(MaxInput);

    public override IReadOnlyList<byte[]> Seeds { get; } = [.. ValueCorpus.Of("proxy-header").Select(static item => item.Bytes)];

    public override void Run(ReadOnlySpan<byte> input, int seed)
    {
        var bytes = input.ToArray();
        var whole = Describe(_memory.AtTheEnd(bytes));
        Same(Model(bytes), whole, "the whole, by the grammar");
        Same(whole, Describe(_memory.AtTheBeginning(bytes)), "behind the closed page");
        foreach (var length in Cuts(bytes, new Random(seed)))
        {
            var part = Describe(_memory.AtTheEnd(bytes.AsSpan(0, length)));
            if (part != "more") Same(whole, part, $"the first {length} bytes");
        }
    }

    /// <summary>What the shipped reader says: <c>more</c>, <c>no</c>, or the length and the client.</summary>
    public static string Describe(ReadOnlySpan<byte> data) => ProxyHeader.Read(data, out var length, out var client) switch
    {
        ParseStatus.NeedMore => "more",
        ParseStatus.Rejected => "no",
        _ => client == null ? $"{length} peer" : Client(length, client.Address.GetAddressBytes(), client.Port),
    };

    /// <summary>What it should say.</summary>
    public static string Model(byte[] data)
    {
        if (data.Length == 0) return "more";
        return data[0] == 'P' ? ModelOfLine(Text(data)) : ModelOfBinary(data);
    }

    private static string Client(int length, byte[] address, int port) => $"{length} {Convert.ToHexString(address)} {port.ToString(CultureInfo.InvariantCulture)}";

    private static string ModelOfLine(string text)
    {
        var match = Line().Match(text);
        if (match.Success && match.Length <= 107)
        {
            if (match.Groups["unknown"].Success) return $"{match.Length} peer";
            var isSix = match.Groups["family"].Value == "6";
            var source = isSix ? AddressGrammar.ReadSix(match.Groups["source"].Value) : AddressGrammar.ReadFour(match.Groups["source"].Value);
            var destination = isSix ? AddressGrammar.ReadSix(match.Groups["destination"].Value) : AddressGrammar.ReadFour(match.Groups["destination"].Value);
            var ports = (From: int.Parse(match.Groups["from"].Value, CultureInfo.InvariantCulture), To: int.Parse(match.Groups["to"].Value, CultureInfo.InvariantCulture));
            return source != null && destination != null && ports is { From: <= 65535, To: <= 65535 } ? Client(match.Length, source, ports.From) : "no";
        }
        // A prefix: nothing but the line's beginning has been said, its end has not come, and there is room for it.
        var begun = text.Length <= 6 ? "PROXY ".StartsWith(text, StringComparison.Ordinal) : text.StartsWith("PROXY ", StringComparison.Ordinal);
        var end = text.IndexOf('\r');
        return begun && text.Length < 107 && (end < 0 || end == text.Length - 1) ? "more" : "no";
    }

    private static string ModelOfBinary(byte[] data)
    {
        for (var i = 0; i < data.Length && i < 16; i++)
        {
            var isGood = i switch
            {
                < 12 => data[i] == Signature[i],
                12 => data[i] >> 4 == 2 && (data[i] & 15) < 2,
                // Streams alone; whoever speaks for himself may say anything.
                13 => (data[12] & 15) == 0 || data[i] is 0 or 0x11 or 0x21 or 0x31,
                _ => true,
            };
            if (!isGood) return "no";
        }
        if (data.Length < 16) return "more";
        var isLocal = (data[12] & 15) == 0;
        var addresses = isLocal ? 0 : data[13] switch { 0x11 => 2 * 4 + 4, 0x21 => 2 * 16 + 4, 0x31 => 2 * 108, _ => 0 };
        var size = data[14] * 256 + data[15];
        if (size > MostOfBody || size < addresses) return "no";
        if (data.Length < 16 + size) return "more";
        if (isLocal || data[13] == 0) return $"{16 + size} peer";
        if (!AreExtensionsGood(data[..(16 + size)], 16 + addresses)) return "no";
        return data[13] switch
        {
            0x11 => Client(16 + size, data[16..20], data[24] * 256 + data[25]),
            0x21 => Client(16 + size, data[16..32], data[48] * 256 + data[49]),
            _ => $"{16 + size} peer",
        };
    }

    private static bool AreExtensionsGood(byte[] header, int at)
    {
        var checksums = 0;
        while (at < header.Length)
        {
            if (at + 3 > header.Length) return false;
            var length = header[at + 1] * 256 + header[at + 2];
            if (at + 3 + length > header.Length) return false;
            if (header[at] == 3)
            {
                if (++checksums > 1 || length != 4) return false;
                var zeroed = header.ToArray();
                Array.Clear(zeroed, at + 3, 4);
                var crc = Checksum(zeroed);
                for (var i = 0; i < 4; i++)
                {
                    if (header[at + 3 + i] != (byte)(crc >> (24 - 8 * i))) return false;
                }
            }
            at += 3 + length;
        }
        return true;
    }

    /// <summary>CRC32c, a bit at a time.</summary>
    public static uint Checksum(byte[] data)
    {
        var crc = 0xFFFF_FFFFu;
        foreach (var each in data)
        {
            crc ^= each;
            for (var bit = 0; bit < 8; bit++) crc = (crc & 1) != 0 ? (crc >> 1) ^ 0x82F6_3B78 : crc >> 1;
        }
        return ~crc;
    }

    [GeneratedRegex(@"^PROXY (?:(?<unknown>UNKNOWN)(?: [^\r]*)?|TCP(?<family>[46]) (?<source>[^ \r]*) (?<destination>[^ \r]*) (?<from>0|[1-9][0-9]{0,4}) (?<to>0|[1-9][0-9]{0,4}))\r\n", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Line();

    public override void Dispose() => _memory.Dispose();
}
