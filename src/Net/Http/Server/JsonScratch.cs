using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace FastCore.Net.Http.Server;

/// <summary>A thread's writer of JSON and the memory it writes to, used again from answer to answer.</summary>
/// <remarks>
/// It is taken from its thread while it writes: a converter may be the application's, and may answer another request or
/// write on its own. Then that one has a fresh one, which is kept if the place is free again.
/// </remarks>
internal sealed class JsonScratch
{
    // What one large answer needed is not held for ever.
    private const int MaxKept = 64 * 1024;

    [ThreadStatic]
    private static JsonScratch? _free;

    private readonly ArrayBufferWriter<byte> _memory = new(512);
    private Utf8JsonWriter? _writer;
    private JsonSerializerOptions? _options;

    /// <summary>The thread's, or a fresh one.</summary>
    public static JsonScratch Take()
    {
        var taken = _free ?? new JsonScratch();
        _free = null;
        return taken;
    }

    /// <summary>Gives it back to the thread.</summary>
    public void Return()
    {
        _memory.ResetWrittenCount();
        if (_memory.Capacity <= MaxKept) _free = this;
    }

    /// <summary>The text of <paramref name="value"/>, good until <see cref="Return"/>.</summary>
    public ReadOnlySpan<byte> Write<T>(T value, JsonTypeInfo<T> type)
    {
        var writer = WriterFor(type.Options);
        JsonSerializer.Serialize(writer, value, type);
        return _memory.WrittenSpan;
    }

    private Utf8JsonWriter WriterFor(JsonSerializerOptions options)
    {
        if (_writer != null && (options == _options || IsWrittenAlike(options, _options!)))
        {
            _writer.Reset(_memory);
            return _writer;
        }
        _options = options;
        return _writer = new Utf8JsonWriter(_memory, new JsonWriterOptions
        {
            Encoder = options.Encoder,
            Indented = options.WriteIndented,
            IndentCharacter = options.IndentCharacter,
            IndentSize = options.IndentSize,
            NewLine = options.NewLine,
            MaxDepth = options.MaxDepth,
            SkipValidation = true,
        });
    }

    private static bool IsWrittenAlike(JsonSerializerOptions one, JsonSerializerOptions other) =>
        one.Encoder == other.Encoder && one.WriteIndented == other.WriteIndented && one.IndentCharacter == other.IndentCharacter
        && one.IndentSize == other.IndentSize && one.NewLine == other.NewLine && one.MaxDepth == other.MaxDepth;
}
