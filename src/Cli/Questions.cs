using System.CommandLine;
using KkiaEvents.Cli.Commands;

namespace KkiaEvents.Cli;

/// <summary>The commands that only ask the ledger about payments. The natively compiled program has these and no others.</summary>
internal static class Questions
{
    public static readonly IReadOnlyList<(string Name, Func<CliContext, Command> Create)> All =
    [
        ("show", ShowCommand.Create),
        ("list", ListCommand.Create),
        ("as-of", AsOfCommand.Create),
    ];
}
