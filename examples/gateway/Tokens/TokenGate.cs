using System.Text;
using FastCore.Gateway.Configuration;
using FastCore.Gateway.Revocation;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace FastCore.Gateway.Tokens;

/// <summary>Says whether a token is good: signature, issuer, audience and times (RFC 7519), each token once until it expires.</summary>
/// <remarks>Any thread may use it. Revocation is not its business: who it finds good is looked up with each request.</remarks>
internal sealed class TokenGate
{
    private readonly TokenSettings _settings;
    private readonly TimeProvider _time;
    private readonly TokenCache _cache;
    private readonly JsonWebTokenHandler _handler = new();
    private TokenValidationParameters _parameters;
    private long _hits;
    private long _checks;
    private long _refusals;

    /// <exception cref="ConfigurationException">The keys can't be read.</exception>
    public TokenGate(TokenSettings settings, TimeProvider time)
    {
        _settings = settings;
        _time = time;
        _cache = new TokenCache(settings.CacheEntries);
        _parameters = ReadParameters();
    }

    /// <summary>Tokens whose check was remembered.</summary>
    public long Hits => Volatile.Read(ref _hits);

    /// <summary>Tokens that were checked.</summary>
    public long Checks => Volatile.Read(ref _checks);

    /// <summary>Those of them that were not good.</summary>
    public long Refusals => Volatile.Read(ref _refusals);

    /// <summary>Reads the keys again. What was checked with the old ones is checked again.</summary>
    /// <exception cref="ConfigurationException">They can't be read; the old ones stay in force.</exception>
    public void ReloadKeys() => Volatile.Write(ref _parameters, ReadParameters());

    /// <summary>The token, if its check is remembered and it has not expired.</summary>
    public AcceptedToken? Find(ReadOnlySpan<byte> token)
    {
        var known = _cache.Find(token);
        if (known == null || known.Keys != Volatile.Read(ref _parameters) || known.Expires <= Now) return null;
        Interlocked.Increment(ref _hits);
        return known;
    }

    /// <summary>Checks a token; null if it is not good.</summary>
    public async ValueTask<AcceptedToken?> CheckAsync(byte[] token)
    {
        Interlocked.Increment(ref _checks);
        var parameters = Volatile.Read(ref _parameters);
        var result = await _handler.ValidateTokenAsync(Encoding.Latin1.GetString(token), parameters);
        if (!result.IsValid || result.SecurityToken is not JsonWebToken good)
        {
            Interlocked.Increment(ref _refusals);
            return null;
        }
        var expires = new DateTimeOffset(good.ValidTo, TimeSpan.Zero).ToUnixTimeSeconds() + (long)_settings.ClockSkewSeconds;
        var id = string.IsNullOrEmpty(good.Id) ? TokenId.OfToken(token) : TokenId.Of(good.Id);
        var accepted = new AcceptedToken(token, expires, id, ScopesOf(good), parameters);
        _cache.Add(accepted, Now);
        return accepted;
    }

    private static string[] ScopesOf(JsonWebToken token) =>
        [.. token.Claims.Where(static claim => claim.Type is "scope" or "scp").SelectMany(static claim => claim.Value.Split(' ', StringSplitOptions.RemoveEmptyEntries))];

    private long Now => _time.GetUtcNow().ToUnixTimeSeconds();

    private TokenValidationParameters ReadParameters() => new()
    {
        IssuerSigningKeys = ReadKeys(),
        ValidIssuer = _settings.Issuer,
        ValidAudience = _settings.Audience,
        ValidAlgorithms = [.. _settings.Algorithms],
        RequireExpirationTime = true,
        RequireSignedTokens = true,
        LifetimeValidator = (notBefore, expires, _, _) => IsInTime(notBefore, expires),
    };

    private bool IsInTime(DateTime? notBefore, DateTime? expires)
    {
        var now = _time.GetUtcNow().UtcDateTime;
        var skew = TimeSpan.FromSeconds(_settings.ClockSkewSeconds);
        return expires is { } end && now < end + skew && (notBefore is not { } begin || now >= begin - skew);
    }

    private List<SecurityKey> ReadKeys()
    {
        try
        {
            // Not GetSigningKeys, which leaves out the symmetric ones.
            var keys = new JsonWebKeySet(File.ReadAllText(_settings.Keys)).Keys.Where(static key => key.Use is null or "" or "sig").ToList<SecurityKey>();
            return keys.Count > 0 ? keys : throw new ConfigurationException($"{_settings.Keys} holds no key that signs.");
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new ConfigurationException($"tokens.keys can't be used: {refused.Message}", refused);
        }
    }
}
