using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using FastCore.Net.Http.Server;

namespace FastCore.Net.Http;

// Bodies in JSON (RFC 8259). Types are described by source generated code, so that nothing is found out by reflection.
public readonly partial struct HttpContext
{
    private const string JsonType = "application/json";

    // What is set aside for a body before it has come lies between these, whatever length its head tells.
    private const int SmallBody = 512;
    private const int LargeBody = 64 * 1024;

    /// <summary>Answers with <paramref name="value"/> in JSON.</summary>
    /// <remarks>Allocates nothing but what the value's converters do. The answer begins when the value has been written whole: one that can't be written is no half answer, but a failure of the handler.</remarks>
    /// <param name="value">The value.</param>
    /// <param name="type">What describes its type, of a <see cref="System.Text.Json.Serialization.JsonSerializerContext"/>.</param>
    /// <param name="status">The status code, from 200 to 599.</param>
    /// <exception cref="JsonException">The value can't be written.</exception>
    /// <exception cref="NotSupportedException">The value holds one of a type that <paramref name="type"/> does not describe.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The status is not that of a final response.</exception>
    /// <exception cref="ArgumentException">The status has no body.</exception>
    /// <exception cref="InvalidOperationException">The request has been answered, or the value is too deep, as one that holds itself is.</exception>
    public void RespondJson<T>(T value, JsonTypeInfo<T> type, int status = 200)
    {
        ArgumentNullException.ThrowIfNull(type);
        // Before the value's own code runs.
        Live();
        var scratch = JsonScratch.Take();
        try
        {
            Respond(status, scratch.Write(value, type), JsonType);
        }
        finally
        {
            scratch.Return();
        }
    }

    /// <summary>The whole body read as JSON, for handlers mapped with <see cref="HttpServer.Map"/>. The media type is not looked at.</summary>
    /// <param name="type">What describes the value's type, of a <see cref="System.Text.Json.Serialization.JsonSerializerContext"/>.</param>
    /// <returns>The value; <see langword="null"/> if the text is that.</returns>
    /// <exception cref="JsonException">The body is no JSON, or none of that type. Answer 400; else the server answers 500.</exception>
    /// <exception cref="InvalidOperationException">The handler is asynchronous and reads the body itself.</exception>
    public T? ReadJson<T>(JsonTypeInfo<T> type)
    {
        ArgumentNullException.ThrowIfNull(type);
        return JsonSerializer.Deserialize(Body, type);
    }

    /// <summary>Reads the body to its end and as JSON, for handlers mapped with <see cref="HttpServer.MapAsync"/>. The media type is not looked at.</summary>
    /// <param name="type">What describes the value's type, of a <see cref="System.Text.Json.Serialization.JsonSerializerContext"/>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The value; <see langword="null"/> if the text is that.</returns>
    /// <exception cref="JsonException">The body is no JSON, or none of that type. Answer 400; else the server answers 500.</exception>
    /// <exception cref="OperationCanceledException">The wait was cancelled.</exception>
    /// <exception cref="HttpRequestRejectedException">The body is malformed, too large, too slow or ended too early.</exception>
    /// <exception cref="IOException">The connection has ended.</exception>
    /// <exception cref="InvalidOperationException">The handler is not asynchronous.</exception>
    public async ValueTask<T?> ReadJsonAsync<T>(JsonTypeInfo<T> type, CancellationToken cancellationToken = default)
    {
        // Not with the serializer's own reading, which would go on on another thread than the reactor's.
        ArgumentNullException.ThrowIfNull(type);
        var buffer = ArrayPool<byte>.Shared.Rent((int)Math.Clamp(ContentLength + 1 ?? 0, SmallBody, LargeBody));
        try
        {
            var length = 0;
            int count;
            while ((count = await ReadBodyAsync(buffer.AsMemory(length), cancellationToken)) > 0)
            {
                length += count;
                if (length < buffer.Length) continue;
                var larger = ArrayPool<byte>.Shared.Rent(2 * length);
                buffer.AsSpan(0, length).CopyTo(larger);
                ArrayPool<byte>.Shared.Return(buffer);
                buffer = larger;
            }
            return JsonSerializer.Deserialize(buffer.AsSpan(0, length), type);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
