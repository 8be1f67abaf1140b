using System.Net;
using FastCore.Perf.Http;
using FastCore.Perf.Processes;
using FastCore.Perf.Results;

namespace FastCore.Perf.Collector;

/// <summary>Asks a server's <c>/gc</c> what its collector has done in a round, and whether the setting is in force before and after it.</summary>
internal sealed class GcGauge(IPEndPoint endPoint, GcSetting setting) : IServerGauge
{
    private readonly SimpleClient _client = new(endPoint);

    private long _allocatedBefore;

    public void Begin()
    {
        Ask("/gc/restart");
        _allocatedBefore = Ask("/gc").AllocatedBytes;
    }

    public IReadOnlyList<(Metric Metric, double Value)> End()
    {
        CollectorReading reading = Ask("/gc");
        int collections = reading.Generation0 + reading.Generation1 + reading.Generation2;
        double allocated = (reading.AllocatedBytes - _allocatedBefore) / (double)(1 << 20);
        return
        [
            (Metric.Generation0, reading.Generation0),
            (Metric.Generation1, reading.Generation1),
            (Metric.Generation2, reading.Generation2),
            // Where nothing was collected it is at least so much.
            (Metric.AllocatedPerCollection, allocated / Math.Max(1, collections)),
            (Metric.PauseTotal, reading.PauseTotalMilliseconds),
            (Metric.PauseP99, reading.Pauses.P99Milliseconds),
            (Metric.PauseMaximum, reading.Pauses.LongestMilliseconds),
            (Metric.HiccupMaximum, reading.Hiccups.LongestMilliseconds),
        ];
    }

    public void Dispose() => _client.Dispose();

    private CollectorReading Ask(string path)
    {
        CollectorReading reading = CollectorReading.FromJson(_client.Get(path));
        return setting.Problem(reading) is { } problem ? throw new InvalidDataException(problem) : reading;
    }
}
