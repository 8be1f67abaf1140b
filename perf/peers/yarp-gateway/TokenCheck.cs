using System.Collections.Concurrent;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace FastCore.Perf.YarpGateway;

/// <summary>
/// The token check before the proxy: a middleware that asks the same library as our gateway, and remembers what it found good until it
/// expires. ASP.NET Core's own authentication (AddJwtBearer) checks the signature of each request's token and builds the user's claims; to
/// leave that out makes the peer faster than what most people run, and the comparison one of gateways, not of signatures.
/// </summary>
internal sealed class TokenCheck
{
    private const int MaxRemembered = 64 * 1024;
    private const string Scheme = "Bearer ";

    private readonly JsonWebTokenHandler _handler = new();
    private readonly TokenValidationParameters _parameters;
    private readonly ConcurrentDictionary<string, Remembered> _remembered = new();

    // What has been revoked, by jti; looked up with each request, as ours does.
    private readonly ConcurrentDictionary<string, byte> _revoked = new();

    private sealed record Remembered(DateTime Expires, string Id);

    private TokenCheck(TokenValidationParameters parameters) => _parameters = parameters;

    public static async Task<TokenCheck> CreateAsync(GatewayOptions options) => new(new TokenValidationParameters
    {
        IssuerSigningKeys = new JsonWebKeySet(await File.ReadAllTextAsync(options.Keys)).Keys,
        ValidIssuer = options.Issuer,
        ValidAudience = options.Audience,
    });

    public Task RunAsync(HttpContext context, RequestDelegate next)
    {
        if (!context.Request.Path.StartsWithSegments("/api")) return next(context);
        var field = context.Request.Headers.Authorization;
        if (field is [{ } value] && value.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            var token = value[Scheme.Length..];
            if (!_remembered.TryGetValue(token, out var known) || known.Expires <= DateTime.UtcNow) return CheckAsync(context, next, token);
            if (!_revoked.ContainsKey(known.Id)) return next(context);
        }
        context.Response.StatusCode = StatusCodes.Status401Unauthorized;
        return Task.CompletedTask;
    }

    private async Task CheckAsync(HttpContext context, RequestDelegate next, string token)
    {
        var result = await _handler.ValidateTokenAsync(token, _parameters);
        if (!result.IsValid || result.SecurityToken is not JsonWebToken good || _revoked.ContainsKey(good.Id))
        {
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
            return;
        }
        if (_remembered.Count >= MaxRemembered) _remembered.Clear();
        _remembered[token] = new Remembered(good.ValidTo, good.Id);
        await next(context);
    }
}
