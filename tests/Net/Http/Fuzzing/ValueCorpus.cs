using System.Text;

namespace FastCore.Net.Tests.Http.Fuzzing;

/// <summary>Bytes for one of the targets that read something smaller than a request, what comes of them, and why.</summary>
/// <param name="Target">The target.</param>
/// <param name="Name">What it shows.</param>
/// <param name="Because">Why that is the answer.</param>
/// <param name="Bytes">The input.</param>
/// <param name="Outcome">As the target describes it.</param>
internal sealed record ValueItem(string Target, string Name, string Because, byte[] Bytes, string Outcome)
{
    public override string ToString() => $"{Target}: {Name}";
}

/// <summary>The items with their verdicts, which mutations begin with too.</summary>
internal static class ValueCorpus
{
    private const string Binary = "\r\n\r\n\0\r\nQUIT\n";
    private const string V4 = "\xC0\0\x02\x01\xC0\0\x02\x02\xDC\x04\x01\xBB";

    public static readonly IReadOnlyList<ValueItem> Items =
    [
        Proxy("a client over IPv4", "proxy-protocol.txt §2.1", "PROXY TCP4 192.0.2.1 192.0.2.2 56324 443\r\nGET", "42 C0000201 56324"),
        Proxy("a client over IPv6", "§2.1", "PROXY TCP6 2001:db8::1 ::ffff:1.2.3.4 1 2\r\n", "43 20010DB8000000000000000000000001 1"),
        Proxy("nobody knows", "§2.1: what follows UNKNOWN is to be ignored", "PROXY UNKNOWN whatever\x80\r\n", "25 peer"),
        Proxy("an octal number in an address", "inet_pton takes none, others read 10.1.1.8", "PROXY TCP4 012.1.1.8 1.1.1.1 1 2\r\n", "no"),
        Proxy("an octal number at the end of an address of IPv6", "inet_pton takes none, others read 1.2.3.8", "PROXY TCP6 ::ffff:1.2.3.010 ::1 1 2\r\n", "no"),
        Proxy("a NUL behind a port", "readers of numbers may stop there", "PROXY TCP4 1.1.1.1 1.1.1.1 1 2\0\r\n", "no"),
        Proxy("one number for an address", "inet_aton takes it, the protocol does not", "PROXY TCP4 3232235777 1.1.1.1 1 2\r\n", "no"),
        Proxy("a port with a leading zero", "§2.1: the canonical form", "PROXY TCP4 1.1.1.1 1.1.1.1 01 2\r\n", "no"),
        Proxy("a port too large", "§2.1: 0 to 65535", "PROXY TCP4 1.1.1.1 1.1.1.1 65536 2\r\n", "no"),
        Proxy("a zone", "no address of a connection's end has one", "PROXY TCP6 fe80::1%eth0 ::1 1 2\r\n", "no"),
        Proxy("LF alone", "§2.1: the line ends in CRLF", "PROXY UNKNOWN\n", "more"),
        Proxy("a line without an end", "§2.1: 107 bytes at most", "PROXY UNKNOWN " + new string('x', 93), "no"),
        Proxy("its beginning", "it may have been cut anywhere", "PROXY TC", "more"),
        Proxy("binary, over IPv4", "§2.2", Binary + "\x21\x11\0\x0C" + V4, "28 C0000201 56324"),
        Proxy("binary, the proxy itself", "§2.2: LOCAL, and whatever follows is skipped", Binary + "\x20\xFF\0\x02zz", "18 peer"),
        Proxy("binary, another version", "§2.2: the highest four bits are 2", Binary + "\x11\x11\0\x0C" + V4, "no"),
        Proxy("binary, too short for its addresses", "§2.2", Binary + "\x21\x11\0\x0B" + V4[..11], "no"),
        Proxy("binary, an extension beyond its end", "§2.2.7", Binary + "\x21\x11\0\x0F" + V4 + "\x04\0\x01", "no"),
        Proxy("binary, a wrong checksum", "§2.2.3: the connection is to be dropped", Binary + "\x21\x11\0\x13" + V4 + "\x03\0\u0004abcd", "no"),
        Proxy("binary, longer than any proxy's", "a header is held until it is whole", Binary + "\x21\x11\xFF\xFF" + V4, "no"),

        Forwarded("the client of the nearest proxy", "RFC 7239 §4", "for=192.0.2.60;proto=https;by=203.0.113.43", "C000023C 0 True"),
        Forwarded("through two that are believed", "entries are read from the right", "for=192.0.2.1, for=10.1.1.1;proto=https", "C0000201 0 True"),
        Forwarded("what the client wrote is not reached", "the last proxy tells of one that is not believed", "for=10.9.9.9, for=192.0.2.1", "C0000201 0 -"),
        Forwarded("IPv6 with a port", "RFC 7239 §6", "For=\"[2001:db8:cafe::17]:4711\"", "20010DB8CAFE00000000000000000017 4711 -"),
        Forwarded("a comma in quotes", "RFC 7239 §4: a value may be quoted", "for=192.0.2.1;x=\"a,for=6.6.6.6\"", "C0000201 0 -"),
        Forwarded("a quote without an end", "nobody can tell where its elements end", "for=192.0.2.1, for=\"10.0.0.1", "nobody 0 -"),
        Forwarded("a name that hides an address", "RFC 7239 §6.3", "for=_hidden;proto=https", "nobody 0 True"),
        Forwarded("twice in one element", "RFC 7239 §4: each parameter once", "for=192.0.2.1;for=6.6.6.6", "nobody 0 -"),
        Forwarded("over two lines", "RFC 9110 §5.3: they are one list", "for=192.0.2.1\nfor=10.0.0.2", "C0000201 0 -"),
        Forwarded("empty elements", "RFC 9110 §5.6.1: they don't count", " , for=192.0.2.1, ,", "C0000201 0 -"),
        Forwarded("an octal number at the end of an address of IPv6", "inet_pton takes none", "for=\"[::ffff:1.2.3.010]\"", "nobody 0 -"),
        Forwarded("an octal address", "inet_aton reads another", "for=0300.0.2.1", "nobody 0 -"),

        Coding("gzip", "RFC 1952", "g\x1F\x8B\x08\0\0\0\0\0\0\x03\x4B\x04\0\x43\xBE\xB7\xE8\x01\0\0\0", "ok 61"),
        Coding("gzip, a wrong checksum", "RFC 1952 §2.3.1", "g\x1F\x8B\x08\0\0\0\0\0\0\x03\x4B\x04\0\x43\xBE\xB7\xE9\x01\0\0\0", "400"),
        Coding("gzip, cut", "it may have been the end of something else", "g\x1F\x8B\x08\0\0\0\0\0\0\x03\x4B\x04\0\x43\xBE\xB7\xE8\x01\0\0", "400"),
        Coding("gzip, more behind it", "no reader may find there what another did not", "g\x1F\x8B\x08\0\0\0\0\0\0\x03\x4B\x04\0\x43\xBE\xB7\xE8\x01\0\0\0x", "400"),
        Coding("gzip, flags that mean nothing", "RFC 1952 §2.3.1.2: they must be zero", "g\x1F\x8B\x08\x80\0\0\0\0\0\x03\x4B\x04\0\x43\xBE\xB7\xE8\x01\0\0\0", "400"),
        Coding("zlib", "RFC 1950", "z\x78\x9C\x4B\x04\0\0\x62\0\x62", "ok 61"),
        Coding("zlib, more behind it", "no reader may find there what another did not", "z\x78\x9C\x4B\x04\0\0\x62\0\x62x", "400"),
        Coding("zlib, cut", "it may have been the end of something else", "z\x78\x9C\x4B\x04\0\0\x62\0", "400"),
        Coding("zlib with a dictionary", "RFC 1950 §2.2: none has been agreed on", "z\x78\xBB\0\x62\0\x62\x4B\x04\0\0\x62\0\x62", "400"),
        Coding("zlib, a distance before the beginning", "RFC 1951 §3.2.5", "z\x78\x9C\x03\x02\0\0\0\0\x01", "400"),
        Coding("no zlib's header", "some have sent bare RFC 1951 under this name", "z\x4B\x04\0", "400"),
        Coding("brotli", "RFC 7932", "b\x0B\0\x80\x61\x03", "ok 61"),
        Coding("brotli, more behind it", "no reader may find there what another did not", "b\x0B\0\x80\x61\x03\x03", "400"),
        Coding("nothing", "nothing at all is no coding", "z", "ok "),
    ];

    public static IEnumerable<ValueItem> Of(string target) => Items.Where(item => item.Target == target);

    private static ValueItem Proxy(string name, string because, string text, string outcome) => new("proxy-header", name, because, Encoding.Latin1.GetBytes(text), outcome);

    private static ValueItem Forwarded(string name, string because, string text, string outcome) => new("forwarded", name, because, Encoding.Latin1.GetBytes(text), outcome);

    private static ValueItem Coding(string name, string because, string text, string outcome) => new("content-coding", name, because, Encoding.Latin1.GetBytes(text), outcome);
}
