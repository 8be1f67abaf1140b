using System.Text;

namespace FastCore.Net.Tests.Http;

/// <summary>
/// Requests of the corpus, spoiled at random, sent whole and in random pieces: both must end alike, whatever the verdict
/// is, and leave nothing. A failure prints the seed and the bytes.
/// </summary>
internal sealed class MutationTests
{
    private const int Rounds = 3000;

    private static readonly string[] Telling = ["\r\n", "\n", "\r", "\0", " ", "\t", ":", ",", ";", "0\r\n\r\n", "chunked", "Content-Length: 3\r\n", "\x7F", "\xFF", "GET / HTTP/1.1\r\nHost: a\r\n\r\n"];

    [Test]
    public void SpoiledRequestsEndAlikeHoweverTheyAreCut([Values(1, 2, 3, 4)] int seed)
    {
        var random = new Random(seed);
        for (var round = 0; round < Rounds; round++)
        {
            var text = Spoil(random, Pick(random) + Pick(random));
            Verify(text, random, $"seed {seed}, round {round}: {Printable(text)}");
        }
    }

    private static void Verify(string text, Random random, string shown)
    {
        using var whole = new Conversation();
        whole.Send(text);
        using var pieces = new Conversation();
        for (var at = 0; at < text.Length;)
        {
            var length = Math.Min(text.Length - at, 1 + random.Next(random.Next(2) == 0 ? 4 : 40));
            pieces.Send(text.Substring(at, length));
            if (random.Next(4) == 0) pieces.Reactor.RunPosted();
            at += length;
        }
        Assert.That(pieces.Output, Is.EqualTo(whole.Output), shown);
        Assert.That(pieces.IsOpen, Is.EqualTo(whole.IsOpen), shown);
        // What has not ended is refused when the client ends it, in both alike.
        whole.FinishSending();
        pieces.FinishSending();
        Assert.That(pieces.Output, Is.EqualTo(whole.Output), shown);
        Assert.That(whole.IsOpen || pieces.IsOpen, Is.False, shown);
        Assert.That(whole.Errors, Is.Empty, shown);
    }

    private static string Pick(Random random) => random.Next(3) == 0
        ? RequestCorpus.Refused[random.Next(RequestCorpus.Refused.Length)].Text
        : RequestCorpus.Served[random.Next(RequestCorpus.Served.Length)].Text;

    private static string Spoil(Random random, string text)
    {
        var bytes = new StringBuilder(text);
        for (var count = random.Next(4); count > 0 && bytes.Length > 1; count--)
        {
            var at = random.Next(bytes.Length);
            var length = Math.Min(1 + random.Next(8), bytes.Length - at);
            switch (random.Next(4))
            {
                case 0:
                    bytes[at] = (char)random.Next(256);
                    break;
                case 1:
                    bytes.Remove(at, length);
                    break;
                case 2:
                    bytes.Insert(at, bytes.ToString(at, length));
                    break;
                default:
                    bytes.Insert(at, Telling[random.Next(Telling.Length)]);
                    break;
            }
        }
        return bytes.ToString();
    }

    private static string Printable(string text) => string.Concat(text.Select(static c => c is >= ' ' and <= '~' ? c.ToString() : $"\\x{(int)c:X2}"));
}
