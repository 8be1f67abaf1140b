using FastCore.Net.Transport;

namespace FastCore.Perf.Load;

/// <summary>Asks once and waits for the server to end the connection; another takes its place. Closed loop.</summary>
/// <remarks>An answer's latency begins when the connection is asked for.</remarks>
internal sealed class FreshConnection(LoadSession session, byte[] request, bool isFirst) : LoadConnection(session)
{
    private readonly long _begun = LoadSession.Now;

    protected override bool IsCounted => isFirst;

    protected override void OnOpened()
    {
        base.OnOpened();
        Outstanding = 1;
        Write(request.AsMemory());
    }

    protected override void OnAnswers(int count, long now) => Session.Latency.Record(now - _begun, count);

    protected override void OnClosed(CloseReason reason)
    {
        if (reason is CloseReason.PeerFinished or CloseReason.Closed && HasAnswer && !Session.IsStopping)
            Session.Replace(this, new FreshConnection(Session, request, isFirst: false));
        else base.OnClosed(reason);
    }
}
