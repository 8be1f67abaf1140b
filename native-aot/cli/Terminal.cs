using Spectre.Console;

namespace FastCore.Cli;

/// <summary>The console that people read: a terminal's colours and width where it is one, plain lines elsewhere. NO_COLOR is honoured.</summary>
internal static class Terminal
{
    // A file or pipe has no width; tables must not be broken for one that is made up.
    private const int WidthWithoutTerminal = 240;

    public static IAnsiConsole Create(bool toError)
    {
        var isRedirected = IsRedirected(toError);
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(toError ? Console.Error : Console.Out),
            Ansi = isRedirected ? AnsiSupport.No : AnsiSupport.Detect,
            Interactive = isRedirected ? InteractionSupport.No : InteractionSupport.Detect,
        });
        if (isRedirected) console.Profile.Width = WidthWithoutTerminal;
        return console;
    }

    /// <summary>Whether a view that redraws itself makes sense.</summary>
    public static bool IsLive(IAnsiConsole console) => console.Profile.Capabilities is { Ansi: true, Interactive: true };

    private static bool IsRedirected(bool toError) => toError ? Console.IsErrorRedirected : Console.IsOutputRedirected;
}
