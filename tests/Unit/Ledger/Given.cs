using System.Text.Json;
using KkiaEvents.Contracts;
using KkiaEvents.Kkiapay;
using KkiaEvents.Ledger.Orders;
using KkiaEvents.Ledger.Payments;

namespace KkiaEvents.Tests.Unit.Ledger;

/// <summary>Facts to decide from.</summary>
internal static class Given
{
    public static readonly PaymentKey Key = new("default", "txn_1");

    public static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    public static readonly OrderPolicy Lenient = new();

    public static WebhookRecorded Claim(long? amount = 5000, string? order = "order-1", string kind = "transaction.success", string digest = "d1") =>
        new(Guid.Empty, kind, amount, order, "{}", digest, null, Noon);

    public static VerificationAnswered Answer(
        TransactionStatus status, long? amount = 5000, string? order = "order-1", string? type = null, string? failureCode = null, DateTimeOffset? at = null, string? word = null) =>
        new(
            new KkiapayTransaction
            {
                TransactionId = Key.TransactionId, Status = status, ProviderStatus = word ?? status.ToString().ToUpperInvariant(), Amount = amount, Fees = 25, Net = amount - 25,
                Type = type, Method = "MOBILE_MONEY", Operator = "mtn", Phone = "+22967434270", FailureCode = failureCode, Raw = "{}",
                StateData = JsonSerializer.SerializeToElement(new { orderId = order }),
            },
            order, at ?? Noon.AddSeconds(1));

    /// <summary>An answer of a payment whose fees the customer paid on top of the price.</summary>
    public static VerificationAnswered FeesOnTop(long amount, long fees, string? order = "order-1", DateTimeOffset? at = null) =>
        Answer(TransactionStatus.Complete, amount, order, at: at) is var answer
            ? answer with { Answer = answer.Answer with { Fees = fees, Net = amount - fees, AmountBeforeFees = amount - fees, CustomerBearsFees = true } }
            : answer;

    /// <summary>An answer of a payment whose amount nobody can read.</summary>
    public static VerificationAnswered Unreadable(string text, string? order = "order-1", DateTimeOffset? at = null) =>
        Answer(TransactionStatus.Complete, null, order, at: at) is var answer ? answer with { Answer = answer.Answer with { AmountText = text } } : answer;

    public static Payment Payment(params object[] events) => events.Aggregate(Ledger_(), (payment, e) => payment.Evolve(e));

    public static Payment PaymentOf(PaymentKey key) => KkiaEvents.Ledger.Payments.Payment.New(key);

    /// <summary>The payment after a claim, an answer and what was decided from them.</summary>
    public static Payment After(Payment payment, VerificationAnswered answer, Order? order = null) =>
        PaymentDecision.Decide(payment, order, answer, Lenient) is { } outcome
            ? payment.Evolve(answer).Evolve(outcome)
            : payment.Evolve(answer);

    public static Order Order(long? due = null, string? paidBy = null) =>
        KkiaEvents.Ledger.Orders.Order.New("default", "order-1") with { Due = due, PaidBy = paidBy };

    public static T Is<T>(OrderEvent? outcome) where T : OrderEvent => Assert.IsType<T>(outcome);

    private static Payment Ledger_() => KkiaEvents.Ledger.Payments.Payment.New(Key);
}
