using System.Runtime.CompilerServices;
using FastCore.Net.Transport;

namespace FastCore.Net.Http.Client;

/// <summary>Awaited, it goes on on the reactor's thread; on any if the reactor has stopped, when nothing is left to be guarded.</summary>
internal readonly struct ReactorHop(Reactor reactor) : ICriticalNotifyCompletion
{
    public bool IsCompleted => false;

    public ReactorHop GetAwaiter() => this;

    public void OnCompleted(Action continuation) => UnsafeOnCompleted(continuation);

    public void UnsafeOnCompleted(Action continuation)
    {
        if (!reactor.TryPost(static resume => ((Action)resume!)(), continuation))
            ThreadPool.UnsafeQueueUserWorkItem(static resume => resume(), continuation, preferLocal: false);
    }

    public void GetResult() { }
}
