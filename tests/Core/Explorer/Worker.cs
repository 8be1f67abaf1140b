namespace FastCore.Tests.Explorer;

/// <summary>The real thread that runs one model thread's bodies, execution after execution. It works only while it has the baton.</summary>
internal sealed class Worker : IDisposable
{
    private readonly Thread _thread;
    private readonly SemaphoreSlim _baton = new(0);
    private Action? _run;
    private bool _isStopping;

    internal Worker(int index)
    {
        _thread = new Thread(Loop) { IsBackground = true, Name = $"model thread {(char)('a' + index)}" };
        _thread.Start();
    }

    internal void Assign(Action run) => _run = run;

    internal void GiveBaton() => _baton.Release();

    internal void AwaitBaton() => _baton.Wait();

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
