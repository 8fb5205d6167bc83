using System.Text;
using KkiaEvents.Kkiapay;
using KkiaEvents.Ledger.Payments;
using KkiaEvents.Ledger.Storage;

namespace KkiaEvents.Bench.Auditing;

/// <summary>Something that happens to a payment at a time: facts for the ledger, or a person's act.</summary>
internal sealed record PaymentStep(PaymentKey Key, DateTimeOffset At)
{
    public PaymentFacts? Facts { get; init; }

    public Func<PaymentActs, Task>? Act { get; init; }
}

/// <summary>What happens to payments, in the mixture of a shop: most are paid, some fail, and a few are everything else.</summary>
internal static class PaymentSteps
{
    private const string Operator = "bench";

    /// <param name="payment">The payment.</param>
    /// <param name="share">Which of the kinds, 0 to 999.</param>
    /// <param name="other">Another payment, for the same order.</param>
    public static IEnumerable<PaymentStep> Of(FilledPayment payment, int share, FilledPayment other) => share switch
    {
        < 830 => [Told(payment, 1, TransactionStatus.Complete)],
        < 920 => Failed(payment, share),
        < 935 => [.. Failed(payment, share), Told(payment, 180, TransactionStatus.Complete)],
        < 945 => [Told(payment, 1, TransactionStatus.Pending), Asked(payment, 20, TransactionStatus.Complete)],
        < 950 => [Told(payment, 1, TransactionStatus.Pending), Asked(payment, 90_000, TransactionStatus.Pending)],
        < 953 => [Unanswered(payment)],
        < 960 => [Mismatched(payment)],
        < 966 => [Mismatched(payment), Reviewed(payment, 3600, FlagVerdict.Accepted), Asked(payment, 3601, TransactionStatus.Complete)],
        < 969 => [Mismatched(payment), Reviewed(payment, 3600, FlagVerdict.Rejected)],
        < 976 => [Told(payment, 1, TransactionStatus.Complete), Told(other, 60, TransactionStatus.Complete)],
        < 980 => [Told(payment, 1, TransactionStatus.Complete, type: "CREDIT")],
        < 984 => [Told(payment, 1, TransactionStatus.NotFound), .. Enumerable.Range(1, 4).Select(n => Asked(payment, n * 30, TransactionStatus.NotFound))],
        < 989 => [Told(payment, 1, TransactionStatus.Complete), Asked(payment, 86_400, TransactionStatus.Refunded)],
        < 995 => [Told(payment, 1, TransactionStatus.Complete), .. Refunded(payment)],
        _ => [Told(payment with { OrderId = null }, 1, TransactionStatus.Complete)],
    };

    private static PaymentStep Told(FilledPayment payment, int seconds, TransactionStatus status, string? type = "DEBIT") => new(payment.Key, payment.Begins.AddSeconds(seconds))
    {
        Facts = new()
        {
            Key = payment.Key,
            Claims = [payment.Claim(payment.Begins.AddSeconds(seconds - 1))],
            Answer = payment.Answer(payment.Begins.AddSeconds(seconds), status, type: type),
        },
    };

    private static PaymentStep Asked(FilledPayment payment, int seconds, TransactionStatus status) => new(payment.Key, payment.Begins.AddSeconds(seconds))
    {
        Facts = new() { Key = payment.Key, FromDue = true, Answer = payment.Answer(payment.Begins.AddSeconds(seconds), status) },
    };

    private static PaymentStep[] Failed(FilledPayment payment, int share)
    {
        var code = new[] { "insufficient_fund", "timeout", "wrong_pin", "user_rejected", "processing_error" }[share % 5];
        var at = payment.Begins.AddSeconds(1);
        return
        [
            new(payment.Key, at)
            {
                Facts = new()
                {
                    Key = payment.Key, Claims = [payment.Claim(payment.Begins, "transaction.failed", code)], Answer = payment.Answer(at, TransactionStatus.Failed, code),
                },
            },
            Asked(payment, 30, TransactionStatus.Failed),
        ];
    }

    private static PaymentStep Mismatched(FilledPayment payment) => new(payment.Key, payment.Begins.AddSeconds(1))
    {
        Facts = new()
        {
            Key = payment.Key,
            Claims = [payment.Claim(payment.Begins, amount: payment.Amount * 10)],
            Answer = payment.Answer(payment.Begins.AddSeconds(1), TransactionStatus.Complete),
        },
    };

    private static PaymentStep Unanswered(FilledPayment payment) => new(payment.Key, payment.Begins.AddSeconds(1))
    {
        Facts = new()
        {
            Key = payment.Key, Claims = [payment.Claim(payment.Begins)], NoAnswer = new("503 Service Unavailable", payment.Begins.AddSeconds(1)),
        },
    };

    private static PaymentStep Reviewed(FilledPayment payment, int seconds, FlagVerdict verdict) => new(payment.Key, payment.Begins.AddSeconds(seconds))
    {
        Act = acts => acts.ReviewAsync(payment.Key, verdict, Operator, "looked at it in KKiaPay's dashboard", default),
    };

    private static Guid Sending(FilledPayment payment) => DerivedId.Of(Encoding.UTF8.GetBytes(payment.Key.StreamId));

    private static PaymentStep[] Refunded(FilledPayment payment) =>
    [
        new(payment.Key, payment.Begins.AddSeconds(7200)) { Act = acts => acts.RequestRefundAsync(payment.Key, Operator, "goods returned", default) },
        new(payment.Key, payment.Begins.AddSeconds(7201)) { Act = acts => acts.TryClaimRefundAsync(payment.Key, Sending(payment), default) },
        new(payment.Key, payment.Begins.AddSeconds(7202)) { Act = acts => acts.RecordRefundAsync(payment.Key, Sending(payment), RefundAnswer.Accepted, "done", default) },
        Asked(payment, 7210, TransactionStatus.Refunded),
    ];
}
