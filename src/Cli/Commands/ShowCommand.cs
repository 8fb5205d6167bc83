using System.CommandLine;
using KkiaEvents.Cli.Output;
using KkiaEvents.Ledger.Auditing;

namespace KkiaEvents.Cli.Commands;

/// <summary><c>kkia show</c></summary>
internal static class ShowCommand
{
    public static Command Create(CliContext context)
    {
        var reference = Reference();
        var command = new KkiaCommand(
            "show",
            "The whole story of a transaction or an order: each webhook with its raw body and how it was authenticated, each question to KKiaPay with its answer, the decision and its rule, the event on the bus and when the broker confirmed it, what operators did. Ends with 1 when the ledger knows none.",
            "kkia show txn_6f1c0b", "kkia show order-1042", "kkia show shop-b/order-1042 --json")
        {
            reference,
        };
        command.SetAction((parsed, cancellation) => RunAsync(context, parsed.GetRequiredValue(reference), null, parsed.GetValue(command.Json), cancellation));
        return command;
    }

    public static Argument<string> Reference() =>
        new("TRANSACTION|ORDER") { Description = "A transaction id or an order id, alone or as MERCHANT/ID." };

    public static async Task<int> RunAsync(CliContext context, string reference, DateTimeOffset? asOf, bool json, CancellationToken cancellationToken)
    {
        // Both take their time in a program that has just started; on two cores they take it together.
        var prepared = Task.Run(StoredEvent.PrepareReading, cancellationToken);
        await using var audit = context.OpenLedger();
        var stories = await audit.Stories.FindAsync(reference, asOf, audit.Merchants, cancellationToken);
        await prepared;
        if (json)
            context.Screen.Json(stories);
        if (stories.Count == 0)
        {
            context.Screen.Complain(asOf is { } time
                ? $"The ledger did not know '{reference}' at {StoryText.Time(time)}."
                : Acting.Unknown(reference));
            return ExitCodes.Found;
        }

        foreach (var story in json ? [] : stories)
            StoryText.Write(context.Screen, story);
        return ExitCodes.Fine;
    }
}
