using System.CommandLine;

namespace FastCore.Cli.Commands;

/// <summary><c>fastcore completion</c>: prints a script that lets a shell complete our command line; the program itself knows what fits.</summary>
internal static class CompletionCommand
{
    // The directive [suggest:POSITION] makes System.CommandLine print what may stand at POSITION of the line behind it.
    private const string Bash = """
        # fastcore completion for bash. In ~/.bashrc:  source <(fastcore completion bash)
        _fastcore() {
            local line="${COMP_LINE#* }" offset
            offset=$(( ${#COMP_LINE} - ${#line} ))
            local IFS=$'\n'
            COMPREPLY=( $(compgen -W "$("${COMP_WORDS[0]}" "[suggest:$(( COMP_POINT - offset ))]" "$line" 2>/dev/null)" -- "${COMP_WORDS[COMP_CWORD]}") )
        }
        complete -F _fastcore fastcore
        """;

    private const string Zsh = """
        # fastcore completion for zsh. In ~/.zshrc:  source <(fastcore completion zsh)
        _fastcore() {
            local line="${BUFFER#* }"
            local offset=$(( ${#BUFFER} - ${#line} ))
            local -a found
            found=( ${(f)"$("${words[1]}" "[suggest:$(( CURSOR - offset ))]" "$line" 2>/dev/null)"} )
            compadd -a found
        }
        compdef _fastcore fastcore
        """;

    private const string Fish = """
        # fastcore completion for fish. Once:  fastcore completion fish > ~/.config/fish/completions/fastcore.fish
        function __fastcore_complete
            set -l line (string replace -r '^\S+\s?' '' -- (commandline -cp))
            fastcore "[suggest:"(string length -- "$line")"]" "$line" 2>/dev/null
        end
        complete -f -c fastcore -a '(__fastcore_complete)'
        """;

    public static Command Create()
    {
        var command = new Command("completion", "Print a script that makes a shell complete fastcore's command line.");
        foreach (var (shell, script) in (ReadOnlySpan<(string, string)>)[("bash", Bash), ("zsh", Zsh), ("fish", Fish)])
        {
            var subcommand = new Command(shell, $"For {shell}.");
            subcommand.SetAction(_ => Console.Out.WriteLine(script));
            command.Subcommands.Add(subcommand);
        }
        return command;
    }
}
