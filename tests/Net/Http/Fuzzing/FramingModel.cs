using FastCore.Net.Http.Parsing;

namespace FastCore.Net.Tests.Http.Fuzzing;

/// <summary>What a whole stream of bytes comes to, by the two grammars: what <see cref="FramingEcho"/> must show of it.</summary>
internal sealed record FramingModel(IReadOnlyList<string> Served, CorpusEnd End, bool IsAnswered = false)
{
    public static FramingModel Read(string text)
    {
        var served = new List<string>();
        var limits = RequestCorpus.Limits;
        var at = 0;
        while (at < text.Length)
        {
            // Empty lines are no request that has begun.
            if (text[at..] is "\r\n" or "\r\n\r\n") break;
            var head = RequestGrammar.Read(text, at);
            // No head: whether more could make it one is the parser's to say.
            if (head == null) return new(served, CanGoOn(text[at..], limits) ? CorpusEnd.Unfinished : CorpusEnd.Refused);
            if (head.Fault != null || head.IsBeyond(limits) || !(FramingEcho.Knows(head.Method) || head.Method == "CONNECT")) return new(served, CorpusEnd.Refused);
            at += head.Length;
            // The answer for the whole server does not wait for a body.
            var isAnswered = head.Target == "*";
            if (isAnswered) served.Add("204");
            else if (!head.IsChunked && head.ContentLength < 0 && head.Method is "POST" or "PUT" or "PATCH") return new(served, CorpusEnd.Refused);
            else if (head.ContentLength > FramingEcho.MaxBody) return new(served, CorpusEnd.Refused);
            string body;
            if (head.IsChunked)
            {
                var read = ChunkedGrammar.Read(text, at, limits);
                if (read == null || (read.Announced > FramingEcho.MaxBody && !isAnswered)) return new(served, CorpusEnd.Refused, isAnswered);
                if (!read.IsDone) return new(served, CorpusEnd.Unfinished, isAnswered);
                at += read.Length;
                body = read.Body;
            }
            else
            {
                var length = Math.Max(0, head.ContentLength);
                if (text.Length - at < length) return new(served, CorpusEnd.Unfinished, isAnswered);
                body = text.Substring(at, (int)length);
                at += (int)length;
            }
            if (!isAnswered) served.Add(FramingEcho.Describe(head.Method, FramingEcho.PathAndQuery(head.Target), FuzzTarget.Bytes(body)));
            if (!head.IsPersistent) return new(served, CorpusEnd.Closed);
        }
        return new(served, CorpusEnd.Kept);
    }

    private static bool CanGoOn(string rest, ParseLimits limits) => RequestParser.Parse(FuzzTarget.Bytes(rest), new RequestHead(), limits) == ParseStatus.NeedMore;
}
