using System.CommandLine;
using KkiaEvents.Cli.Output;
using KkiaEvents.Ledger.Auditing;
using KkiaEvents.Ledger.Payments;
using KkiaEvents.Operations.Asking;
using Microsoft.Extensions.DependencyInjection;

namespace KkiaEvents.Cli.Commands;

/// <summary><c>kkia flag accept|reject|ask</c></summary>
internal static class FlagCommand
{
    public static Command Create(CliContext context) => new("flag", "What a person decides about a payment's flags. Who and why are recorded; KKiaPay is asked once more, and its answer decides.")
    {
        Verdict(context, "accept", FlagVerdict.Accepted, "Lets a flagged payment through: OrderPaid comes out if KKiaPay still calls it complete.", "kkia flag accept txn_6f1c0b --reason 'agreed by phone'", "kkia flag accept txn_6f1c0b --amount 4999 --reason 'as the dashboard shows'", "kkia flag accept txn_6f1c0b --part --due 5000 --reason 'deposit'"),
        Verdict(context, "reject", FlagVerdict.Rejected, "Keeps a flagged payment from ever becoming OrderPaid.", "kkia flag reject shop-b/txn_6f1c0b --reason 'forged' --by ama"),
        Ask(context),
    };

    private static KkiaCommand Ask(CliContext context)
    {
        var reference = new Argument<string?>("transaction|order") { Description = "One payment; or say with options which.", Arity = ArgumentArity.ZeroOrOne };
        var reason = Acting.Reason("Why, 1 to 500 characters; it is recorded.", required: true);
        var by = Acting.By();
        var confirm = Acting.Confirm();
        var filters = new FilterOptions();
        var command = new KkiaCommand(
            "ask",
            "Has KKiaPay asked again about any payment, or about every payment that fits. Of several it only tells how many, unless --confirm is given.",
            "kkia flag ask order-1042 --reason 'the customer says it is paid'", "kkia flag ask --flag MerchantMismatch --merchant shop-b --reason 'the keys are right now' --confirm")
        {
            reference, reason, by, confirm,
        };
        filters.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            var (who, why, json) = (parsed.GetValue(by)!, parsed.GetValue(reason)!, parsed.GetValue(command.Json));
            if (parsed.GetValue(reference) is not { } one)
                return await AskAllAsync(context, filters.Read(parsed), who, why, parsed.GetValue(confirm), json, cancellation);
            return filters.Read(parsed) == new PaymentFilter()
                ? await RunAsync(context, FlagVerdict.AskedAgain, one, who, why, json, cancellation)
                : throw new UsageException($"'{one}' names one payment already: give it alone, or options alone.");
        });
        return command;
    }

    private static async Task<int> AskAllAsync(CliContext context, PaymentFilter filter, string by, string reason, bool confirm, bool json, CancellationToken cancellationToken)
    {
        if (filter == new PaymentFilter())
            throw new UsageException("Say which payments: a transaction, an order, or options such as --flag and --merchant.");
        await using var operations = context.OpenOperations();
        var asked = await operations.GetRequiredService<AskAgain>().RunAsync(filter, by, reason, confirm, cancellationToken);
        if (json)
            context.Screen.Json(new { asked.Payments, asked.Asked, By = by, Reason = reason, DryRun = !confirm });
        else if (asked.Payments == 0)
            context.Screen.Line("No payment fits.");
        else
            context.Screen.Line(confirm
                ? $"KKiaPay is asked again about {asked.Asked} payment{(asked.Asked == 1 ? "" : "s")}, recorded as {by}'s."
                : $"{asked.Payments} payment{(asked.Payments == 1 ? " fits" : "s fit")}. Add {Acting.ConfirmName} to have KKiaPay asked again.");
        return ExitCodes.Fine;
    }

    private static KkiaCommand Verdict(CliContext context, string name, FlagVerdict verdict, string description, params string[] examples)
    {
        var reference = ShowCommand.Reference();
        var reason = Acting.Reason("Why, 1 to 500 characters; it is recorded.", required: true);
        var by = Acting.By();
        var due = Acting.Amount("--due", "What the order was due when you looked, in XOF: refused where it is due something else by now.");
        var amount = Acting.Amount("--amount", "What was paid, as KKiaPay's dashboard shows it, in XOF: where KKiaPay's answer has no amount that can be read. It is recorded, and OrderPaid says that it was stated.");
        var part = new Option<bool>("--part") { Description = "As a part of what the order is due (a deposit, the rest): OrderPaid comes out once, when the parts make it full. Say the due with --due." };
        var command = new KkiaCommand(name, description, examples) { reference, reason, by, due };
        if (verdict == FlagVerdict.Accepted)
        {
            command.Options.Add(amount);
            command.Options.Add(part);
        }

        command.SetAction((parsed, cancellation) => RunAsync(
            context, verdict, parsed.GetRequiredValue(reference), parsed.GetValue(by)!, parsed.GetValue(reason)!, parsed.GetValue(command.Json), cancellation, parsed.GetValue(due),
            verdict == FlagVerdict.Accepted ? parsed.GetValue(amount) : null, verdict == FlagVerdict.Accepted && parsed.GetValue(part)));
        return command;
    }

    private static async Task<int> RunAsync(
        CliContext context, FlagVerdict verdict, string reference, string by, string reason, bool json, CancellationToken cancellationToken, long? due = null, long? amount = null, bool part = false)
    {
        if (await Acting.FindPaymentAsync(context, reference, cancellationToken) is not { } payment)
            return ExitCodes.Found;
        await using var operations = context.OpenOperations();
        var result = await operations.GetRequiredService<PaymentActs>().ReviewAsync(
            new(payment.Merchant, payment.TransactionId), verdict, by, reason, cancellationToken, due, amount, part);
        if (result.Problem is { } problem)
        {
            context.Screen.Complain(problem);
            return ExitCodes.Found;
        }

        if (json)
            context.Screen.Json(new { Payment = payment.Id, Verdict = verdict, By = by, Reason = reason, Amount = amount, Part = part });
        else
            context.Screen.Line($"{payment.Id}: {Word(verdict)}{(part ? " as a part" : "")}{(amount is null ? "" : $" at{StoryText.Amount(amount)}")}, recorded as {by}'s. KKiaPay is asked now; what comes of it: kkia show {payment.Id}");
        return ExitCodes.Fine;
    }

    private static string Word(FlagVerdict verdict) => verdict switch
    {
        FlagVerdict.Accepted => "accepted",
        FlagVerdict.Rejected => "rejected",
        _ => "to be asked again",
    };
}
