using System.CommandLine;
using System.CommandLine.Parsing;
using FastCore.Cli.Commands;

namespace FastCore.Cli.Settings;

/// <summary>
/// A command whose options may stand in a file and in the environment, too. The command line goes before the environment, and that
/// before the file, option by option.
/// </summary>
/// <remarks>
/// There is no second list of options: what stands elsewhere is put on the command line, which is then read again. So each option has
/// one parser, one range and one sentence for what is wrong, whichever way it is given; here only the place is put before the sentence.
/// </remarks>
internal sealed class ConfigurableCommand : Command
{
    private const string CommandLine = "the command line";

    private readonly Option<string?> _file;
    private readonly Option<bool> _print = new("--print-config") { Description = "print the configuration in effect, as --config reads it, with where each value comes from and what else there is, and end" };
    private readonly Option<bool> _check = new("--check-config") { Description = "check the configuration without serving: what can be parsed, read, opened and listened on; one line for each fault, and exit code 2" };
    private readonly Dictionary<string, string> _sources = [];

    public ConfigurableCommand(string name, string description)
        : base(name, description)
    {
        _file = CommonOptions.File("--config", $"read options from FILE: a JSON object with comments, if you like, such as {{ \"port\": 8080, \"listen\": [\"[::1]:8080\"] }}. The environment's {SettingsEnvironment.Name(name, "port")} goes before it, and the command line before both. Paths start at the present folder");
        foreach (var option in (Option[])[_file, _print, _check]) Add(option);
    }

    public bool IsToBePrinted(SymbolResult result) => result.GetValue(_print);

    public bool IsToBeChecked(ParseResult parsed) => parsed.GetValue(_check);

    // What says where the configuration is, or what is done with it, is none of it.
    private IEnumerable<Option> Configured => Options.Where(option => option != _file && option != _print && option != _check);

    /// <summary>Adds to a command line what stands elsewhere.</summary>
    /// <param name="first">The command line as it is.</param>
    /// <param name="args">Its words.</param>
    /// <param name="faults">A sentence for each fault of the file and the environment is added.</param>
    /// <returns>All of it, parsed.</returns>
    public ParseResult Complete(ParseResult first, string[] args, List<string> faults)
    {
        var keys = Configured.ToDictionary(KeyOf, static option => option.Arity.MaximumNumberOfValues > 1);
        foreach (var argument in Arguments) keys[KeyOf(argument)] = false;
        var variables = SettingsEnvironment.Read(Name, new Dictionary<string, bool>(keys) { [KeyOf(_file)] = false }, faults);
        var file = first.GetValue(_file) ?? variables.FirstOrDefault(variable => variable.Key == KeyOf(_file))?.Values[0];
        var words = new List<string>();
        foreach (var setting in file == null ? variables : [.. variables, .. SettingsFile.Read(file, keys.Keys, faults)])
        {
            if (!keys.ContainsKey(setting.Key) || IsGiven(first, setting.Key) || !_sources.TryAdd(setting.Key, setting.Source)) continue;
            var symbol = Symbols.First(symbol => KeyOf(symbol) == setting.Key);
            // The parser would take such a word for the next argument.
            if (symbol is Option<bool> && !setting.Values.All(static value => bool.TryParse(value, out _))) faults.Add($"{setting.Source}: {symbol.Name} is '{setting.Values[0]}'; give true or false.");
            else words.AddRange(setting.Values.Select(value => symbol is Argument ? Bare(value) : $"{symbol.Name}={value}"));
        }
        if (words.Count == 0) return first;
        // Behind the command's own word: at the end they could stand behind a "--".
        var at = Array.IndexOf(args, Name) + 1;
        return first.RootCommandResult.Command.Parse([.. args[..at], .. words, .. args[at..]], first.Configuration);
    }

    /// <summary>A fault of the command line, with the places in front from which the options that it names have their values.</summary>
    public string Explain(ParseError error)
    {
        var named = error.SymbolResult switch
        {
            OptionResult option => [KeyOf(option.Option)],
            ArgumentResult { Parent: OptionResult option } => [KeyOf(option.Option)],
            ArgumentResult argument when Arguments.Contains(argument.Argument) => [KeyOf(argument.Argument)],
            _ => error.Message.Split(' ', ',', ';', ':', '.', '\'').Where(static word => word.StartsWith("--", StringComparison.Ordinal)).Select(static word => word[2..]),
        };
        var places = named.Distinct().Select(key => _sources.GetValueOrDefault(key)).OfType<string>().ToArray();
        return places.Length == 0 ? error.Message : $"{string.Join(", ", places)}: {error.Message}";
    }

    /// <summary>Prints the configuration in effect as a file that <c>--config</c> reads.</summary>
    public void Print(ParseResult parsed, TextWriter output)
    {
        output.WriteLine("{");
        foreach (var symbol in Symbols.Where(symbol => IsGiven(parsed, KeyOf(symbol))))
            output.WriteLine($"  {SettingText.Member(KeyOf(symbol), symbol, parsed.GetResult(symbol)!.Tokens.Select(static token => token.Value).ToArray())}, // from {_sources.GetValueOrDefault(KeyOf(symbol), CommandLine)}");
        output.WriteLine("  // Not set:");
        foreach (var symbol in Symbols.Where(symbol => !IsGiven(parsed, KeyOf(symbol))))
            output.WriteLine($"  // {SettingText.Example(KeyOf(symbol), symbol)}, // {symbol.Description}");
        output.WriteLine("}");
    }

    private IEnumerable<Symbol> Symbols => [.. Arguments, .. Configured];

    private bool IsGiven(ParseResult parsed, string key) => Symbols.First(symbol => KeyOf(symbol) == key) switch
    {
        Option option => parsed.GetResult(option) is { Implicit: false },
        Argument argument => parsed.GetResult(argument) is { Tokens.Count: > 0 },
        _ => false,
    };

    private static string KeyOf(Symbol symbol) => symbol.Name.TrimStart('-').ToLowerInvariant();

    // A folder may be called as an option is.
    private static string Bare(string value) => value.Length > 0 && value[0] is '-' or '@' ? $"./{value}" : value;
}
