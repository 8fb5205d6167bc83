using System.CommandLine;
using KkiaEvents.Cli.Output;
using KkiaEvents.Ledger.Payments;
using Microsoft.Extensions.DependencyInjection;

namespace KkiaEvents.Cli.Commands;

/// <summary><c>kkia refund</c>, <c>kkia refund settle</c></summary>
internal static class RefundCommand
{
    public static Command Create(CliContext context)
    {
        var reference = ShowCommand.Reference();
        var reason = Acting.Reason("Why, 1 to 500 characters; it is recorded. Needed with --confirm.", required: false);
        var by = Acting.By();
        var confirm = Acting.Confirm();
        var command = new KkiaCommand(
            "refund",
            "Has KKiaPay give a payment back, whole, to the one who paid it. A Processor sends it, once; OrderRefunded comes out when KKiaPay says that it is done. Mobile money only. Tells what it would do, unless --confirm is given.",
            "kkia refund txn_6f1c0b", "kkia refund order-1042 --reason 'goods returned' --by ama --confirm")
        {
            reference, reason, by, confirm, Settle(context),
        };
        command.SetAction((parsed, cancellation) => RunAsync(
            context, parsed.GetRequiredValue(reference), parsed.GetValue(by)!, parsed.GetValue(reason), parsed.GetValue(confirm), parsed.GetValue(command.Json), cancellation));
        return command;
    }

    private static async Task<int> RunAsync(
        CliContext context, string reference, string by, string? reason, bool confirm, bool json, CancellationToken cancellationToken)
    {
        if (confirm && string.IsNullOrWhiteSpace(reason))
            throw new UsageException("A refund is recorded with its reason: add --reason 'why'.");
        if (await Acting.FindPaymentAsync(context, reference, cancellationToken) is not { } payment)
            return ExitCodes.Found;
        var problem = PaymentActs.RefundProblem(payment);
        if (problem is null && confirm)
        {
            await using var operations = context.OpenOperations();
            problem = (await operations.GetRequiredService<PaymentActs>().RequestRefundAsync(
                new(payment.Merchant, payment.TransactionId), by, reason!, cancellationToken)).Problem;
        }

        if (problem is not null)
        {
            context.Screen.Complain(problem);
            return ExitCodes.Found;
        }

        if (json)
            context.Screen.Json(new { Payment = payment.Id, payment.Amount, payment.Method, By = by, Reason = reason, DryRun = !confirm });
        else if (confirm)
            context.Screen.Line($"{payment.Id}: a refund of{StoryText.Amount(payment.Amount)} is asked for, recorded as {by}'s. What comes of it: kkia show {payment.Id}");
        else
            Preview(context.Screen, payment);
        return ExitCodes.Fine;
    }

    private static KkiaCommand Settle(CliContext context)
    {
        var reference = ShowCommand.Reference();
        var done = new Option<bool>("--done") { Description = "KKiaPay gave the money back: OrderRefunded comes out once KKiaPay's API says so." };
        var notDone = new Option<bool>("--not-done") { Description = "KKiaPay did not: a refund may be asked for again." };
        var reason = Acting.Reason("How it is known, 1 to 500 characters; it is recorded.", required: true);
        var by = Acting.By();
        var command = new KkiaCommand(
            "settle",
            "Says what became of a refund that was sent and whose answer was lost, as KKiaPay's dashboard or support tells it. Until then it is not sent again.",
            "kkia refund settle txn_6f1c0b --not-done --reason 'the dashboard shows no refund'")
        {
            reference, done, notDone, reason, by,
        };
        command.Validators.Add(result =>
        {
            if (result.GetValue(done) == result.GetValue(notDone))
                result.AddError("Say which: --done or --not-done.");
        });
        command.SetAction((parsed, cancellation) => SettleAsync(
            context, parsed.GetRequiredValue(reference), parsed.GetValue(done), parsed.GetValue(by)!, parsed.GetValue(reason)!, parsed.GetValue(command.Json), cancellation));
        return command;
    }

    private static async Task<int> SettleAsync(
        CliContext context, string reference, bool done, string by, string reason, bool json, CancellationToken cancellationToken)
    {
        if (await Acting.FindPaymentAsync(context, reference, cancellationToken) is not { } payment)
            return ExitCodes.Found;
        await using var operations = context.OpenOperations();
        var result = await operations.GetRequiredService<PaymentActs>().SettleRefundAsync(
            new(payment.Merchant, payment.TransactionId), done, by, reason, cancellationToken);
        if (result.Problem is { } problem)
        {
            context.Screen.Complain(problem);
            return ExitCodes.Found;
        }

        if (json)
            context.Screen.Json(new { Payment = payment.Id, Done = done, By = by, Reason = reason });
        else
            context.Screen.Line($"{payment.Id}: the refund is settled as {(done ? "done; OrderRefunded comes out when KKiaPay confirms it" : "not done; kkia refund may ask for it again")}. Recorded as {by}'s.");
        return ExitCodes.Fine;
    }

    private static void Preview(Screen screen, Payment payment)
    {
        screen.Line(Acting.Standing(payment), "bold");
        screen.Line($"Would give back{StoryText.Amount(payment.Amount)}, the whole payment. Nothing is done yet: add {Acting.ConfirmName} --reason 'why'.");
    }
}
