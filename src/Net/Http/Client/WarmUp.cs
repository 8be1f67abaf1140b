namespace FastCore.Net.Http.Client;

/// <summary>Connections that are opened before they are needed. On the reactor's thread, but for its task.</summary>
internal sealed class WarmUp
{
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Exception? _failure;
    private int _left;

    public Task Task => _done.Task;

    public void Expect(int count)
    {
        _left = count;
        if (count == 0) _done.TrySetResult();
    }

    /// <summary>One of them is open, or will not be.</summary>
    public void End(Exception? failure)
    {
        _failure ??= failure;
        if (--_left > 0) return;
        if (_failure == null) _done.TrySetResult();
        else _done.TrySetException(_failure);
    }
}
