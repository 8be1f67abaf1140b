namespace FastCore.Cli.Settings;

/// <summary>An option's value that stands elsewhere than on the command line.</summary>
/// <param name="Key">The option's name without its dashes.</param>
/// <param name="Values">The value as text; several if the option may be repeated.</param>
/// <param name="Source">Where it stands, as errors name it: <c>serve.json:3</c>, or a variable.</param>
internal sealed record Setting(string Key, IReadOnlyList<string> Values, string Source);
