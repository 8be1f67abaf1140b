using FastCore.Perf.Processes;

namespace FastCore.Perf.Channels;

/// <summary>Two loops on two processors; where there is only one processor, on that.</summary>
internal sealed class PinnedPair : IDisposable
{
    private readonly PinnedLoop _first = new("writer", Processor(0));

    private readonly PinnedLoop _second = new("reader", Processor(1));

    /// <summary>Runs both to their ends.</summary>
    internal void Run(Func<Task> first, Func<Task> second) => Task.WaitAll(_first.Start(first), _second.Start(second));

    public void Dispose()
    {
        _first.Dispose();
        _second.Dispose();
    }

    private static int Processor(int index)
    {
        int[] allowed = CpuPinning.Allowed();
        return allowed[Math.Min(index, allowed.Length - 1)];
    }
}
