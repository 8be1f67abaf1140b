using FastCore.Net.Http;

namespace FastCore.Net.Tests.Http.Fuzzing;

/// <summary>
/// A connection of the server's with all it does with bytes, on a reactor without a kernel: what it answers must be what the
/// grammars read, however the bytes were cut, for handlers that get bodies whole and for those that read them.
/// </summary>
internal sealed class ServerTarget() : FuzzTarget("server")
{
    public override IReadOnlyList<byte[]> Seeds { get; } = [.. RequestSeeds.All];

    public override void Run(ReadOnlySpan<byte> input, int seed)
    {
        var bytes = input.ToArray();
        var random = new Random(seed);
        var model = FramingModel.Read(Text(bytes));
        var whole = Converse(bytes, [bytes.Length], FramingEcho.Map);
        VerifyModel(model, whole);
        Same(whole.ToString(), Converse(bytes, Pieces(bytes.Length, random), FramingEcho.Map).ToString(), "in pieces");
        if (bytes.Length < 2000) Same(whole.ToString(), Converse(bytes, Enumerable.Repeat(1, bytes.Length), FramingEcho.Map).ToString(), "byte by byte");
        var cut = random.Next(bytes.Length + 1);
        Same(whole.ToString(), Converse(bytes, [cut, bytes.Length - cut], FramingEcho.Map).ToString(), $"cut at {cut}");

        var streamed = Converse(bytes, [bytes.Length], FramingEcho.MapStreaming);
        VerifyModel(model, streamed);
        Same(streamed.ToString(), Converse(bytes, Pieces(bytes.Length, random), FramingEcho.MapStreaming).ToString(), "streamed, in pieces");

        // A request before it changes nothing.
        var pipelined = Converse([.. First, .. bytes], [First.Length + bytes.Length], FramingEcho.Map);
        Same(whole.ToString(), (pipelined with { Answers = pipelined.Answers[1..] }).ToString(), "with a request before it");
    }

    private static readonly byte[] First = Bytes("GET /first HTTP/1.1\r\nHost: a\r\n\r\n");

    private static void VerifyModel(FramingModel model, Outcome outcome)
    {
        // What is unfinished when the client ends is refused as well; an answer that has been given is not taken back.
        var refused = model.End is CorpusEnd.Refused or CorpusEnd.Unfinished && !model.IsAnswered;
        var answers = refused && outcome.Answers is [.., { Length: 3 } last] && last != "204" ? outcome.Answers[..^1] : outcome.Answers;
        Same(string.Join('\n', model.Served), string.Join('\n', answers), $"by the grammar, which ends {model.End}");
        Holds(refused == (answers.Length < outcome.Answers.Length), $"by the grammar it ends {model.End}: {outcome}");
        Holds(outcome.IsOpen == (model.End is CorpusEnd.Kept or CorpusEnd.Unfinished), $"by the grammar it ends {model.End}: {outcome}");
    }

    private static Outcome Converse(byte[] bytes, IEnumerable<int> pieces, Action<HttpServer> map)
    {
        using var client = new Conversation(map, FramingEcho.Options);
        var at = 0;
        // A kernel never delivers nothing.
        foreach (var piece in pieces.Where(static piece => piece > 0))
        {
            client.Send(bytes.AsSpan(at, piece));
            at += piece;
            client.Reactor.RunPosted();
        }
        _ = client.Output;
        var isOpen = client.IsOpen;
        client.FinishSending();
        var answers = FramingEcho.ReadAnswers(client.Output);
        Holds(!client.IsOpen, "the client has ended and the connection has not");
        Holds(client.Errors.Count == 0, $"the server reports {(client.Errors.Count > 0 ? client.Errors[0] : default)}");
        return new Outcome([.. answers], isOpen);
    }

    private sealed record Outcome(string[] Answers, bool IsOpen)
    {
        public override string ToString() => $"{string.Join(" | ", Answers)}, {(IsOpen ? "open" : "closed")} before the client's end";
    }
}
