using System.CommandLine;

namespace KkiaEvents.Cli.Commands;

/// <summary><c>kkia completion</c>: the script that makes a shell ask System.CommandLine's <c>[suggest]</c> directive.</summary>
internal static class CompletionCommand
{
    private const string Bash =
        """
        _kkia() {
          local IFS=$'\n'
          COMPREPLY=($(compgen -W "$("${COMP_WORDS[0]}" "[suggest:$COMP_POINT]" "$COMP_LINE" 2>/dev/null)" -- "${COMP_WORDS[COMP_CWORD]}"))
        }
        complete -o default -F _kkia kkia ./kkia
        """;

    private const string Zsh =
        """
        _kkia() {
          local completions=("${(@f)$(${words[1]} "[suggest:$CURSOR]" "$BUFFER" 2>/dev/null)}")
          compadd -- $completions
        }
        compdef _kkia kkia ./kkia
        """;

    private const string Fish =
        """
        complete -f -c kkia -a "(kkia '[suggest:'(commandline -C)']' (commandline -p))"
        """;

    public static Command Create(CliContext context, RootCommand root)
    {
        var shell = new Argument<string>("SHELL") { Description = "Whose script." };
        shell.AcceptOnlyFromAmong("bash", "zsh", "fish");
        var command = new Command("completion", $"Prints a script that completes {root.Name}'s commands and options in a shell, for example: source <(./kkia completion bash)") { shell };
        command.SetAction(parsed =>
        {
            context.Screen.Line(parsed.GetRequiredValue(shell) switch { "bash" => Bash, "zsh" => Zsh, _ => Fish });
            return ExitCodes.Fine;
        });
        return command;
    }
}
