using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using KkiaEvents.Cli.Commands;
using KkiaEvents.ServiceDefaults;
using Microsoft.Extensions.Configuration;
using Npgsql;

namespace KkiaEvents.Cli;

/// <summary><c>kkia</c>: what an auditor and an operator ask the ledger from a terminal.</summary>
public static class KkiaApp
{
    private const string Description =
        """
        Asks the ledger of KkiaEvents, and checks it.

        Configuration is the services' own, from the environment (or files under /run/secrets): ConnectionStrings__Ledger,
        ConnectionStrings__RabbitMq, Kkiapay__Merchants__NAME__…; after ./run, `source .run/env` sets all of it.

        Exit codes: 0 fine; 1 something was found, is not there, or failed; 2 not understood; 78 configuration.
        """;

    /// <summary>Runs one command line.</summary>
    /// <param name="args">The command line.</param>
    /// <param name="output">Where results go.</param>
    /// <param name="error">Where complaints and progress go.</param>
    /// <param name="configuration">In place of the environment's.</param>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(string[] args, TextWriter output, TextWriter error, IConfiguration? configuration = null)
    {
        var context = new CliContext(new(output, error), configuration ?? CliContext.FromEnvironment());
        var root = Create(context);
        var parsed = root.Parse(args);
        var invocation = new InvocationConfiguration { Output = output, Error = error, EnableDefaultExceptionHandler = false };
        if (parsed.Action is ParseErrorAction)
        {
            await parsed.InvokeAsync(invocation);
            return ExitCodes.Usage;
        }

        try
        {
            return await parsed.InvokeAsync(invocation);
        }
        catch (ConfigurationProblemException wrong)
        {
            context.Screen.Complain("The configuration does not allow this:");
            foreach (var problem in wrong.Problems)
                context.Screen.Complain($"  {problem.Key} {problem.Problem}\n    Example: {problem.Key}={problem.Example}");
            return ExitCodes.Configuration;
        }
        catch (UsageException wrong)
        {
            context.Screen.Complain(wrong.Message);
            return ExitCodes.Usage;
        }
        catch (OperationCanceledException)
        {
            context.Screen.Complain("Stopped.");
            return ExitCodes.Found;
        }
        catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.InvalidSchemaName)
        {
            context.Screen.Complain("The database of ConnectionStrings__Ledger holds no ledger (yet): a Processor makes its schema when it starts.");
            return ExitCodes.Found;
        }
        catch (Exception e) when (e is NpgsqlException or IOException or UnauthorizedAccessException or HttpRequestException or InvalidOperationException
            or System.Text.Json.JsonException or System.Net.Sockets.SocketException)
        {
            context.Screen.Complain($"Failed: {e.Message}");
            return ExitCodes.Found;
        }
    }

    private static RootCommand Create(CliContext context)
    {
        var root = new RootCommand(Description)
        {
            ShowCommand.Create(context),
            ListCommand.Create(context),
            AsOfCommand.Create(context),
            RederiveCommand.Create(context),
            ExportCommand.Create(context),
            VerifyExportCommand.Create(context),
            RebuildCommand.Create(context),
            ListenCommand.Create(context),
            TriggerCommand.Create(context),
        };
        root.Add(CompletionCommand.Create(context, root));
        foreach (var help in root.Options.OfType<HelpOption>())
        {
            if (help.Action is HelpAction usual)
                help.Action = new ExampleHelp(usual);
        }

        return root;
    }

    private sealed class ExampleHelp(HelpAction usual) : SynchronousCommandLineAction
    {
        public override int Invoke(ParseResult parseResult)
        {
            var result = usual.Invoke(parseResult);
            if (parseResult.CommandResult.Command is KkiaCommand { Examples.Count: > 0 } command)
            {
                var output = parseResult.InvocationConfiguration.Output;
                output.WriteLine("Examples:");
                foreach (var example in command.Examples)
                    output.WriteLine($"  {example}");
                output.WriteLine();
            }

            return result;
        }
    }
}
