using System.Security.Cryptography;
using System.Text;
using FastCore.Net.Http;

namespace FastCore.Net.Tests.Http.Fuzzing;

/// <summary>
/// The application that shows how requests were framed: every answer says, in a field since HEAD has no body, which method
/// came for which path and query, and how long its body was and which.
/// </summary>
internal static class FramingEcho
{
    public const string FieldName = "X-Seen";

    /// <summary>As much as is taken of a body.</summary>
    public const int MaxBody = 16 * 1024;

    private static readonly HttpMethod[] Methods =
        [HttpMethod.Get, HttpMethod.Head, HttpMethod.Post, HttpMethod.Put, HttpMethod.Delete, HttpMethod.Options, HttpMethod.Patch, HttpMethod.Trace, HttpMethod.Query];

    /// <summary>Bodies are small; who has been refused is listened to for longer than any test takes, on a busy machine too.</summary>
    public static HttpServerOptions Options { get; } = new() { Reactors = 1, MaxBufferedBodySize = MaxBody, MaxRequestBodySize = MaxBody, LingerTimeout = TimeSpan.FromSeconds(20) };

    public static bool Knows(string method) => Methods.Any(known => known.Method == method);

    /// <summary>What is seen of a request: its method, its path with its query unless that is empty, the length and a hash of its body.</summary>
    public static string Describe(string method, string pathAndQuery, ReadOnlySpan<byte> body) =>
        $"{method} {pathAndQuery.TrimEnd('?')} {body.Length} {Convert.ToHexStringLower(SHA256.HashData(body).AsSpan(0, 4))}";

    /// <summary>A target as it is shown: the absolute form without what it names a server by.</summary>
    public static string PathAndQuery(string target)
    {
        if (target.Length == 0 || target[0] == '/' || target == "*") return target;
        var authority = target.IndexOf("://", StringComparison.Ordinal) + 3;
        var path = target.AsSpan(authority).IndexOfAny('/', '?');
        if (path < 0) return "/";
        return target[authority + path] == '/' ? target[(authority + path)..] : "/" + target[(authority + path)..];
    }

    /// <summary>With handlers that get the body whole.</summary>
    public static void Map(HttpServer server)
    {
        foreach (var method in Methods) server.Map(method, "/{**rest}", static context => Answer(context, context.Body));
    }

    /// <summary>With handlers that read the body as it comes.</summary>
    public static void MapStreaming(HttpServer server)
    {
        foreach (var method in Methods) server.MapAsync(method, "/{**rest}", Stream);
    }

    private static async ValueTask Stream(HttpContext context)
    {
        var body = new MemoryStream();
        var buffer = new byte[13];
        int count;
        while ((count = await context.ReadBodyAsync(buffer)) > 0) body.Write(buffer, 0, count);
        Answer(context, body.GetBuffer().AsSpan(0, (int)body.Length));
    }

    private static void Answer(HttpContext context, ReadOnlySpan<byte> body)
    {
        var target = Encoding.Latin1.GetString(context.Path);
        if (context.Query.Length > 0) target += "?" + Encoding.Latin1.GetString(context.Query);
        context.AddHeader(FieldName, Describe(context.Method.Method, target, body));
        // Read for what it does with the fields alone: nobody is offered another protocol here.
        _ = context.IsWebSocketRequest;
        context.Respond(200);
    }

    /// <summary>What a client makes of the answers: what was seen, or the status where nothing was; interim answers are left out.</summary>
    public static List<string> ReadAnswers(string text)
    {
        var answers = new List<string>();
        for (var at = 0; at < text.Length;)
        {
            var end = text.IndexOf("\r\n\r\n", at, StringComparison.Ordinal);
            if (end < 0 || !text.AsSpan(at).StartsWith("HTTP/1.1 ")) throw new FuzzFailure($"The answers hold what is none: {text[at..]}");
            var head = text[at..(end + 2)];
            at = end + 4;
            var status = head.Substring(9, 3);
            if (status[0] == '1') continue;
            var seen = Field(head, FieldName);
            var isHead = seen != null && seen.StartsWith("HEAD ", StringComparison.Ordinal);
            if (!isHead && Field(head, "Content-Length") is { } length) at += int.Parse(length);
            answers.Add(seen ?? status);
        }
        return answers;
    }

    private static string? Field(string head, string name)
    {
        var at = head.IndexOf($"\r\n{name}: ", StringComparison.Ordinal);
        if (at < 0) return null;
        at += name.Length + 4;
        return head[at..head.IndexOf('\r', at)];
    }
}
