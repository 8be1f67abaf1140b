using System.Text;

namespace FastCore.Perf.Load;

/// <summary>Begins a request and never gets to its end: a byte of the head a second.</summary>
internal sealed class SlowConnection(LoadSession session) : LoadConnection(session)
{
    private const int BetweenBytesMilliseconds = 1_000;

    private static readonly byte[] Begun = Encoding.ASCII.GetBytes("GET / HTTP/1.1\r\nHost: a\r\nX-Slow: ");

    // Not answered ever, so it is what the session waits for.
    protected override void OnOpened()
    {
        SetDeadline(BetweenBytesMilliseconds);
        Write(Begun.AsMemory());
        Session.Answered();
    }

    protected override void OnAnswers(int count, long now) => Session.Fail("an answer to a request that has no end");

    protected override void OnDeadline()
    {
        Write("x"u8);
        SetDeadline(BetweenBytesMilliseconds);
    }
}
