namespace FastCore.Net.Http;

/// <summary>What a server has done and holds, summed over its reactors. With no client connected, all but the totals are zero.</summary>
/// <param name="Requests">Requests answered since the start, refused ones included.</param>
/// <param name="Refused">Requests refused because they were malformed, too large or too slow, and connections that did not begin as a proxy's must.</param>
/// <param name="Connections">Live connections, closing ones included.</param>
/// <param name="Exchanges">Requests whose handler has not ended or whose body has not been read.</param>
/// <param name="InputBuffers">Buffers that keep input for later.</param>
public readonly record struct HttpServerCounters(long Requests, long Refused, int Connections, int Exchanges, int InputBuffers);
