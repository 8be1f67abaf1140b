namespace FastCore.Perf.Load;

/// <summary>Closed loop: sends the next batch when the last one is answered whole.</summary>
internal sealed class ClosedLoopConnection(LoadSession session, byte[] batch, int pipeline) : LoadConnection(session)
{
    private long _sent;

    protected override void OnOpened()
    {
        base.OnOpened();
        SendBatch(LoadSession.Now);
    }

    protected override void OnAnswers(int count, long now)
    {
        Session.Latency.Record(now - _sent, count);
        if (Outstanding == 0) SendBatch(now);
    }

    private void SendBatch(long now)
    {
        _sent = now;
        Outstanding = pipeline;
        // Never written to again, so that a long upload is sent from where it lies.
        Write(batch.AsMemory());
    }
}
