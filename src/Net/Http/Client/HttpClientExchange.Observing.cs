using System.Diagnostics;

namespace FastCore.Net.Http.Client;

// What is told of a request to those who listen: a measurement and an activity. With nobody listening, two looks.
internal sealed partial class HttpClientExchange
{
    private Activity? _activity;

    private void BeginObservation()
    {
        if (HttpPoolMetrics.Activities.HasListeners()) _activity = HttpPoolMetrics.Begin(this);
    }

    /// <summary>It has waited for a connection, for this long by the stopwatch.</summary>
    public void Observe(long waitedTicks) => _pool.Metrics?.RecordWait(this, waitedTicks);

    private void EndObservation(Exception? failure)
    {
        _pool.Metrics?.RecordRequest(this, failure);
        if (_activity == null) return;
        HttpPoolMetrics.End(_activity, this, failure);
        _activity = null;
    }
}
