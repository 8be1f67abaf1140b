using static FastCore.Net.Http.OptionRange;

namespace FastCore.Net.Http.Caching;

/// <summary>How long an <see cref="HttpResponseCache"/> keeps answers, and how many.</summary>
public sealed record HttpResponseCacheOptions
{
    /// <summary>How long an answer is given after it was made: a minute unless told otherwise.</summary>
    public TimeSpan Lifetime { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// How much longer an answer is given while a new one is being made, so that nobody waits for it (RFC 5861 §3, 4). None
    /// unless told otherwise: then who comes after <see cref="Lifetime"/> waits.
    /// </summary>
    public TimeSpan StaleLifetime { get; init; }

    /// <summary>How long the making of one answer may take, after which its token is cancelled. 30 seconds unless told otherwise.</summary>
    public TimeSpan MakeTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Whether the query is a part of what is asked for. Off: what follows the question mark makes no difference, so nobody fills the cache with it.</summary>
    public bool IncludesQuery { get; init; }

    /// <summary>How many answers are made at a time, from 1 to 65,536; who asks for another then gets 503. 64 unless told otherwise.</summary>
    public int MaxMakings { get; init; } = 64;

    /// <summary>How many answers are kept, from 1 to 1,048,576; where there are more, one of those that were not asked for lately goes.</summary>
    public int MaxEntries { get; init; } = 1024;

    /// <summary>How many bytes their bodies have together, from 1. An answer whose body alone has more is given and not kept.</summary>
    public long MaxBytes { get; init; } = 64L << 20;

    /// <summary>
    /// Hears why an answer could not be made anew that there was an old one of, and for what target: those who still got the old one are told nothing.
    /// Called from any thread; it must not throw.
    /// </summary>
    public Action<Exception, string>? OnError { get; init; }

    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    internal void Validate()
    {
        InRange(nameof(Lifetime), Lifetime, TimeSpan.FromMilliseconds(1), TimeSpan.FromDays(365));
        InRange(nameof(StaleLifetime), StaleLifetime, TimeSpan.Zero, TimeSpan.FromDays(365));
        InRange(nameof(MakeTimeout), MakeTimeout, TimeSpan.FromMilliseconds(1), TimeSpan.FromDays(1));
        InRange(nameof(MaxMakings), MaxMakings, 1, 1 << 16);
        InRange(nameof(MaxEntries), MaxEntries, 1, 1 << 20);
        InRange(nameof(MaxBytes), MaxBytes, 1, long.MaxValue);
    }
}
