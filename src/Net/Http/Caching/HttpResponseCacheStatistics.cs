namespace FastCore.Net.Http.Caching;

/// <summary>What a cache holds, and what it has done since it was made.</summary>
/// <param name="Entries">How many answers it holds.</param>
/// <param name="Bytes">How many bytes their bodies have.</param>
/// <param name="Made">How often an answer was made. All other requests got one that was there.</param>
/// <param name="Failed">How often the making of one failed.</param>
/// <param name="Evicted">How many answers had to go for others.</param>
public readonly record struct HttpResponseCacheStatistics(int Entries, long Bytes, long Made, long Failed, long Evicted);
