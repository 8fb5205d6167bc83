using System.CommandLine;
using KkiaEvents.Cli.Commands;
using Microsoft.Extensions.Configuration;

namespace KkiaEvents.Cli;

/// <summary><c>kkia</c>: what an auditor and an operator ask the ledger from a terminal.</summary>
public static class KkiaApp
{
    internal static readonly IReadOnlyList<(string Name, Func<CliContext, Command> Create)> Commands =
    [
        .. Questions.All,
        ("rederive", RederiveCommand.Create),
        ("export", ExportCommand.Create),
        ("verify-export", VerifyExportCommand.Create),
        ("rebuild", RebuildCommand.Create),
        ("replay", ReplayCommand.Create),
        ("dead", DeadCommand.Create),
        ("flag", FlagCommand.Create),
        ("order", OrderCommand.Create),
        ("refund", RefundCommand.Create),
        ("keys", KeysCommand.Create),
        ("broker", BrokerCommand.Create),
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
    public static Task<int> RunAsync(string[] args, TextWriter output, TextWriter error, IConfiguration? configuration = null) =>
        new CommandLine(Commands, OperatingFailure.Of).RunAsync(args, output, error, configuration);
}
