using System.Diagnostics.Metrics;
using System.Net;
using System.Text.Json;
using FastCore.Gateway.Configuration;
using FastCore.Gateway.Observing;
using FastCore.Gateway.Revocation;

namespace FastCore.Gateway.Tests;

/// <summary>What the gateway tells of itself, and what it is told.</summary>
[TestFixture]
internal sealed class AdminTests : GatewayTest
{
    private async Task<Gateway> StartWithAdminAsync()
    {
        var gateway = await StartAsync(new GatewayConfiguration { Admin = "127.0.0.1:0", Routes = [Open(Upstream(MapEcho))] });
        Assert.That((await AskAsync(gateway, "/")).Status, Is.EqualTo(200));
        Assert.That((await AskAsync(gateway, "/a//b")).Status, Is.EqualTo(400));
        return gateway;
    }

    [Test]
    public async Task The_state_is_shown()
    {
        var gateway = await StartWithAdminAsync();
        using var status = JsonDocument.Parse(await Client.GetStringAsync($"http://{gateway.AdminEndPoint}/status"));
        var route = status.RootElement.GetProperty("routes")[0];
        Assert.That(route.GetProperty("requests").GetProperty("forwarded").GetInt64(), Is.EqualTo(1));
        Assert.That(route.GetProperty("requests").GetProperty("bad_request").GetInt64(), Is.EqualTo(1));
        Assert.That(route.GetProperty("destinations")[0].GetProperty("breaker").GetString(), Is.EqualTo("closed"));
        Assert.That(status.RootElement.GetProperty("revocation").GetProperty("filterBytes").GetInt64(), Is.Positive);
    }

    [Test]
    public async Task Tokens_are_revoked()
    {
        var gateway = await StartWithAdminAsync();
        using var revoked = await Client.PostAsync($"http://{gateway.AdminEndPoint}/revocations", new StringContent("""{"id":"t-9","expires":99999999999}"""));
        Assert.That(revoked.StatusCode, Is.EqualTo(HttpStatusCode.NoContent));
        Assert.That((gateway.Revoked.Contains(TokenId.Of("t-9")), gateway.Revoked.Contains(TokenId.Of("t-8"))), Is.EqualTo((true, false)));
    }

    [TestCase("")]
    [TestCase("null")]
    [TestCase("""{"id":"a"}""")]
    [TestCase("""{"id":"","expires":1}""")]
    [TestCase("""{"id":"a","expires":1,"why":"x"}""")]
    public async Task A_revocation_that_is_none_is_refused(string body)
    {
        var gateway = await StartWithAdminAsync();
        using var refused = await Client.PostAsync($"http://{gateway.AdminEndPoint}/revocations", new StringContent(body));
        Assert.That(refused.StatusCode, Is.EqualTo(HttpStatusCode.BadRequest));
    }

    [Test]
    public async Task Readiness_is_told()
    {
        var gateway = await StartWithAdminAsync();
        Assert.That(await Client.GetStringAsync($"http://{gateway.EndPoint}{AdminPages.ReadinessPath}"), Is.EqualTo("ready\n"));
        Assert.That(await Client.GetStringAsync($"http://{gateway.AdminEndPoint}/live"), Is.EqualTo("live\n"));
    }

    [Test]
    public async Task The_meters_tell_it_by_name()
    {
        var gateway = await StartWithAdminAsync();
        var seen = new Dictionary<string, double>();
        using var listener = new MeterListener
        {
            InstrumentPublished = static (instrument, listener) =>
            {
                if (instrument.Meter.Name == GatewayMetrics.MeterName) listener.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, _, _) => seen[instrument.Name] = seen.GetValueOrDefault(instrument.Name) + value);
        listener.SetMeasurementEventCallback<int>((instrument, value, _, _) => seen[instrument.Name] = seen.GetValueOrDefault(instrument.Name) + value);
        listener.Start();
        listener.RecordObservableInstruments();
        Assert.That(seen.Keys, Is.SupersetOf((string[])
        [
            "fastcore.gateway.requests", "fastcore.gateway.active_requests", "fastcore.gateway.upstream.requests", "fastcore.gateway.upstream.failures",
            "fastcore.gateway.upstream.active_requests", "fastcore.gateway.breaker.state", "fastcore.gateway.breaker.openings",
            "fastcore.gateway.revocation.entries", "fastcore.gateway.revocation.false_positives", "fastcore.gateway.revocation.filter.size",
        ]));
        Assert.That((seen["fastcore.gateway.requests"], seen["fastcore.gateway.upstream.requests"]), Is.EqualTo((2.0, 1.0)));
        Assert.That(gateway.Revoked.Count, Is.Zero);
    }
}
