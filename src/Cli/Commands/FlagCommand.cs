using System.CommandLine;
using KkiaEvents.Ledger.Payments;
using Microsoft.Extensions.DependencyInjection;

namespace KkiaEvents.Cli.Commands;

/// <summary><c>kkia flag accept|reject|ask</c></summary>
internal static class FlagCommand
{
    public static Command Create(CliContext context) => new("flag", "What a person decides about a payment's flags. Who and why are recorded; KKiaPay is asked once more, and its answer decides.")
    {
        Verdict(context, "accept", FlagVerdict.Accepted, "Lets a flagged payment through: OrderPaid comes out if KKiaPay still calls it complete.", "kkia flag accept txn_6f1c0b --reason 'agreed by phone'"),
        Verdict(context, "reject", FlagVerdict.Rejected, "Keeps a flagged payment from ever becoming OrderPaid.", "kkia flag reject shop-b/txn_6f1c0b --reason 'forged' --by ama"),
        Verdict(context, "ask", FlagVerdict.AskedAgain, "Has KKiaPay asked again about any payment.", "kkia flag ask order-1042 --reason 'the customer says it is paid'"),
    };

    private static KkiaCommand Verdict(CliContext context, string name, FlagVerdict verdict, string description, string example)
    {
        var reference = ShowCommand.Reference();
        var reason = Acting.Reason("Why, 1 to 500 characters; it is recorded.", required: true);
        var by = Acting.By();
        var command = new KkiaCommand(name, description, example) { reference, reason, by };
        command.SetAction((parsed, cancellation) => RunAsync(
            context, verdict, parsed.GetRequiredValue(reference), parsed.GetValue(by)!, parsed.GetValue(reason)!, parsed.GetValue(command.Json), cancellation));
        return command;
    }

    private static async Task<int> RunAsync(
        CliContext context, FlagVerdict verdict, string reference, string by, string reason, bool json, CancellationToken cancellationToken)
    {
        if (await Acting.FindPaymentAsync(context, reference, cancellationToken) is not { } payment)
            return ExitCodes.Found;
        await using var operations = context.OpenOperations();
        var result = await operations.GetRequiredService<PaymentActs>().ReviewAsync(
            new(payment.Merchant, payment.TransactionId), verdict, by, reason, cancellationToken);
        if (result.Problem is { } problem)
        {
            context.Screen.Complain(problem);
            return ExitCodes.Found;
        }

        if (json)
            context.Screen.Json(new { Payment = payment.Id, Verdict = verdict, By = by, Reason = reason });
        else
            context.Screen.Line($"{payment.Id}: {Word(verdict)}, recorded as {by}'s. KKiaPay is asked now; what comes of it: kkia show {payment.Id}");
        return ExitCodes.Fine;
    }

    private static string Word(FlagVerdict verdict) => verdict switch
    {
        FlagVerdict.Accepted => "accepted",
        FlagVerdict.Rejected => "rejected",
        _ => "to be asked again",
    };
}
