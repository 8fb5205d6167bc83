using KkiaEvents.Contracts;
using KkiaEvents.Ledger.Orders;

namespace KkiaEvents.Ledger.Payments;

/// <summary>
/// When a person is told of a payment about which KKiaPay gives no answer that can be used. A flag and nothing else ever
/// follows: no answer says nothing about the payment. A pure function, as <see cref="PaymentDecision"/> is.
/// </summary>
public static class UnansweredDecision
{
    /// <summary>How many questions in a row must have gone without a usable answer: one may fail for a reason of its own.</summary>
    public const int Patience = 3;

    /// <summary>Decides.</summary>
    /// <param name="payment">The payment as its stream stands, claims applied.</param>
    /// <param name="order">The order that it is for, as the ledger knows it; null when it names none.</param>
    /// <param name="unanswered">What KKiaPay's silence came to.</param>
    /// <returns>The flag; null when a person knows of the payment already, or it is too early.</returns>
    public static OrderPaymentFlagged? Decide(Payment payment, Order? order, VerificationUnanswered unanswered)
    {
        if (unanswered.Attempts < Patience || payment.FirstSeenAt == default)
            return null;
        return payment switch
        {
            { FollowsRefund: true } => Flag(FlagReason.RefundUnconfirmed, payment.RefundRequestedAt, PaymentDecision.RefundPatience,
                "A refund was asked for, and KKiaPay has given no usable answer about the payment for a day"),
            { Outcome: PaymentOutcome.Open or PaymentOutcome.Flagged, Flags.Count: 0 } => Flag(FlagReason.StillPending, payment.FirstSeenAt, PaymentDecision.PendingPatience,
                "KKiaPay has given no usable answer about this payment for a day"),
            { Outcome: PaymentOutcome.Failed, HasUnreviewedSuccess: true } => Flag(FlagReason.Contradiction, payment.SuccessClaimedAt, PaymentDecision.SuccessPatience,
                "A webhook said that this payment succeeded, and KKiaPay's API, which had called it failed, has given no usable answer for a day"),
            _ => null,
        };

        OrderPaymentFlagged? Flag(FlagReason reason, DateTimeOffset? since, TimeSpan patience, string detail) =>
            unanswered.At - since >= patience && !payment.Flags.Contains(reason)
                ? new()
                {
                    EventId = OutcomeId.Of(payment.Key(), $"{nameof(OrderPaymentFlagged)}.{reason}", payment.Outcomes),
                    Merchant = payment.Merchant,
                    TransactionId = payment.TransactionId,
                    OrderId = PaymentDecision.OrderOf(payment),
                    ReceivedAt = payment.ReceivedAt,
                    DecidedAt = unanswered.At,
                    Reason = reason,
                    Detail = $"{detail} ({unanswered.Error}). Nothing is decided and it is asked again; look the payment up in KKiaPay's dashboard.",
                    ExpectedAmount = order?.Due ?? (payment.ClaimedAmounts.Count > 0 ? payment.ClaimedAmounts[0] : null),
                }
                : null;
    }

    /// <summary>What a question without a usable answer comes to; null when it is nothing that a payment's own flag can tell: nobody asked, or the keys are refused, which has an alarm of its own.</summary>
    /// <param name="facts">What is new about the payment.</param>
    internal static VerificationUnanswered? Of(PaymentFacts facts) =>
        facts is { Answer: null, NoAnswer: { AskAt: null, KeysRefused: false } none } ? new(none.Error, facts.UnansweredBefore + 1, none.At) : null;
}
