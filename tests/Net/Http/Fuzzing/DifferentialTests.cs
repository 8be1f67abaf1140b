using FastCore.Net.Transport;

namespace FastCore.Net.Tests.Http.Fuzzing;

/// <summary>No input that both our server and Kestrel accept is framed differently.</summary>
internal sealed class DifferentialTests(TransportKind kind) : HttpServerTest(kind)
{
    private const int Seed = 20_261_128;
    private const int Rounds = 400;

    [Test]
    public void TheCorpusAndItsMutationsAreFramedAlike()
    {
        using var kestrel = new KestrelPeer();
        var differential = new Differential(Start(FramingEcho.Map, FramingEcho.Options).EndPoint, kestrel.EndPoint);
        foreach (var item in Corpus.Items.Where(static item => item.Text.Length < 2000)) differential.Compare(item.Bytes, [item.Text.Length]);
        using var seeds = new RequestHeadTarget();
        TestContext.Out.WriteLine($"{Rounds} rounds from seed {Seed} + {(int)Kind}00000");
        for (var round = 0; round < Rounds; round++)
        {
            var seed = Seed + (int)Kind * 100_000 + round;
            var bytes = FuzzRun.InputOf(seeds, seed);
            var cut = new Random(seed).Next(bytes.Length + 1);
            differential.Compare(bytes, [cut, bytes.Length - cut]);
        }
        TestContext.Out.WriteLine($"framed alike {differential.Same}, served more by Kestrel {differential.OursIsStricter}, by ours {differential.TheirsIsStricter}");
        Assert.That(differential.Same, Is.GreaterThan(Rounds / 4), "hardly any input was served by both alike");
    }

    /// <summary>The comparison sees a difference: two of our own servers, one of which is told of another body.</summary>
    [Test]
    public void ADifferenceIsSeen()
    {
        var one = Start(FramingEcho.Map, FramingEcho.Options);
        var other = Start(static server => server.Map(HttpMethod.Post, "/", static context =>
        {
            context.AddHeader(FramingEcho.FieldName, FramingEcho.Describe("POST", "/", "other"u8));
            context.Respond(200);
        }), FramingEcho.Options);
        var differential = new Differential(one.EndPoint, other.EndPoint);
        var bytes = FuzzTarget.Bytes("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello");
        Assert.That(() => differential.Compare(bytes, [bytes.Length]), Throws.InstanceOf<FuzzFailure>().With.Message.Contains("differently"));
    }
}
