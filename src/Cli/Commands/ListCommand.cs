using System.CommandLine;
using System.Globalization;
using KkiaEvents.Cli.Output;
using KkiaEvents.Contracts;
using KkiaEvents.Ledger.Auditing;
using KkiaEvents.Ledger.Payments;

namespace KkiaEvents.Cli.Commands;

/// <summary><c>kkia list</c></summary>
internal static class ListCommand
{
    private static readonly string[] Heads = ["first seen", "merchant", "transaction", "order", "state", "amount", "method", "flags", "notes"];

    public static Command Create(CliContext context)
    {
        var state = new Option<PaymentOutcome?>("--state") { Description = "How it stands.", CustomParser = Acting.Word<PaymentOutcome> };
        state.CompletionSources.Add(Enum.GetNames<PaymentOutcome>());
        var flag = new Option<FlagReason?>("--flag") { Description = "Ever flagged for this reason.", CustomParser = Acting.Word<FlagReason> };
        flag.CompletionSources.Add(Enum.GetNames<FlagReason>());
        var merchant = new Option<string?>("--merchant") { Description = "The merchant's name." };
        var order = new Option<string?>("--order") { Description = "The order's id." };
        var from = Times.Option("--from", "First heard of at this time or later.");
        var to = Times.Option("--to", "First heard of before this time.");
        var least = Acting.Amount("--min-amount", "Verified amount in XOF, at least.");
        var most = Acting.Amount("--max-amount", "Verified amount in XOF, at most.");
        var method = new Option<string?>("--method") { Description = "MOBILE_MONEY, CARD, WALLET …" };
        method.CompletionSources.Add("MOBILE_MONEY", "CARD", "WALLET");
        var undelivered = new Option<bool>("--undelivered") { Description = "With an outcome that the bus has not taken." };
        var due = new Option<bool>("--due") { Description = "That KKiaPay is to be asked about again." };
        var limit = Acting.Number("--limit", $"How many, 1 to {PaymentFilter.MaxLimit}.", 50, 1, PaymentFilter.MaxLimit);
        var after = new Option<string?>("--after") { Description = "Where the page before ended." };
        var command = new KkiaCommand(
            "list",
            "Payments, those first heard of last at the top, page by page.",
            "kkia list --state Flagged --from 2026-03-01", "kkia list --flag AmountMismatch --merchant shop-b --json", "kkia list --undelivered", "kkia list --due --limit 200")
        {
            state, flag, merchant, order, from, to, least, most, method, undelivered, due, limit, after,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            var filter = new PaymentFilter
            {
                State = parsed.GetValue(state), Flag = parsed.GetValue(flag), Merchant = parsed.GetValue(merchant), OrderId = parsed.GetValue(order),
                From = parsed.GetValue(from), To = parsed.GetValue(to), MinAmount = parsed.GetValue(least), MaxAmount = parsed.GetValue(most),
                Method = parsed.GetValue(method), Undelivered = parsed.GetValue(undelivered), Due = parsed.GetValue(due),
                Limit = parsed.GetValue(limit), After = parsed.GetValue(after),
            };
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
