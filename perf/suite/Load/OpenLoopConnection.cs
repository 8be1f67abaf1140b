namespace FastCore.Perf.Load;

/// <summary>Open loop: sends when the pacer says so, and tells it when it can take more.</summary>
internal sealed class OpenLoopConnection(LoadSession session, Pacer pacer, byte[] request, int pipeline) : LoadConnection(session)
{
    // When each request in flight was due and when it was sent, in the order of the answers.
    private readonly (long Due, long Sent)[] _inFlight = new (long, long)[pipeline];
    private int _first;

    /// <summary>Whether it stands in the pacer's queue; the pacer's.</summary>
    public bool IsQueued { get; set; }

    public bool CanSend => IsOpen && Outstanding < pipeline;

    public void Send(long due, long now)
    {
        _inFlight[(_first + Outstanding) % pipeline] = (due, now);
        Outstanding++;
        Write(request.AsSpan());
    }

    protected override void OnOpened()
    {
        base.OnOpened();
        // The first answer says that the connection works; only then is it given its share.
        Send(LoadSession.Now, LoadSession.Now);
    }

    protected override void OnAnswers(int count, long now)
    {
        for (var i = 0; i < count; i++)
        {
            var (due, sent) = _inFlight[_first];
            _first = (_first + 1) % pipeline;
            Session.Latency.Record(now - due, 1);
            pacer.ServiceTime.Record(now - sent, 1);
        }
        pacer.Offer(this, now);
    }
}
