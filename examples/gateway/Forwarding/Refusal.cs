using System.Buffers.Text;
using System.Text;
using FastCore.Net.Http;

namespace FastCore.Gateway.Forwarding;

/// <summary>The gateway's own answers.</summary>
internal static class Refusal
{
    private static readonly PreparedResponse Nothing = Prepare(401, "A token is needed.", ("WWW-Authenticate", "Bearer"));
    private static readonly PreparedResponse Invalid = Prepare(401, "The token is not good.", ("WWW-Authenticate", "Bearer error=\"invalid_token\""));
    private static readonly PreparedResponse Revoked = Prepare(401, "The token has been revoked.", ("WWW-Authenticate", "Bearer error=\"invalid_token\", error_description=\"revoked\""));

    public static void NoToken(HttpContext context) => context.Respond(Nothing);

    public static void InvalidToken(HttpContext context) => context.Respond(Invalid);

    public static void RevokedToken(HttpContext context) => context.Respond(Revoked);

    /// <summary>Answers 403, and which scopes are wanted (RFC 6750 §3).</summary>
    public static void Forbidden(HttpContext context, IReadOnlyList<string> scopes)
    {
        context.AddHeader("WWW-Authenticate", $"Bearer error=\"insufficient_scope\", scope=\"{string.Join(' ', scopes)}\"");
        Respond(context, 403, "The token does not allow this.");
    }

    /// <summary>Answers with a status and a sentence.</summary>
    public static void Respond(HttpContext context, int status, string sentence) => context.Respond(status, Encoding.ASCII.GetBytes(sentence + "\n").AsSpan(), "text/plain");

    /// <summary>The same, and when to come again (RFC 9110 §10.2.3): whole seconds, one at least.</summary>
    public static void RespondLater(HttpContext context, int status, TimeSpan wait, string sentence)
    {
        Span<byte> digits = stackalloc byte[11];
        Utf8Formatter.TryFormat((int)Math.Clamp(Math.Ceiling(wait.TotalSeconds), 1, 86_400), digits, out var length);
        context.AddHeader("Retry-After"u8, digits[..length]);
        Respond(context, status, sentence);
    }

    private static PreparedResponse Prepare(int status, string sentence, (string Name, string Value) field) =>
        PreparedResponse.Create(status, Encoding.ASCII.GetBytes(sentence + "\n"), "text/plain", field);
}
