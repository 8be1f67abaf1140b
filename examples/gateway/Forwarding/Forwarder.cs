using System.Buffers.Text;
using System.Runtime.CompilerServices;
using FastCore.Gateway.Revocation;
using FastCore.Gateway.Routing;
using FastCore.Gateway.Tokens;
using FastCore.Net.Http;

namespace FastCore.Gateway.Forwarding;

/// <summary>
/// The handler of a route: looks whether a request may pass, and passes it on (<c>Forwarder.Passing.cs</c>). Everything happens on the
/// reactor that the request came in on.
/// </summary>
/// <remarks>
/// The order is: path, token, revocation, scope, rate, number at once, breaker. Who has no good token uses up nobody's rate.
/// What is decided without waiting costs no allocation.
/// </remarks>
internal sealed partial class Forwarder(GatewayRoute route, TokenGate? tokens, RevocationList revoked, ForwardedRequests requests)
{
    private readonly RouteCounters _counters = route.Counters;

    /// <summary>Answers a request.</summary>
    public ValueTask HandleAsync(HttpContext context)
    {
        if (!PathRules.IsNormal(context.Path))
        {
            Refuse(Verdict.BadRequest);
            Refusal.Respond(context, 400, "The path is not in normal form: send it without dot segments, doubled slashes, backslashes and needless escapes.");
            return default;
        }
        var forwards = -1;
        if (context.Method == HttpMethod.Options && !TakeForwards(context, out forwards)) return default;
        if (route.Settings.RequireToken)
        {
            var token = BearerToken.Of(context.Headers);
            if (token.IsEmpty)
            {
                Refuse(Verdict.Unauthorized);
                Refusal.NoToken(context);
                return default;
            }
            if (tokens!.Find(token) is not { } known) return CheckAndPassAsync(context, token.ToArray(), forwards);
            if (!IsAllowed(context, known)) return default;
        }
        return HasRoom(context) ? PassAsync(context, forwards) : default;
    }

    private async ValueTask CheckAndPassAsync(HttpContext context, byte[] token, int forwards)
    {
        if (await tokens!.CheckAsync(token) is not { } good)
        {
            Refuse(Verdict.Unauthorized);
            Refusal.InvalidToken(context);
            return;
        }
        if (IsAllowed(context, good) && HasRoom(context)) await PassAsync(context, forwards);
    }

    private bool IsAllowed(HttpContext context, AcceptedToken token)
    {
        if (revoked.Contains(token.Id))
        {
            Refuse(Verdict.Revoked);
            Refusal.RevokedToken(context);
            return false;
        }
        if (token.Allows(route.Settings.Scopes)) return true;
        Refuse(Verdict.Forbidden);
        Refusal.Forbidden(context, route.Settings.Scopes);
        return false;
    }

    /// <summary>Takes a place among the requests under way, which <see cref="PassAsync"/> gives back.</summary>
    private bool HasRoom(HttpContext context)
    {
        if (route.Rate != null && !route.Rate.TryEnter(out var wait))
        {
            Refuse(Verdict.RateLimited);
            Refusal.RespondLater(context, 429, wait, "Too many requests a second.");
            return false;
        }
        if (route.InFlight.TryEnter()) return true;
        Refuse(Verdict.Overloaded);
        Refusal.RespondLater(context, 503, TimeSpan.FromSeconds(1), "Too many requests at once.");
        return false;
    }

    /// <summary>Takes one off the Max-Forwards field of OPTIONS; at zero the gateway itself is meant (RFC 9110 §7.6.2).</summary>
    private bool TakeForwards(HttpContext context, out int forwards)
    {
        forwards = -1;
        if (!context.TryGetHeader("Max-Forwards"u8, out var value)) return true;
        if (!Utf8Parser.TryParse(value, out uint left, out var used) || used != value.Length)
        {
            Refuse(Verdict.BadRequest);
            Refusal.Respond(context, 400, "The Max-Forwards field is not a number.");
            return false;
        }
        if (left > 0)
        {
            forwards = (int)Math.Min(left - 1, int.MaxValue);
            return true;
        }
        _counters.Count(Verdict.Forwarded);
        context.AddHeader("Allow"u8, route.AllowedMethods);
        context.Respond(204);
        return false;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Refuse(Verdict verdict) => _counters.Count(verdict);
}
