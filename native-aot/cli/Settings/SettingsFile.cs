using System.Text;
using System.Text.Json;

namespace FastCore.Cli.Settings;

/// <summary>
/// Options in a file: one JSON object whose members are called as the options are, without dashes in front. Comments and trailing
/// commas are fine. Values become text, and are read by the parsers of the options, so that a number may stand in quotes or not.
/// </summary>
internal static class SettingsFile
{
    private static readonly JsonReaderOptions Rules = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    /// <summary>What a file says.</summary>
    /// <param name="path">The file.</param>
    /// <param name="keys">The names there are.</param>
    /// <param name="faults">A sentence for each thing that is wrong is added; what can be read is read all the same, so that all faults are told at once.</param>
    public static IReadOnlyList<Setting> Read(string path, IReadOnlyCollection<string> keys, List<string> faults)
    {
        try
        {
            return Read(path, File.ReadAllBytes(path), keys, faults);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            faults.Add($"--config: {refused.Message}");
            return [];
        }
    }

    internal static IReadOnlyList<Setting> Read(string path, ReadOnlySpan<byte> json, IReadOnlyCollection<string> keys, List<string> faults)
    {
        if (json.StartsWith(Encoding.UTF8.Preamble)) json = json[Encoding.UTF8.Preamble.Length..];
        var found = new Dictionary<string, Setting>();
        try
        {
            var reader = new Utf8JsonReader(json, Rules);
            reader.Read();
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                faults.Add($"{Place(path, json, reader)}: give one JSON object, such as {{ \"port\": 8080 }}.");
                return [];
            }
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var (key, place) = (reader.GetString()!, Place(path, json, reader));
                reader.Read();
                if (!keys.Contains(key)) faults.Add($"{place}: there is no option '{key}'{NearestName.Hint(key, keys)}");
                else if (found.ContainsKey(key)) faults.Add($"{place}: '{key}' is given a second time.");
                else if (ReadValues(ref reader) is not { } values) faults.Add($"{place}: '{key}' is neither text, a number, true or false, nor a list of these.");
                else if (values.Any(static value => value.Contains('\0'))) faults.Add($"{place}: '{key}' holds a NUL character.");
                else if (values.Count > 0) found[key] = new Setting(key, values, place);
                // Into what was not looked at; nothing behind a value that was.
                if (reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray) reader.Skip();
            }
            // Says so if anything stands behind the object.
            reader.Read();
        }
        catch (JsonException broken)
        {
            // Its own text names the line once more, counted from zero.
            faults.Add($"{path}:{broken.LineNumber + 1}: {broken.Message.Split(" LineNumber:")[0]}");
        }
        catch (InvalidOperationException broken)
        {
            faults.Add($"{path}: {broken.Message}");
        }
        return [.. found.Values];
    }

    /// <summary>A value as text; none for null and an empty list, which are as good as nothing. Null if it is of another kind; the reader then stands at its begin, or in it.</summary>
    private static List<string>? ReadValues(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.Null) return [];
        if (reader.TokenType != JsonTokenType.StartArray) return Text(ref reader) is { } text ? [text] : null;
        var (values, isGood, depth) = (new List<string>(), true, reader.CurrentDepth);
        while (reader.Read() && !(reader.TokenType == JsonTokenType.EndArray && reader.CurrentDepth == depth))
        {
            if (Text(ref reader) is { } element) values.Add(element);
            else isGood = false;
        }
        return isGood ? values : null;
    }

    private static string? Text(ref Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.String => reader.GetString(),
        JsonTokenType.Number => Encoding.UTF8.GetString(reader.ValueSpan),
        JsonTokenType.True => "true",
        JsonTokenType.False => "false",
        _ => null,
    };

    private static string Place(string path, ReadOnlySpan<byte> json, in Utf8JsonReader reader) =>
        $"{path}:{json[..(int)reader.TokenStartIndex].Count((byte)'\n') + 1}";
}
