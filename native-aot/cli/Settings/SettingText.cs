using System.CommandLine;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace FastCore.Cli.Settings;

/// <summary>An option as a member of a JSON object.</summary>
internal static class SettingText
{
    /// <param name="key">Its name.</param>
    /// <param name="symbol">The option.</param>
    /// <param name="values">Its values; none is a switch that is on.</param>
    public static string Member(string key, Symbol symbol, IReadOnlyList<string> values)
    {
        var texts = values.Select(value => Value(symbol, value)).ToArray();
        return $"\"{key}\": {(texts.Length switch { 0 => "true", 1 => texts[0], _ => $"[{string.Join(", ", texts)}]" })}";
    }

    /// <summary>One that is not set, with what may stand there.</summary>
    public static string Example(string key, Symbol symbol) => $"\"{key}\": {(symbol is Option { HelpName: { } name } ? IsNumber(symbol) ? name : $"\"{name}\"" : symbol is Argument ? "\"DIR\"" : "true")}";

    private static string Value(Symbol symbol, string text)
    {
        if (IsSwitch(symbol) && bool.TryParse(text, out var isOn)) return isOn ? "true" : "false";
        if (IsNumber(symbol) && int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)) return number.ToString(CultureInfo.InvariantCulture);
        return $"\"{JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\"";
    }

    private static bool IsSwitch(Symbol symbol) => symbol is Option { ValueType: var type } && type == typeof(bool);

    private static bool IsNumber(Symbol symbol) => symbol is Option { ValueType: var type } && type == typeof(int?);
}
