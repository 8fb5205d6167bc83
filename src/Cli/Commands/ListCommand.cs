using System.CommandLine;
using System.Globalization;
using KkiaEvents.Cli.Output;
using KkiaEvents.Ledger.Auditing;

namespace KkiaEvents.Cli.Commands;

/// <summary><c>kkia list</c></summary>
internal static class ListCommand
{
    private static readonly string[] Heads = ["first seen", "merchant", "transaction", "order", "state", "amount", "method", "flags", "notes"];

    public static Command Create(CliContext context)
    {
        var filters = new FilterOptions();
        var limit = Acting.Number("--limit", $"How many, 1 to {PaymentFilter.MaxLimit}.", 50, 1, PaymentFilter.MaxLimit);
        var after = new Option<string?>("--after") { Description = "Where the page before ended." };
        var command = new KkiaCommand(
            "list",
            "Payments, those first heard of last at the top, page by page.",
            "kkia list --state Flagged --from 2026-03-01", "kkia list --flag AmountMismatch --merchant shop-b --json", "kkia list --undelivered", "kkia list --due --limit 200")
        {
            limit, after,
        };
        filters.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            var filter = filters.Read(parsed) with { Limit = parsed.GetValue(limit), After = parsed.GetValue(after) };
            return await RunAsync(context, filter, parsed.GetValue(command.Json), cancellation);
        });
        return command;
    }

    private static async Task<int> RunAsync(CliContext context, PaymentFilter filter, bool json, CancellationToken cancellationToken)
    {
        await using var audit = context.OpenLedger();
        PaymentPage page;
        try
        {
            page = await audit.Queries.ListAsync(filter, cancellationToken);
        }
        catch (ArgumentException wrong)
        {
            throw new UsageException(PaymentFilter.ProblemOf(wrong));
        }

        if (json)
        {
            context.Screen.Json(page);
            return ExitCodes.Fine;
        }

        if (page.Payments.Count == 0)
            context.Screen.Line("No payment fits.");
        else
            context.Screen.Rows(Heads, [.. page.Payments.Select(Row)]);
        if (page.Next is { } next)
            context.Screen.Line($"More: add --after {next}");
        return ExitCodes.Fine;
    }

    private static IReadOnlyList<string> Row(ListedPayment listed)
    {
        var payment = listed.Payment;
        var notes = string.Join(", ", new[] { listed.Undelivered ? "undelivered" : null, listed.DueAt is { } at ? $"due {StoryText.Time(at)}" : null }.OfType<string>());
        return
        [
            StoryText.Time(payment.FirstSeenAt), payment.Merchant, payment.TransactionId, payment.OrderId ?? "", payment.Outcome.ToString(),
            payment.Amount?.ToString(CultureInfo.InvariantCulture) ?? "", payment.Method ?? "", string.Join(' ', payment.Flags), notes,
        ];
    }
}
