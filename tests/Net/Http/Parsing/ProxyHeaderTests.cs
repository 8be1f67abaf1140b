using System.Buffers.Binary;
using System.Net;
using System.Text;
using FastCore.Net.Http.Parsing;

namespace FastCore.Net.Tests.Http.Parsing;

/// <summary>Headers of the PROXY protocol, well formed and not, whole and cut.</summary>
internal sealed class ProxyHeaderTests
{
    [TestCase("PROXY TCP4 192.0.2.1 198.51.100.2 56324 443", "192.0.2.1:56324")]
    [TestCase("PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535", "255.255.255.255:65535")]
    [TestCase("PROXY TCP6 2001:db8::1 2001:DB8::2 0 443", "[2001:db8::1]:0")]
    [TestCase("PROXY TCP6 ::ffff:192.0.2.1 ::1 1 2", "[::ffff:192.0.2.1]:1")]
    [TestCase("PROXY UNKNOWN", null)]
    [TestCase("PROXY UNKNOWN ffff:f...f:ffff whatever 65535 65535 and more", null)]
    public void ALineIsRead(string line, string? client) => Expect(Line(line), client);

    [TestCase("PROXY TCP4 192.0.2.1 198.51.100.2 56324")]
    [TestCase("PROXY TCP4 192.0.2.1 198.51.100.2 56324 443 ")]
    [TestCase("PROXY TCP4 192.0.2.1 198.51.100.2 56324 443 1")]
    [TestCase("PROXY  TCP4 192.0.2.1 198.51.100.2 56324 443")]
    [TestCase("PROXY TCP4 192.0.2.1  198.51.100.2 56324 443")]
    [TestCase("PROXY TCP4 192.0.2 198.51.100.2 56324 443")]
    [TestCase("PROXY TCP4 192.0.2.01 198.51.100.2 56324 443")]
    [TestCase("PROXY TCP4 0x7f.0.0.1 198.51.100.2 56324 443")]
    [TestCase("PROXY TCP4 3221225985 198.51.100.2 56324 443")]
    [TestCase("PROXY TCP4 ::1 ::1 56324 443")]
    [TestCase("PROXY TCP4 192.0.2.1 198.51.100.2 56324 65536")]
    [TestCase("PROXY TCP4 192.0.2.1 198.51.100.2 056324 443")]
    [TestCase("PROXY TCP4 192.0.2.1 198.51.100.2 -1 443")]
    [TestCase("PROXY TCP4 192.0.2.1 198.51.100.2 00 443")]
    [TestCase("PROXY TCP4 192.0.2.1 198.51.100.2  443")]
    [TestCase("PROXY TCP4 192.0.2.1\t198.51.100.2 1 443")]
    [TestCase("PROXY TCP6 192.0.2.1 ::1 1 2")]
    [TestCase("PROXY TCP6 fe80::1%eth0 ::1 1 2")]
    [TestCase("PROXY TCP6 [::1] ::1 1 2")]
    [TestCase("PROXY TCP5 192.0.2.1 198.51.100.2 1 2")]
    [TestCase("PROXY tcp4 192.0.2.1 198.51.100.2 1 2")]
    [TestCase("PROXY UNKNOWNS")]
    [TestCase("PROXY ")]
    [TestCase("PROXY\u00e9")]
    [TestCase("proxy TCP4 192.0.2.1 198.51.100.2 56324 443")]
    [TestCase("GET / HTTP/1.1")]
    public void ALineThatIsNotExactlyOneIsMalformed(string line) => Assert.That(Read(Line(line)).Status, Is.EqualTo(ParseStatus.Rejected));

    [Test]
    public void ALineEndsWithBothItsBytesWithinItsLimit()
    {
        Assert.That(Read("PROXY UNKNOWN\n"u8.ToArray()).Status, Is.EqualTo(ParseStatus.NeedMore));
        Assert.That(Read("PROXY UNKNOWN\rX"u8.ToArray()).Status, Is.EqualTo(ParseStatus.Rejected));
        Expect(Line($"PROXY UNKNOWN {new string('x', 91)}"), null);
        Assert.That(Read(Line($"PROXY UNKNOWN {new string('x', 92)}")).Status, Is.EqualTo(ParseStatus.Rejected));
        Assert.That(Read(Encoding.ASCII.GetBytes($"PROXY UNKNOWN {new string('x', 92)}\r")).Status, Is.EqualTo(ParseStatus.Rejected));
        Assert.That(Read(Encoding.ASCII.GetBytes($"PROXY UNKNOWN {new string('x', 93)}")).Status, Is.EqualTo(ParseStatus.Rejected));
    }

    [Test]
    public void AnAddressOfEachFamilyIsRead()
    {
        Expect(Binary(0x21, 0x11, Four), "192.0.2.1:56324");
        Expect(Binary(0x21, 0x21, Six), "[2001:db8::1]:56324");
        Expect(Binary(0x21, 0x31, new byte[216]), null);
        Expect(Binary(0x21, 0x00, []), null);
        Expect(Binary(0x21, 0x00, [1, 2, 3]), null, "what is of no known family is passed over");
        Expect(Binary(0x20, 0x00, []), null);
        Expect(Binary(0x20, 0x11, Four), null, "the proxy speaks for itself");
        Expect(Binary(0x20, 0x77, [1]), null);
    }

    [Test]
    public void WhatFollowsTheAddressesIsPassedOver()
    {
        Expect(Binary(0x21, 0x11, [.. Four, 0x04, 0, 0]), "192.0.2.1:56324");
        Expect(Binary(0x21, 0x11, [.. Four, 0x04, 0, 3, 1, 2, 3, 0xE0, 0, 1, 9]), "192.0.2.1:56324");
        Expect(Binary(0x21, 0x11, [.. Four, 0x02, 4096 - 15 >> 8, unchecked((byte)(4096 - 15)), .. new byte[4096 - 15]]), "192.0.2.1:56324");
    }

    [Test]
    public void ABinaryHeaderThatIsNotSoundIsMalformed()
    {
        byte[][] all =
        [
            Binary(0x11, 0x11, Four), Binary(0x31, 0x11, Four), Binary(0x22, 0x11, Four), Binary(0x2F, 0x11, Four),
            Binary(0x21, 0x12, Four), Binary(0x21, 0x10, Four), Binary(0x21, 0x01, Four), Binary(0x21, 0x41, Four),
            Binary(0x21, 0x11, Four[..11]), Binary(0x21, 0x21, Six[..35]), Binary(0x21, 0x31, new byte[215]),
            Binary(0x21, 0x11, [.. Four, 4]), Binary(0x21, 0x11, [.. Four, 4, 0]), Binary(0x21, 0x11, [.. Four, 4, 0, 1]), Binary(0x21, 0x11, [.. Four, 4, 0xFF, 0xFF, 0]),
            Binary(0x21, 0x11, new byte[4097]), Binary(0x20, 0x00, new byte[4097]),
            [.. "\r\n\r\n\0\r\nQUIT\r"u8, 0x21, 0x11, 0, 0],
        ];
        foreach (var header in all) Assert.That(Read(header).Status, Is.EqualTo(ParseStatus.Rejected), Convert.ToHexString(header));
    }

    [Test]
    public void AChecksumMustBeRight()
    {
        byte[] checksum = [0x03, 0, 4, 0, 0, 0, 0];
        var header = Binary(0x21, 0x11, [.. Four, 0x04, 0, 1, 7, .. checksum]);
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(^4), ProxyHeader.Checksum(header, header.Length - 4));
        Expect(header, "192.0.2.1:56324");
        for (var i = 16; i < header.Length; i++)
        {
            // With another type it is no checksum any more.
            if (i == header.Length - 7) continue;
            header[i] ^= 1;
            Assert.That(Read(header).Status, Is.EqualTo(ParseStatus.Rejected), $"byte {i}");
            header[i] ^= 1;
        }
        Assert.That(Read(Binary(0x21, 0x11, [.. Four, 0x03, 0, 3, 0, 0, 0])).Status, Is.EqualTo(ParseStatus.Rejected), "too short");
        var twice = Binary(0x21, 0x11, [.. Four, .. checksum, .. checksum]);
        Assert.That(Read(twice).Status, Is.EqualTo(ParseStatus.Rejected), "twice");
    }

    // "123456789", the check value of the CRC catalogues.
    [Test]
    public void TheChecksumIsTheOneOfTheStandard() => Assert.That(ProxyHeader.Checksum("123456789"u8, 9), Is.EqualTo(0xE3069283));

    [Test]
    public void ARandomHeaderIsReadWithinItsBounds([Random(0, int.MaxValue, 1)] int seed)
    {
        var random = new Random(seed);
        for (var round = 0; round < 20_000; round++)
        {
            var header = random.Next(2) == 0 ? Binary(0x21, 0x11, [.. Four, 4, 0, 2, 8, 9]) : Line("PROXY TCP4 192.0.2.1 198.51.100.2 56324 443");
            for (var flips = random.Next(4); flips >= 0; flips--) header[random.Next(header.Length)] = (byte)random.Next(256);
            var whole = Read(header);
            if (whole.Status == ParseStatus.Complete) Assert.That(whole.Length, Is.InRange(1, header.Length), $"seed {seed}");
            var cut = Read(header[..random.Next(header.Length)]).Status;
            if (cut != ParseStatus.NeedMore && whole.Status != ParseStatus.Complete) Assert.That(cut, Is.EqualTo(whole.Status), $"seed {seed}: {Convert.ToHexString(header)}");
        }
    }

    private static byte[] Four => [192, 0, 2, 1, 198, 51, 100, 2, 56324 >> 8, 56324 & 0xFF, 1, 187];

    private static byte[] Six => [.. IPAddress.Parse("2001:db8::1").GetAddressBytes(), .. IPAddress.Parse("2001:db8::2").GetAddressBytes(), 56324 >> 8, 56324 & 0xFF, 1, 187];

    internal static byte[] Binary(byte command, byte family, byte[] body) => [.. "\r\n\r\n\0\r\nQUIT\n"u8, command, family, (byte)(body.Length >> 8), (byte)body.Length, .. body];

    private static byte[] Line(string text) => Encoding.Latin1.GetBytes($"{text}\r\n");

    private static (ParseStatus Status, int Length, IPEndPoint? Client) Read(byte[] data)
    {
        var status = ProxyHeader.Read(data, out var length, out var client);
        return (status, length, client);
    }

    /// <summary>It is read whole, with more behind it, and at no byte less.</summary>
    private static void Expect(byte[] header, string? client, string why = "")
    {
        foreach (var more in (byte[][])[[], [0], [.. "GET / HTTP/1.1\r\n"u8]])
        {
            var read = Read([.. header, .. more]);
            Assert.That((read.Status, read.Length, read.Client?.ToString()), Is.EqualTo((ParseStatus.Complete, header.Length, client)), why);
        }
        for (var i = 0; i < header.Length; i++) Assert.That(Read(header[..i]).Status, Is.EqualTo(ParseStatus.NeedMore), $"{i} bytes");
    }
}
