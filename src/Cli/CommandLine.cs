using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using KkiaEvents.Cli.Output;
using Microsoft.Extensions.Configuration;

namespace KkiaEvents.Cli;

/// <summary>Reads a command line and runs the command that it names.</summary>
/// <param name="commands">The commands, each by its name.</param>
/// <param name="failureOf">What an exception means; null when it is a fault of the program itself.</param>
internal sealed class CommandLine(IReadOnlyList<(string Name, Func<CliContext, Command> Create)> commands, Func<Exception, Failure?> failureOf)
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

    /// <summary>Runs one command line.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> RunAsync(string[] args, TextWriter output, TextWriter error, IConfiguration? configuration)
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

    private async Task<int> GuardedAsync(Screen screen, Func<Task<int>> command)
    {
        try
        {
            return await command();
        }
        catch (Exception e) when (failureOf(e) is { } failure)
        {
            screen.Complain(failure.Message);
            return failure.ExitCode;
        }
    }

    private static string Path(CommandResult result) =>
        result.Parent is CommandResult parent ? $"{Path(parent)} {result.Command.Name}" : Name;

    private RootCommand Create(CliContext context, string[] args)
    {
        var root = new RootCommand(Description);
        // Only the one that is called, when one is: each has options, and options take time to make.
        var called = commands.Where(c => c.Name == args.FirstOrDefault()).ToList();
        foreach (var (_, create) in called.Count > 0 ? called : commands)
            root.Add(create(context));
        foreach (var help in root.Options.OfType<HelpOption>())
        {
            if (help.Action is HelpAction usual)
                help.Action = new WholeHelp(usual);
        }

        return root;
    }
}
