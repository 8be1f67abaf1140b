using System.Diagnostics;

namespace FastCore.Perf.Processes;

/// <summary>How much of a stretch of time others had of the processors that this process may use.</summary>
internal readonly struct OtherWork
{
    /// <summary>Above this share a figure needs the warning.</summary>
    internal const double Much = 0.15;

    private readonly ProcessorTime[] _processors;

    private readonly TimeSpan _own;

    private readonly long _started;

    private OtherWork(int[] processors) =>
        (_processors, _own, _started) = ([.. processors.Select(ProcessorTime.Begin)], Environment.CpuUsage.TotalTime, Stopwatch.GetTimestamp());

    /// <summary>Begins a stretch.</summary>
    internal static OtherWork Begin() => new(CpuPinning.Allowed());

    /// <summary>The share of all of them, until now.</summary>
    internal double Share()
    {
        double busy = (Environment.CpuUsage.TotalTime - _own) / Stopwatch.GetElapsedTime(_started) / _processors.Length;
        return _processors.Average(processor => processor.TakenByOthers(busy));
    }
}
