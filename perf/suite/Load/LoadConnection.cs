using System.Runtime.InteropServices;
using FastCore.Net.Transport;

namespace FastCore.Perf.Load;

/// <summary>One connection of a load: reads and checks answers; the derived ones say when to ask.</summary>
internal abstract class LoadConnection(LoadSession session) : Connection
{
    private const int AnswerLimitMilliseconds = 5_000;

    private ResponseReader _reader;
    private long _answers;
    private long _answersAtDeadline;

    protected LoadSession Session { get; } = session;

    /// <summary>Requests sent and not answered.</summary>
    protected int Outstanding { get; set; }

    /// <summary>Whether the session waits for its first answer.</summary>
    protected virtual bool IsCounted => true;

    /// <summary>Whether it has been answered at all.</summary>
    protected bool HasAnswer => _answers > 0;

    /// <summary>Its place among the session's connections.</summary>
    public int Place { get; set; }

    protected abstract void OnAnswers(int count, long now);

    protected override void OnOpened() => SetDeadline(AnswerLimitMilliseconds);

    protected override void OnReceived(ReadOnlySpan<byte> data)
    {
        var count = _reader.Read(data, Session.Body, out var problem);
        if (count > Outstanding) problem = "more answers than requests";
        if (problem != null)
        {
            Session.Fail(problem);
            Abort();
            return;
        }
        if (count == 0) return;
        var isFirst = _answers == 0;
        _answers += count;
        Outstanding -= count;
        Session.Count(count);
        if (!Session.IsStopping) OnAnswers(count, LoadSession.Now);
        if (isFirst && IsCounted) Session.Answered();
    }

    // One look in every five seconds: a deadline for each request would cost as much as the request.
    protected override void OnDeadline()
    {
        if (Outstanding > 0 && _answers == _answersAtDeadline)
        {
            Session.Fail($"no answer within {AnswerLimitMilliseconds / 1000} s");
            Abort();
            return;
        }
        _answersAtDeadline = _answers;
        SetDeadline(AnswerLimitMilliseconds);
    }

    protected override void OnClosed(CloseReason reason)
    {
        // An abort of ours has said why already.
        if (reason == CloseReason.ConnectFailed) Session.Fail($"can't connect: {Marshal.GetPInvokeErrorMessage(Error)}");
        else if (reason != CloseReason.Aborted) Session.Fail($"connection ended: {Describe(reason)}");
        Session.Ended(wasReady: HasAnswer || !IsCounted);
    }

    private string Describe(CloseReason reason) => reason switch
    {
        CloseReason.PeerFinished or CloseReason.Closed => "the server closed it",
        CloseReason.PeerReset when Error != 0 => $"reset, {Marshal.GetPInvokeErrorMessage(Error)}",
        CloseReason.PeerReset => "reset by the server",
        _ => reason.ToString(),
    };
}
