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

    public static Command Create(CliContext context)
    {
        var shell = new Argument<string>("SHELL") { Description = "Whose script." };
        shell.AcceptOnlyFromAmong("bash", "zsh", "fish");
        var command = new KkiaCommand(
            "completion", "Prints a script that completes commands, options and their values in a shell.",
            "source <(./kkia completion bash)", "source <(./kkia completion zsh)", "kkia completion fish | source", "kkia completion bash --json")
        {
            shell,
        };
        command.SetAction(parsed =>
        {
            var name = parsed.GetRequiredValue(shell);
            var script = name switch { "bash" => Bash, "zsh" => Zsh, _ => Fish };
            if (parsed.GetValue(command.Json))
                context.Screen.Json(new { Shell = name, Script = script });
            else
                context.Screen.Script(script);
            return ExitCodes.Fine;
        });
        return command;
    }
}
