using System.Diagnostics;
using System.Diagnostics.Metrics;
using FastCore.Net.Http.Client;

namespace FastCore.Net.Tests.Http.Client;

/// <summary>What a pool tells those who listen.</summary>
[TestFixture]
internal sealed class MetricsTests
{
    private const string Hi = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi";

    [Test]
    public void RequestsAndWaitsAreMeasured()
    {
        using var conversation = new ClientConversation();
        using var metrics = new HttpPoolMetrics(conversation.Pool);
        using var listener = new MeterListener();
        var told = new List<string>();
        listener.InstrumentPublished = (instrument, listening) =>
        {
            if (instrument.Meter.Name == HttpPoolMetrics.MeterName) listening.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => told.Add($"{instrument.Name} {instrument.Unit} {value >= 0} {Text(tags)}"));
        listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => told.Add($"{instrument.Name} {value} {Text(tags)}"));
        listener.Start();

        var fetch = conversation.Fetch();
        var connection = conversation.Accept();
        conversation.Sent();
        listener.RecordObservableInstruments();
        conversation.Send(connection, Hi);
        Assert.That(fetch.IsCompleted);
        listener.RecordObservableInstruments();
        const string Host = "server.address=127.0.0.1,server.port=81,url.scheme=http";
        Assert.That(told, Is.EqualTo(new[]
        {
            $"http.client.request.time_in_queue s True http.request.method=GET,{Host}",
            "http.client.open_connections 1 http.connection.state=active",
            "http.client.open_connections 0 http.connection.state=idle",
            $"http.client.request.duration s True http.request.method=GET,{Host},http.response.status_code=200,network.protocol.version=1.1",
            "http.client.open_connections 0 http.connection.state=active",
            "http.client.open_connections 1 http.connection.state=idle",
        }));

        told.Clear();
        var cut = conversation.Fetch(new HttpClientRequest(HttpMethod.Post, "/"));
        conversation.Sent();
        conversation.Reactor.FinishPeer(connection);
        Assert.That(ClientConversation.Now(cut), Is.EqualTo("ResponseEnded"));
        Assert.That(told, Is.EqualTo(new[] { $"http.client.request.duration s True http.request.method=POST,{Host},error.type=ResponseEnded" }));
        Assert.That(() => new HttpPoolMetrics(conversation.Pool), Throws.InvalidOperationException);
    }

    [Test]
    public void ARequestIsAnActivity()
    {
        var ended = new List<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = static source => source.Name == HttpPoolMetrics.ActivitySourceName,
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = ended.Add,
        };
        ActivitySource.AddActivityListener(listener);
        using var conversation = new ClientConversation();
        using var parent = new Activity("parent").Start();
        var fetch = conversation.Fetch();
        Assert.That(Activity.Current, Is.SameAs(parent));
        var connection = conversation.Accept();
        conversation.Sent();
        conversation.Send(connection, "HTTP/1.1 503 Later\r\nContent-Length: 0\r\n\r\n");
        Assert.That(fetch.IsCompleted);
        var activity = ended.Single();
        Assert.That((activity.DisplayName, activity.Kind, activity.Parent), Is.EqualTo(("GET", ActivityKind.Client, parent)));
        Assert.That(activity.TagObjects.Select(static tag => $"{tag.Key}={tag.Value}"), Is.SupersetOf(new[] { "server.port=81", "http.response.status_code=503", "error.type=503" }));
        Assert.That(activity.Status, Is.EqualTo(ActivityStatusCode.Error));
    }

    private static string Text(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var parts = new List<string>();
        foreach (var tag in tags) parts.Add($"{tag.Key}={tag.Value}");
        return string.Join(',', parts);
    }
}
