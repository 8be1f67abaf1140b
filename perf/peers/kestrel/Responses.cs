using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace FastCore.Perf.Kestrel;

/// <summary>The three answers of the peer.</summary>
/// <remarks>
/// Bodies go into the response's <see cref="System.IO.Pipelines.PipeWriter"/> without a flush of their own: measured
/// beside <c>Body.WriteAsync</c>, that is about 3 % faster one request at a time and level with it when pipelined.
/// </remarks>
internal static class Responses
{
    private static readonly byte[] Text = "Hello, World!"u8.ToArray();

    [ThreadStatic]
    private static Utf8JsonWriter? _writer;

    public static Task Answer(HttpContext context)
    {
        var response = context.Response;
        switch (context.Request.Path.Value)
        {
            case "/plaintext":
                response.ContentType = "text/plain";
                response.ContentLength = Text.Length;
                response.BodyWriter.Write(Text);
                break;
            case "/json":
                response.ContentType = "application/json";
                response.ContentLength = 27;
                WriteJson(response.BodyWriter, new Message("Hello, World!"));
                break;
            case "/stats":
                return response.WriteAsJsonAsync(Stats.Now(), PeerJson.Default.Stats);
            default:
                response.StatusCode = StatusCodes.Status404NotFound;
                response.ContentLength = 0;
                break;
        }

        return Task.CompletedTask;
    }

    private static void WriteJson(IBufferWriter<byte> output, Message message)
    {
        var writer = _writer ??= new Utf8JsonWriter(output, new JsonWriterOptions { SkipValidation = true });
        writer.Reset(output);
        JsonSerializer.Serialize(writer, message, PeerJson.Default.Message);
    }
}

/// <summary>The body of <c>/json</c>.</summary>
internal readonly record struct Message([property: JsonPropertyName("message")] string Text);

/// <summary>What the collector has done since the start, for the bench's figure of bytes allocated per request.</summary>
internal sealed record Stats(
    [property: JsonPropertyName("allocated_bytes")] long AllocatedBytes,
    [property: JsonPropertyName("gen0")] int Gen0,
    [property: JsonPropertyName("gen1")] int Gen1,
    [property: JsonPropertyName("gen2")] int Gen2,
    [property: JsonPropertyName("pause_ms")] double PauseMilliseconds)
{
    public static Stats Now() => new(
        GC.GetTotalAllocatedBytes(precise: true),
        GC.CollectionCount(0),
        GC.CollectionCount(1),
        GC.CollectionCount(2),
        GC.GetTotalPauseDuration().TotalMilliseconds);
}

[JsonSerializable(typeof(Message))]
[JsonSerializable(typeof(Stats))]
internal sealed partial class PeerJson : JsonSerializerContext;
