namespace FastCore.Net.Tests.Http.Fuzzing;

/// <summary>All targets, by name.</summary>
internal static class FuzzTargets
{
    public static readonly string[] Names = ["request-head", "chunked-body", "response-head", "field-value", "server", "client", "proxy-header", "forwarded", "content-coding"];

    public static FuzzTarget Create(string name) => name switch
    {
        "request-head" => new RequestHeadTarget(),
        "chunked-body" => new ChunkedBodyTarget(),
        "response-head" => new ResponseHeadTarget(),
        "field-value" => new FieldValueTarget(),
        "server" => new ServerTarget(),
        "client" => new ClientTarget(),
        "proxy-header" => new ProxyHeaderTarget(),
        "forwarded" => new ForwardedTarget(),
        "content-coding" => new ContentCodingTarget(),
        _ => throw new ArgumentException($"There is no target {name}; there are {string.Join(", ", Names)}.", nameof(name)),
    };
}
