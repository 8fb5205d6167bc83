using System.CommandLine;
using KkiaEvents.Cli.Output;
using KkiaEvents.Ledger.Payments;
using Microsoft.Extensions.DependencyInjection;

namespace KkiaEvents.Cli.Commands;

/// <summary><c>kkia refund</c></summary>
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
            reference, reason, by, confirm,
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

    private static void Preview(Screen screen, Payment payment)
    {
        screen.Line(Acting.Standing(payment), "bold");
        screen.Line($"Would give back{StoryText.Amount(payment.Amount)}, the whole payment. Nothing is done yet: add {Acting.ConfirmName} --reason 'why'.");
    }
}
