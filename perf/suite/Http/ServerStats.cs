using System.Net;
using System.Text.Json;

namespace FastCore.Perf.Http;

/// <summary>Asks a server's <c>/stats</c> what its collector has handed out.</summary>
internal sealed class ServerStats(IPEndPoint endPoint) : IDisposable
{
    private readonly SimpleClient _client = new(endPoint);
    private long _costOfAsking;

    /// <summary>Finds out what one question itself allocates, and returns the count to begin from.</summary>
    public long Begin()
    {
        var first = AllocatedBytes();
        var second = AllocatedBytes();
        _costOfAsking = second - first;
        return second;
    }

    /// <summary>Bytes allocated since <see cref="Begin"/> returned <paramref name="start"/>, the question not counted.</summary>
    public long AllocatedSince(long start) => Math.Max(0, AllocatedBytes() - start - _costOfAsking);

    public void Dispose() => _client.Dispose();

    private long AllocatedBytes()
    {
        using var document = JsonDocument.Parse(_client.Get("/stats"));
        return document.RootElement.GetProperty("allocated_bytes").GetInt64();
    }
}
