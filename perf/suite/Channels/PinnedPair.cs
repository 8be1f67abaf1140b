using FastCore.Perf.Processes;
using FastCore.Perf.Rounds;

namespace FastCore.Perf.Channels;

/// <summary>Two loops on two processors; where there is only one processor, on that.</summary>
internal sealed class PinnedPair : Workforce
{
    private readonly PinnedLoop[] _loops = [new("writer", Processor(0)), new("reader", Processor(1))];

    internal override Task Start(int worker, Func<Task> work) => _loops[worker].Start(work);

    public override void Dispose()
    {
        foreach (PinnedLoop loop in _loops) loop.Dispose();
    }

    private static int Processor(int index)
    {
        int[] allowed = CpuPinning.Allowed();
        return allowed[Math.Min(index, allowed.Length - 1)];
    }
}
