using System.CommandLine;

namespace KkiaEvents.Cli.Commands;

/// <summary><c>kkia as-of</c></summary>
internal static class AsOfCommand
{
    public static Command Create(CliContext context)
    {
        var time = new Argument<DateTimeOffset?>("TIME") { Description = "ISO 8601; without an offset it is UTC.", CustomParser = Times.Parse, Arity = ArgumentArity.ExactlyOne };
        var reference = ShowCommand.Reference();
        var command = new KkiaCommand(
            "as-of",
            "What was known about a transaction or an order at a time: its story up to then, and how it stood. When KKiaPay was due to be asked again is told by `show` only: it is not kept.",
            "kkia as-of 2026-03-01T12:00 txn_6f1c0b", "kkia as-of 2026-03-01T13:00+01:00 order-1042 --json")
        {
            time, reference,
        };
        command.SetAction((parsed, cancellation) =>
            ShowCommand.RunAsync(context, parsed.GetRequiredValue(reference), parsed.GetValue(time)!.Value, parsed.GetValue(command.Json), cancellation));
        return command;
    }
}
