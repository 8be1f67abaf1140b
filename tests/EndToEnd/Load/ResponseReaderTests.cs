using System.Text;
using FastCore.Perf.Load;

namespace FastCore.EndToEnd.Tests.Load;

internal sealed class ResponseReaderTests
{
    private const string Good = "HTTP/1.1 200 OK\r\nDate: Mon\r\nContent-Length: 5\r\n\r\nHello";
    private static readonly byte[] Body = "Hello"u8.ToArray();

    [Test]
    public void Counts_the_same_at_every_split()
    {
        var stream = Encoding.ASCII.GetBytes(Good + Good + Good.Replace("Date: Mon", "Date: Tuesday", StringComparison.Ordinal) + Good);
        for (var first = 0; first <= stream.Length; first++)
        {
            for (var second = first; second <= stream.Length; second++)
            {
                var reader = new ResponseReader();
                var count = 0;
                foreach (var part in (byte[][])[stream[..first], stream[first..second], stream[second..]])
                {
                    count += reader.Read(part, Body, out var problem);
                    Assert.That(problem, Is.Null, $"split at {first} and {second}");
                }
                Assert.That(count, Is.EqualTo(4), $"split at {first} and {second}");
            }
        }
    }

    [TestCase("HTTP/1.1 503 Busy\r\nContent-Length: 5\r\n\r\nHello", "status 503")]
    [TestCase("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nHello!", "Content-Length 6 instead of 5")]
    [TestCase("HTTP/1.1 200 OK\r\nContent-Length: 5x\r\n\r\nHello", "a bad Content-Length")]
    [TestCase("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "no Content-Length")]
    [TestCase("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nHullo", "another body than expected")]
    [TestCase("SSH-2.0-OpenSSH\r\n\r\n", "no HTTP response")]
    public void Says_what_is_wrong(string stream, string expected)
    {
        var reader = new ResponseReader();
        reader.Read(Encoding.ASCII.GetBytes(stream), Body, out var problem);
        Assert.That(problem, Is.EqualTo(expected));
    }

    [Test]
    public void Finds_a_wrong_one_behind_good_ones()
    {
        var reader = new ResponseReader();
        var count = reader.Read(Encoding.ASCII.GetBytes(Good + Good + Good.Replace("200", "404", StringComparison.Ordinal)), Body, out var problem);
        Assert.That((count, problem), Is.EqualTo((2, "status 404")));
    }

    [Test]
    public void A_head_without_end_is_given_up()
    {
        var reader = new ResponseReader();
        reader.Read(Encoding.ASCII.GetBytes("HTTP/1.1 200 OK\r\nX: " + new string('x', 20_000)), Body, out var problem);
        Assert.That(problem, Is.EqualTo("a head of more than 16 KiB"));
    }

    [Test]
    public void An_empty_body_is_a_response()
    {
        var reader = new ResponseReader();
        Assert.That(reader.Read("HTTP/1.1 200 OK\r\ncontent-length:0\r\n\r\n"u8, [], out var problem), Is.EqualTo(1));
        Assert.That(problem, Is.Null);
    }
}
