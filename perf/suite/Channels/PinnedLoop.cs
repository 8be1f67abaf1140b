using System.Collections.Concurrent;
using FastCore.Perf.Processes;

namespace FastCore.Perf.Channels;

/// <summary>
/// A thread bound to one processor that runs asynchronous code: what is awaited there goes on there, as on an event loop.
/// </summary>
internal sealed class PinnedLoop : SynchronizationContext, IDisposable
{
    private readonly BlockingCollection<(SendOrPostCallback Callback, object? State)> _posted = [];

    private readonly Thread _thread;

    internal PinnedLoop(string name, int processor)
    {
        _thread = new Thread(() => Run(processor)) { Name = name, IsBackground = true };
        _thread.Start();
    }

    public override void Post(SendOrPostCallback d, object? state) => _posted.Add((d, state));

    /// <summary>Starts the work on the loop's thread.</summary>
    internal Task Start(Func<Task> work)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Post(_ => Follow(work, done), null);
        return done.Task;
    }

    public void Dispose()
    {
        _posted.CompleteAdding();
        _thread.Join();
        _posted.Dispose();
    }

    private static async void Follow(Func<Task> work, TaskCompletionSource done)
    {
        try
        {
            await work();
            done.SetResult();
        }
        catch (Exception error)
        {
            done.SetException(error);
        }
    }

    private void Run(int processor)
    {
        CpuPinning.PinThread(processor);
        SetSynchronizationContext(this);
        foreach ((SendOrPostCallback callback, object? state) in _posted.GetConsumingEnumerable()) callback(state);
    }
}
