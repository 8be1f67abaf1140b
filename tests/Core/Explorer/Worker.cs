namespace FastCore.Tests.Explorer;

/// <summary>The real thread that runs one model thread's bodies, execution after execution. It works only while it has the baton.</summary>
internal sealed class Worker : IDisposable
{
    private readonly Thread _thread;
    /// <summary>Waiting for it takes no processor time: where others want that too, a yield would hand each of them a turn.</summary>
    private readonly AutoResetEvent _baton = new(false);

    private Action? _run;
    private bool _isStopping;

    internal Worker(int index)
    {
        _thread = new Thread(Loop) { IsBackground = true, Name = $"model thread {(char)('a' + index)}" };
        _thread.Start();
    }

    internal void Assign(Action run) => _run = run;

    internal void GiveBaton() => _baton.Set();

    internal void AwaitBaton() => _baton.WaitOne();

    public void Dispose()
    {
        _isStopping = true;
        GiveBaton();
        _thread.Join();
        _baton.Dispose();
    }

    private void Loop()
    {
        while (true)
        {
            AwaitBaton();
            if (_isStopping) return;
            _run!();
        }
    }
}
