using System.Collections;

namespace FastCore.Cli.Settings;

/// <summary>Options in the environment: <c>FASTCORE_SERVE_MAX_BURST</c> is <c>--max-burst</c> of <c>fastcore serve</c>. An empty variable is none.</summary>
internal static class SettingsEnvironment
{
    /// <summary>The variable of an option.</summary>
    public static string Name(string command, string key) => $"{Prefix(command)}{key.ToUpperInvariant().Replace('-', '_')}";

    /// <summary>What the environment says.</summary>
    /// <param name="command">The command's name.</param>
    /// <param name="keys">The names there are, each with whether it may have several values, which blanks then part.</param>
    /// <param name="faults">A sentence for each variable that is no option's is added.</param>
    public static IReadOnlyList<Setting> Read(string command, IReadOnlyDictionary<string, bool> keys, List<string> faults)
    {
        var names = keys.Keys.ToDictionary(key => Name(command, key));
        var found = new List<Setting>();
        foreach (DictionaryEntry variable in Environment.GetEnvironmentVariables())
        {
            var (name, value) = ((string)variable.Key, (string?)variable.Value);
            if (!name.StartsWith(Prefix(command), StringComparison.Ordinal) || string.IsNullOrEmpty(value)) continue;
            if (!names.TryGetValue(name, out var key)) faults.Add($"{name} is no option's variable{NearestName.Hint(name, names.Keys)}");
            else found.Add(new Setting(key, keys[key] ? value.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries) : [value], name));
        }
        return found;
    }

    private static string Prefix(string command) => $"FASTCORE_{command.ToUpperInvariant()}_";
}
