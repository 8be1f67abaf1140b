using System.Text.Json.Serialization;

namespace FastCore.Perf.Demo;

/// <summary>The body of <c>/json</c>, made and written anew for each request, as the peer does.</summary>
internal readonly record struct Greeting([property: JsonPropertyName("message")] string Text);

[JsonSerializable(typeof(Greeting))]
internal sealed partial class DemoJson : JsonSerializerContext;
