using System.CommandLine;
using KkiaEvents.Bus;
using KkiaEvents.Cli.Output;

namespace KkiaEvents.Cli.Commands;

/// <summary><c>kkia listen</c></summary>
internal static class ListenCommand
{
    public static Command Create(CliContext context)
    {
        var type = new Option<string[]>("--type") { Description = "Only this type; may be given again." };
        type.AcceptOnlyFromAmong([.. OutcomeListener.Types.Select(t => t.Name)]);
        var count = Acting.Number("--count", "End after so many; else it goes on.", 0, 1, int.MaxValue);
        count.DefaultValueFactory = null;
        var command = new KkiaCommand(
            "listen",
            "Prints outcomes as they happen on the bus, until Ctrl+C. It is no subscriber to rely on: what happens while it does not run, it never sees. An OrderPaid that no service listens for waits for one; so that this does not take such a one's place, it does not start while any waits.",
            "kkia listen", "kkia listen --type OrderPaid --json", "kkia listen --count 1")
        {
            type, count,
        };
        command.SetAction((parsed, cancellation) =>
            RunAsync(context, parsed.GetValue(type) ?? [], parsed.GetValue(count), parsed.GetValue(command.Json), cancellation));
        return command;
    }

    private static async Task<int> RunAsync(CliContext context, string[] names, int count, bool json, CancellationToken cancellationToken)
    {
        var address = context.BusAddress();
        if (await WaitingAsync(context, cancellationToken))
        {
            context.Screen.Complain("An OrderPaid waits for a service that subscribes to it (kkia list --undelivered). Listening now would make it count as delivered: start that service first.");
            return ExitCodes.Found;
        }

        var types = OutcomeListener.Types.Where(t => names.Length == 0 || names.Contains(t.Name)).ToList();
        var heard = 0;
        try
        {
            await foreach (var outcome in OutcomeListener.ListenAsync(address, types, () => context.Screen.Tell("Listening; Ctrl+C ends it."), cancellationToken))
            {
                if (json)
                    context.Screen.JsonLine(outcome);
                else
                    context.Screen.Line(Text(outcome));
                if (++heard == count)
                    break;
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Ctrl+C is how it ends.
        }

        return ExitCodes.Fine;
    }

    // Without a ledger to look at, there is nothing to ask.
    private static async Task<bool> WaitingAsync(CliContext context, CancellationToken cancellationToken)
    {
        if (string.IsNullOrWhiteSpace(context["ConnectionStrings:Ledger"]))
            return false;
        await using var audit = context.OpenLedger();
        await using var command = audit.DataSource.CreateCommand(
            $"select exists (select 1 from {audit.Options.Schema}.deliveries where delivered_at is null and message_type = 'OrderPaid' and attempts > 0 and last_error like 'No queue%')");
        return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private static string Text(HeardOutcome outcome)
    {
        string Field(string name) => outcome.Message.TryGetProperty(name, out var value) && value.ValueKind is not System.Text.Json.JsonValueKind.Null ? value.ToString() : "";
        var at = DateTimeOffset.TryParse(Field("decidedAt"), System.Globalization.CultureInfo.InvariantCulture, out var decided) ? StoryText.Time(decided) : "";
        return string.Join("  ", new[] { at, outcome.Type, Field("merchant"), Field("transactionId"), Field("orderId"), Field("amount") is { Length: > 0 } amount ? $"{amount} XOF" : "", Field("reason"), Field("failureCode"), outcome.MessageId }.Where(p => !string.IsNullOrEmpty(p)));
    }
}
