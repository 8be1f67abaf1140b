using FastCore.Net.Http.Client;
using FastCore.Net.Tests.Http.Client;
using FastCore.Net.Transport;

namespace FastCore.Net.Tests.Http.Fuzzing;

/// <summary>
/// A connection of the client's pool, on a reactor without a kernel: a response, or a failure of the documented kinds,
/// however the bytes were cut, and nothing left over.
/// </summary>
internal sealed class ClientTarget() : FuzzTarget("client")
{
    private static readonly string[] Failures = [nameof(HttpRequestError.InvalidResponse), nameof(HttpRequestError.ResponseEnded), nameof(HttpRequestError.ConfigurationLimitExceeded)];

    public override IReadOnlyList<byte[]> Seeds { get; } = [.. ResponseSeeds.All];

    public override void Run(ReadOnlySpan<byte> input, int seed)
    {
        var bytes = input.ToArray();
        var random = new Random(seed);
        using var conversation = new ClientConversation(new HttpConnectionPoolOptions { MaxBufferedBodySize = 4096 });
        var method = random.Next(4) == 0 ? HttpMethod.Head : HttpMethod.Get;
        var ends = random.Next(2) == 0;
        var whole = Outcome(conversation, method, bytes, ends, [bytes.Length]);
        Same(whole, Outcome(conversation, method, bytes, ends, Pieces(bytes.Length, random)), "in pieces");
        if (bytes.Length < 2000) Same(whole, Outcome(conversation, method, bytes, ends, Enumerable.Repeat(1, bytes.Length)), "byte by byte");
        var cut = random.Next(bytes.Length + 1);
        Same(whole, Outcome(conversation, method, bytes, ends, [cut, bytes.Length - cut]), $"cut at {cut}");
    }

    private static (string Outcome, bool IsKept) Outcome(ClientConversation conversation, HttpMethod method, byte[] bytes, bool ends, IEnumerable<int> pieces)
    {
        var fetch = conversation.Fetch(new HttpClientRequest(method, "/"));
        var connection = conversation.Accept();
        conversation.Sent();
        var at = 0;
        // A kernel never delivers nothing.
        foreach (var piece in pieces.Where(static piece => piece > 0))
        {
            conversation.Reactor.Receive(connection, bytes.AsSpan(at, piece));
            conversation.Reactor.RunPosted();
            at += piece;
        }
        if (ends) conversation.Reactor.FinishPeer(connection);
        var isKept = conversation.Pool.Statistics.Idle == 1;
        conversation.Reactor.End(connection, CloseReason.PeerReset);
        conversation.Reactor.RunPosted();
        Holds(fetch.IsCompleted, "the connection has ended, and nobody has been told");
        var outcome = fetch.Result;
        Holds(char.IsAsciiDigit(outcome[0]) || Failures.Contains(outcome), $"the fetch ends in {outcome}");
        return (outcome, isKept);
    }
}
