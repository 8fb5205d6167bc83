using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using KkiaEvents.Cli.Commands;
using KkiaEvents.Cli.Output;
using Microsoft.Extensions.Configuration;

namespace KkiaEvents.Cli;

/// <summary><c>kkia</c>: what an auditor and an operator ask the ledger from a terminal.</summary>
public static class KkiaApp
{
    private const string Name = "kkia";

    private const string Description =
        """
        Asks the ledger of KkiaEvents, and checks it.

        Configuration is the services' own, from the environment (or files under /run/secrets): ConnectionStrings__Ledger,
        ConnectionStrings__RabbitMq, Kkiapay__Merchants__NAME__…; after ./run, `source .run/env` sets all of it.

        With --json, results are JSON on standard output, and errors one line of JSON ({"error": …}) on standard error.

        Exit codes:
          0   done, nothing to complain of
          1   something was found (a disagreement, a broken line), is not there, was refused, or failed
          2   the command line is not understood
          78  the configuration does not allow it
        """;

    private static readonly IReadOnlyList<(string Name, Func<CliContext, Command> Create)> Commands =
    [
        ("show", ShowCommand.Create),
        ("list", ListCommand.Create),
        ("as-of", AsOfCommand.Create),
        ("rederive", RederiveCommand.Create),
        ("export", ExportCommand.Create),
        ("verify-export", VerifyExportCommand.Create),
        ("rebuild", RebuildCommand.Create),
        ("replay", ReplayCommand.Create),
        ("dead", DeadCommand.Create),
        ("flag", FlagCommand.Create),
        ("refund", RefundCommand.Create),
        ("keys", KeysCommand.Create),
        ("listen", ListenCommand.Create),
        ("trigger", TriggerCommand.Create),
        ("completion", CompletionCommand.Create),
    ];

    /// <summary>Runs one command line.</summary>
    /// <param name="args">The command line.</param>
    /// <param name="output">Where results go.</param>
    /// <param name="error">Where complaints and progress go.</param>
    /// <param name="configuration">In place of the environment's.</param>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(string[] args, TextWriter output, TextWriter error, IConfiguration? configuration = null)
    {
        var context = new CliContext(new(output, error) { ErrorsAsJson = args.Contains("--json") }, configuration ?? CliContext.FromEnvironment());
        var parsed = Create(context, args).Parse(args);
        if (parsed.Action is ParseErrorAction)
        {
            context.Screen.Complain(string.Join('\n', parsed.Errors.Select(e => e.Message.Replace("\t", "  ", StringComparison.Ordinal))));
            context.Screen.Tell($"{Path(parsed.CommandResult)} --help tells what it takes.");
            return ExitCodes.Usage;
        }

        // What the library itself prints (help, the version, completions); it knows the program by its file's name.
        using var library = new StringWriter();
        var code = await GuardedAsync(context.Screen, () => parsed.InvokeAsync(new()
        {
            Output = library, Error = error, EnableDefaultExceptionHandler = false,
            // A replay that is stopped waits for the broker's confirms, so that resuming repeats nothing.
            ProcessTerminationTimeout = TimeSpan.FromSeconds(35),
        }));
        await output.WriteAsync(library.ToString().Replace(RootCommand.ExecutableName, Name, StringComparison.Ordinal));
        return code;
    }

    private static async Task<int> GuardedAsync(Screen screen, Func<Task<int>> command)
    {
        try
        {
            return await command();
        }
        catch (Exception e) when (Failure.Of(e) is { } failure)
        {
            screen.Complain(failure.Message);
            return failure.ExitCode;
        }
    }

    private static string Path(CommandResult result) =>
        result.Parent is CommandResult parent ? $"{Path(parent)} {result.Command.Name}" : Name;

    private static RootCommand Create(CliContext context, string[] args)
    {
        var root = new RootCommand(Description);
        // Only the one that is called, when one is: each has options, and options take time to make.
        var called = Commands.Where(c => c.Name == args.FirstOrDefault()).ToList();
        foreach (var (_, create) in called.Count > 0 ? called : Commands)
            root.Add(create(context));
        foreach (var help in root.Options.OfType<HelpOption>())
        {
            if (help.Action is HelpAction usual)
                help.Action = new WholeHelp(usual);
        }

        return root;
    }
}
