using System.Text;
using System.Text.Json;

namespace FastCore.Diagnostics;

/// <summary>Writes a sheet in each of the formats, in UTF-8.</summary>
/// <remarks>Names are stable in JSON; a reader must allow new members; a change that breaks a reader changes <c>schema</c>.</remarks>
internal static class ProfileWriter
{
    private const int Schema = 1;

    /// <summary>Texts are cut to so many characters where they stand in a column that another follows.</summary>
    private const int WidestColumn = 100;

    internal static void Write(ProfileSheet sheet, Stream stream, ProfileFormat format)
    {
        switch (format)
        {
            case ProfileFormat.Text:
                WriteText(sheet, stream);
                break;
            case ProfileFormat.Json:
                WriteJson(sheet, stream);
                break;
            case ProfileFormat.Folded:
                WriteFolded(sheet, stream);
                break;
            case ProfileFormat.Speedscope:
                WriteSpeedscope(sheet, stream);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(format), format, "There is no such format.");
        }
    }

    private static void WriteText(ProfileSheet sheet, Stream stream)
    {
        var text = new StringBuilder();
        foreach (string note in sheet.Notes) text.Append(note).Append('\n');
        if (sheet.Rows.Count == 0)
        {
            text.Append("nothing\n");
        }
        else
        {
            string[][] lines = [[.. sheet.Columns.Select(static name => name.Replace('_', ' '))], .. sheet.Rows.Select(static row => (string[])[.. row.Cells.Select(Show)])];
            int[] widths = [.. sheet.Columns.Select((_, column) => Math.Min(WidestColumn, lines.Max(line => line[column].Length)))];
            foreach (string[] line in lines)
            {
                int start = text.Length;
                for (int column = 0; column < line.Length; column++) AppendCell(text, line[column], widths[column], isNumber: sheet.Rows[0].Cells[column] is not string, isLast: column == line.Length - 1);
                while (text.Length > start && text[^1] == ' ') text.Length--;
                text.Append('\n');
            }
        }

        stream.Write(Encoding.UTF8.GetBytes(text.ToString()));
    }

    private static void AppendCell(StringBuilder text, string cell, int width, bool isNumber, bool isLast)
    {
        if (isNumber) text.Append(cell.PadLeft(width));
        else if (isLast) text.Append(cell);
        else text.Append(cell.Length <= width ? cell.PadRight(width) : $"…{cell.AsSpan(cell.Length - width + 1)}");
        if (!isLast) text.Append("  ");
    }

    private static string Show(object cell) => cell switch
    {
        double number => WaitText.Number(number),
        string text => text,
        _ => FormattableString.Invariant($"{cell}"),
    };

    private static void WriteJson(ProfileSheet sheet, Stream stream)
    {
        using var json = new Utf8JsonWriter(stream);
        json.WriteStartObject();
        json.WriteNumber("schema", Schema);
        json.WriteString("profile", sheet.Name);
        json.WriteStartArray("notes");
        foreach (string note in sheet.Notes) json.WriteStringValue(note);
        json.WriteEndArray();
        json.WriteStartArray("rows");
        foreach (ProfileRow row in sheet.Rows)
        {
            json.WriteStartObject();
            foreach ((string name, object cell) in sheet.Columns.Zip(row.Cells)) WriteCell(json, name, cell);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteCell(Utf8JsonWriter json, string name, object cell)
    {
        if (cell is string text) json.WriteString(name, text);
        else if (cell is double number) json.WriteNumber(name, number);
        else json.WriteNumber(name, Convert.ToInt64(cell, System.Globalization.CultureInfo.InvariantCulture));
    }

    private static void WriteFolded(ProfileSheet sheet, Stream stream)
    {
        var text = new StringBuilder();
        foreach (ProfileRow row in sheet.Rows.Where(static row => row.Weight >= 0.5))
            text.AppendJoin(';', row.Frames.Select(static frame => frame.Replace(';', ','))).Append(FormattableString.Invariant($" {row.Weight:F0}\n"));
        stream.Write(Encoding.UTF8.GetBytes(text.ToString()));
    }

    /// <remarks>https://www.speedscope.app/file-format-schema.json, sampled profiles.</remarks>
    private static void WriteSpeedscope(ProfileSheet sheet, Stream stream)
    {
        ProfileRow[] rows = [.. sheet.Rows.Where(static row => row.Weight > 0)];
        Dictionary<string, int> frames = rows.SelectMany(static row => row.Frames).Distinct().Index().ToDictionary(static one => one.Item, static one => one.Index);
        using var json = new Utf8JsonWriter(stream);
        json.WriteStartObject();
        json.WriteString("$schema", "https://www.speedscope.app/file-format-schema.json");
        json.WriteString("exporter", "fastcore");
        json.WriteString("name", sheet.Name);
        json.WriteStartObject("shared");
        json.WriteStartArray("frames");
        foreach (string frame in frames.Keys)
        {
            json.WriteStartObject();
            json.WriteString("name", frame);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteStartArray("profiles");
        json.WriteStartObject();
        json.WriteString("type", "sampled");
        json.WriteString("name", sheet.Name);
        json.WriteString("unit", sheet.Unit);
        json.WriteNumber("startValue", 0);
        json.WriteNumber("endValue", rows.Sum(static row => row.Weight));
        json.WriteStartArray("samples");
        foreach (ProfileRow row in rows)
        {
            json.WriteStartArray();
            foreach (string frame in row.Frames) json.WriteNumberValue(frames[frame]);
            json.WriteEndArray();
        }

        json.WriteEndArray();
        json.WriteStartArray("weights");
        foreach (ProfileRow row in rows) json.WriteNumberValue(row.Weight);
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
