using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace FastCore.Perf.Kestrel;

/// <summary>The answers of the peer.</summary>
/// <remarks>
/// Bodies go into the response's <see cref="System.IO.Pipelines.PipeWriter"/> without a flush of their own: measured
/// beside <c>Body.WriteAsync</c>, that is about 3 % faster one request at a time and level with it when pipelined. Large ones
/// go with <c>Body.WriteAsync</c>, which hands them on to the transport as it takes them; the file goes with
/// <c>SendFileAsync</c>, as the middleware for static files would send it.
/// </remarks>
internal sealed class Responses(string? folder)
{
    private static readonly byte[] Zeros = new byte[1 << 20];

    private static readonly byte[] Text = "Hello, World!"u8.ToArray();

    [ThreadStatic]
    private static Utf8JsonWriter? _writer;

    public Task Answer(HttpContext context)
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
            case "/bytes/65536":
                return Send(response, Zeros.AsMemory(0, 65_536));
            case "/bytes/1048576":
                return Send(response, Zeros);
            case "/64k.bin" when folder != null:
                var file = new FileInfo(Path.Combine(folder, "64k.bin"));
                response.ContentType = "application/octet-stream";
                response.ContentLength = file.Length;
                return response.SendFileAsync(file.FullName, 0, file.Length);
            case "/upload":
                return CountBody(context);
            case "/stats":
                return response.WriteAsJsonAsync(Stats.Now(), PeerJson.Default.Stats);
            default:
                response.StatusCode = StatusCodes.Status404NotFound;
                response.ContentLength = 0;
                break;
        }

        return Task.CompletedTask;
    }

    private static Task Send(HttpResponse response, ReadOnlyMemory<byte> body)
    {
        response.ContentType = "application/octet-stream";
        response.ContentLength = body.Length;
        return response.Body.WriteAsync(body).AsTask();
    }

    private static async Task CountBody(HttpContext context)
    {
        var reader = context.Request.BodyReader;
        long total = 0;
        while (true)
        {
            var read = await reader.ReadAsync();
            total += read.Buffer.Length;
            reader.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted) break;
        }
        var text = Encoding.ASCII.GetBytes(total.ToString(CultureInfo.InvariantCulture));
        context.Response.ContentType = "text/plain";
        context.Response.ContentLength = text.Length;
        context.Response.BodyWriter.Write(text);
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
