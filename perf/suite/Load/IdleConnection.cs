namespace FastCore.Perf.Load;

/// <summary>Asks once and stays open.</summary>
internal sealed class IdleConnection(LoadSession session, byte[] request) : LoadConnection(session)
{
    protected override void OnOpened()
    {
        base.OnOpened();
        Outstanding = 1;
        Write(request.AsSpan());
    }

    protected override void OnAnswers(int count, long now) => ClearDeadline();
}
