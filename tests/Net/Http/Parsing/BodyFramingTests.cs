using System.Text;
using FastCore.Net.Http.Parsing;

namespace FastCore.Net.Tests.Http.Parsing;

internal sealed class BodyFramingTests
{
    private static BodyFraming Chunked => BodyFraming.Of(new RequestHead { IsChunked = true });

    /// <summary>Reads pieces of the given sizes (the last repeats); returns the body, what was left over, and the fault.</summary>
    private static (string Body, int Consumed, int Fault, bool IsDone) Read(BodyFraming framing, string input, ParseLimits? limits = null, params int[] pieces)
    {
        var bytes = Encoding.Latin1.GetBytes(input);
        var body = new StringBuilder();
        var consumed = 0;
        for (var piece = 0; consumed < bytes.Length && !framing.IsDone; piece++)
        {
            var size = pieces.Length == 0 ? int.MaxValue : pieces[Math.Min(piece, pieces.Length - 1)];
            var segment = bytes.AsSpan(consumed, Math.Min(size, bytes.Length - consumed));
            while (!segment.IsEmpty && !framing.IsDone)
            {
                var rejection = framing.Read(segment, int.MaxValue, limits ?? RequestCorpus.Limits, out var used, out var data);
                body.Append(Encoding.Latin1.GetString(data));
                consumed += used;
                segment = segment[used..];
                if (!rejection.IsNone) return (body.ToString(), consumed, rejection.Status, false);
            }
        }
        return (body.ToString(), consumed, 0, framing.IsDone);
    }

    private static readonly (string Input, string Body)[] Good =
    [
        ("0\r\n\r\n", ""),
        ("5\r\nhello\r\n0\r\n\r\n", "hello"),
        ("5\r\nhello\r\n00006\r\n world\r\n000\r\n\r\n", "hello world"),
        ("A\r\n0123456789\r\nb\r\nabcdefghijk\r\n0\r\n\r\n", "0123456789abcdefghijk"),
        ("2\r\n\r\n\r\n0\r\n\r\n", "\r\n"),
        ("0000000000000001\r\nx\r\n0\r\nA: b\r\nC:\td\xE9 \r\nE:\r\n\r\n", "x"),
    ];

    [Test]
    public void FindsTheBodyHoweverItIsCut([ValueSource(nameof(Good))] (string Input, string Body) item)
    {
        var text = item.Input + "GET";
        for (var first = 1; first <= text.Length; first++)
        {
            for (var then = 1; then <= 8; then++)
            {
                Assert.That(Read(Chunked, text, null, first, then), Is.EqualTo((item.Body, item.Input.Length, 0, true)), $"pieces of {first}, then {then} bytes");
            }
        }
    }

    [Test]
    public void EveryPrefixIsUnfinished([ValueSource(nameof(Good))] (string Input, string Body) item)
    {
        for (var length = 0; length < item.Input.Length; length++)
        {
            var (_, consumed, fault, isDone) = Read(Chunked, item.Input[..length]);
            Assert.That((consumed, fault, isDone), Is.EqualTo((length, 0, false)));
        }
    }

    [Test]
    public void ABodyWithALengthHasThatLength()
    {
        var framing = BodyFraming.Of(new RequestHead { ContentLength = 5 });
        Assert.That(Read(framing, "helloGET"), Is.EqualTo(("hello", 5, 0, true)));
        Assert.That(Read(framing, "helloGET", null, 1), Is.EqualTo(("hello", 5, 0, true)));
        Assert.That(BodyFraming.Of(new RequestHead { ContentLength = 0 }).IsDone, Is.True);
        Assert.That(BodyFraming.Of(new RequestHead { ContentLength = -1 }).IsDone, Is.True);
    }

    [Test]
    public void TakesNoMoreThanItIsAskedFor()
    {
        var framing = Chunked;
        var rejection = framing.Read("5\r\nhello"u8, 2, RequestCorpus.Limits, out var consumed, out var data);
        Assert.That(rejection.IsNone, Is.True);
        Assert.That(Encoding.ASCII.GetString(data), Is.EqualTo("he"));
        Assert.That((consumed, framing.Left), Is.EqualTo((5, 3)));
    }

    private static bool IsHex(int c) => c is >= '0' and <= '9' or >= 'a' and <= 'f' or >= 'A' and <= 'F';

    [Test]
    public void EveryByteAtEveryKindOfPlace()
    {
        for (var c = 0; c < 256; c++)
        {
            var b = (char)c;
            Verify($"{b}", IsHex(c), b, "first size digit");
            Verify($"1{b}", IsHex(c) || b == '\r', b, "size");
            Verify($"1\r{b}", b == '\n', b, "size's CR");
            Verify($"1\r\n{b}", true, b, "data");
            Verify($"1\r\nx{b}", b == '\r', b, "data's end");
            Verify($"1\r\nx\r{b}", b == '\n', b, "data's CR");
            Verify($"0\r\n{b}", b == '\r' || IsToken(c), b, "trailer's start");
            Verify($"0\r\na{b}", b == ':' || IsToken(c), b, "trailer's name");
            Verify($"0\r\na:{b}", c is '\t' or '\r' or >= 0x20 and not 0x7F, b, "trailer's value");
            Verify($"0\r\na:\r{b}", b == '\n', b, "trailer line's CR");
            Verify($"0\r\n\r{b}", b == '\n', b, "last CR");
        }

        static bool IsToken(int c) => c is >= '0' and <= '9' or >= 'A' and <= 'Z' or >= 'a' and <= 'z' || "!#$%&'*+-.^_`|~".Contains((char)c);

        static void Verify(string text, bool isLegal, char b, string place) =>
            Assert.That(Read(Chunked, text).Fault, Is.EqualTo(isLegal ? 0 : 400), $"0x{(int)b:X2} at the {place}");
    }

    [TestCase("7fffffffffffffff\r\n", 0)]
    [TestCase("8000000000000000\r\n", 400)]
    [TestCase("ffffffffffffffff\r\n", 400)]
    [TestCase("0000000000000000\r\n\r\n", 0)]
    [TestCase("00000000000000000\r\n\r\n", 400)]
    public void HoldsTheLimitOfAChunksSize(string text, int fault) => Assert.That(Read(Chunked, text).Fault, Is.EqualTo(fault));

    [Test]
    public void HoldsTheTrailerToTheLimitsOfTheFields()
    {
        var limits = new ParseLimits(100, 20, 2);
        Assert.That(Read(Chunked, "0\r\na: 1\r\nb: 2\r\n\r\n", limits).IsDone, Is.True);
        Assert.That(Read(Chunked, "0\r\na:\r\nb:\r\nc:\r\n\r\n", limits).Fault, Is.EqualTo(431));
        Assert.That(Read(Chunked, "0\r\na: 456789012345678901", limits).Fault, Is.EqualTo(431));
    }
}
