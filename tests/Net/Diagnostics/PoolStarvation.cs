using FastCore.Net.Diagnostics;

namespace FastCore.Net.Tests.Diagnostics;

/// <summary>The scenario of a process whose thread pool does nothing any more: it can still be looked at, and says so.</summary>
internal static class PoolStarvation
{
    public const string Name = "pool-starvation";

    private const int Threads = 2;

    public static void Run(string path)
    {
        using var server = ControlServer.Start(path);
        ThreadPool.SetMinThreads(1, 1);
        ThreadPool.SetMaxThreads(Math.Max(Threads, Environment.ProcessorCount), Threads);
        var gate = new ManualResetEventSlim();
        for (var i = 0; i < 200; i++) ThreadPool.UnsafeQueueUserWorkItem(static gate => gate.Wait(), gate, preferLocal: false);
        SpinWait.SpinUntil(static () => ThreadPool.ThreadCount >= Threads && ThreadPool.PendingWorkItemCount > 100);
        for (var i = 0; i < 3; i++)
        {
            using var document = ControlServerTests.Ask(path, "snapshot\n");
            var pool = document.RootElement.GetProperty("thread_pool");
            Assert.That(pool.GetProperty("queued").GetInt64(), Is.GreaterThan(100));
            Assert.That(document.RootElement.GetProperty("warnings")[0].GetString(), Does.Contain("The thread pool starves"));
        }
        gate.Set();
    }
}
