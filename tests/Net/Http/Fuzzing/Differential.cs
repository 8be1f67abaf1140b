using System.Net;

namespace FastCore.Net.Tests.Http.Fuzzing;

/// <summary>
/// The same bytes to two servers. What both serve must be the same requests with the same bodies; where one refuses or ends
/// the connection, the other may go on.
/// </summary>
/// <remarks>
/// Kestrel drops its answers when the client ends its side, so the bytes must bring every state to an end: behind each input
/// come good requests, more than the largest body can swallow, of which the last asks for the connection's end.
/// </remarks>
internal sealed class Differential(IPEndPoint ours, IPEndPoint theirs)
{
    private static readonly byte[] Ending = FuzzTarget.Bytes(
        string.Concat(Enumerable.Repeat($"GET /end HTTP/1.1\r\nHost: a\r\nX: {new string('x', 2000)}\r\n\r\n", FramingEcho.MaxBody / 2000 + 2)) + "GET /last HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");

    /// <summary>Inputs that one server served more of, by who: the stricter one's refusals.</summary>
    public int OursIsStricter { get; private set; }

    public int TheirsIsStricter { get; private set; }

    public int Same { get; private set; }

    /// <summary>Told of inputs where one serves more than the other: the bytes, what ours answered, and theirs.</summary>
    public Action<byte[], string, string>? OnStricter { get; init; }

    /// <exception cref="FuzzFailure">Both served a request at the same place of the stream, and not the same one; or one went on where the other neither refused nor ended.</exception>
    public void Compare(byte[] bytes, IReadOnlyList<int> pieces)
    {
        byte[] all = [.. bytes, .. Ending];
        int[] sends = [.. pieces, Ending.Length];
        var ourAnswers = Answers.Of(RawClient.Ask(ours, all, sends, finishes: false, out var oursWasReset), oursWasReset);
        var theirAnswers = Answers.Of(RawClient.Ask(theirs, all, sends, finishes: false, out var theirsWasReset), theirsWasReset);
        if (ourAnswers.WasReset) throw new FuzzFailure($"our server reset the connection after {ourAnswers}: {FuzzRun.Printable(bytes)}");

        for (var i = 0; i < Math.Min(ourAnswers.Served.Count, theirAnswers.Served.Count); i++)
        {
            if (ourAnswers.Served[i] != theirAnswers.Served[i]) Fail("frame it differently");
        }
        // Whoever served less must have said that it goes no further.
        if (ourAnswers.Served.Count < theirAnswers.Served.Count)
        {
            if (!ourAnswers.IsRefused) Fail("our server left out a request that it did not refuse");
            OursIsStricter++;
            OnStricter?.Invoke(bytes, ourAnswers.ToString(), theirAnswers.ToString());
        }
        else if (ourAnswers.Served.Count > theirAnswers.Served.Count)
        {
            if (!theirAnswers.IsRefused) Fail("Kestrel left out a request that it did not refuse");
            TheirsIsStricter++;
            OnStricter?.Invoke(bytes, ourAnswers.ToString(), theirAnswers.ToString());
        }
        else
        {
            Same++;
        }

        void Fail(string how) => throw new FuzzFailure($"The two {how}.\nours:    {ourAnswers}\nKestrel: {theirAnswers}\ninput:   {FuzzRun.Printable(bytes)}");
    }

    private sealed record Answers(IReadOnlyList<string> Served, string? Refusal, bool WasReset)
    {
        /// <summary>A refusal that a reset destroyed is one too.</summary>
        public bool IsRefused => Refusal != null || WasReset;

        public static Answers Of(string text, bool wasReset)
        {
            // Kestrel answers a preface of HTTP/2 in that protocol: with a frame that sends the client away.
            var goAway = text.IndexOf("\0\0\x08\x07", StringComparison.Ordinal);
            var all = FramingEcho.ReadAnswers(goAway < 0 ? text : text[..goAway]);
            if (goAway >= 0) all.Add("505");
            var served = all.TakeWhile(static answer => answer.Length != 3 || answer == "204").Select(static answer => answer == "204" ? "*" : answer).ToArray();
            return new Answers([.. served.Select(static answer => answer.StartsWith("OPTIONS * ", StringComparison.Ordinal) ? "*" : answer)], all.Count > served.Length ? all[served.Length] : null, wasReset);
        }

        // The ending's requests are many and alike.
        public override string ToString() =>
            $"{string.Join(" | ", Served.Where(static (answer, index) => index == 0 || !answer.StartsWith("GET /end ", StringComparison.Ordinal)))} {Refusal}{(WasReset ? " (reset)" : "")}";
    }
}
