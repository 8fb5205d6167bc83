using System.Globalization;
using KkiaEvents.Contracts;
using KkiaEvents.Kkiapay;
using KkiaEvents.Ledger.Payments;

namespace KkiaEvents.Ledger.Auditing;

/// <summary>Says in one sentence which rule of <see cref="PaymentDecision"/> took a decision.</summary>
public static class DecisionRule
{
    /// <summary>The rule.</summary>
    /// <param name="before">The payment before the answer.</param>
    /// <param name="answer">KKiaPay's answer; null when the outcome follows from something else (an operator's act).</param>
    /// <param name="outcome">What was decided; null for nothing new.</param>
    public static string Of(Payment before, VerificationAnswered? answer, OrderEvent? outcome) => outcome switch
    {
        OrderPaid { SupersedesEventId: { } failed } paid => $"Confirmed late: KKiaPay's word is {Word(answer)}, {Agrees(paid)}; overtakes the failure {failed}.",
        OrderPaid paid => $"Confirmed: KKiaPay's word is {Word(answer)}, {Agrees(paid)}, nobody else paid the order.",
        OrderPaymentFailed failed => $"Failed by KKiaPay's own word {Word(answer)} ({failed.FailureCode}), said since {before.FailingSince:u}, and again when asked once more.",
        OrderRefunded { PaidEventId: { } paid } => $"Given back by KKiaPay's own word {Word(answer)}; takes back {paid}.",
        OrderRefunded => $"Given back by KKiaPay's own word {Word(answer)}; it had never been paid here.",
        OrderPaymentFlagged flagged => $"{flagged.Reason}: {flagged.Detail}",
        _ => Nothing(before, answer),
    };

    private static string Agrees(OrderPaid paid) =>
        paid.DueAmount is not { } due ? "nobody had announced what is due"
        : paid.PaidForOrder == due && due != paid.Amount ? string.Create(CultureInfo.InvariantCulture, $"the order has the {due:#,0} XOF that it is due, without fees that the customer paid on top and with parts that a person accepted")
        : "amount and order agree";

    private static string Nothing(Payment before, VerificationAnswered? answer) => (before.Outcome, answer?.Status) switch
    {
        (_, null) => "No answer, no outcome.",
        (PaymentOutcome.Refunded, _) => "Nothing new: after a refund nothing follows.",
        (PaymentOutcome.Paid, TransactionStatus.Complete) => "Nothing new: paid already, and KKiaPay says so again.",
        (PaymentOutcome.Failed, not TransactionStatus.Complete) => "Nothing new: failed already, and KKiaPay has not confirmed it since.",
        (_, TransactionStatus.Pending) => $"Nothing yet: KKiaPay's word is {Word(answer)}; asked again later.",
        (PaymentOutcome.Open or PaymentOutcome.Flagged, TransactionStatus.Failed or TransactionStatus.Cancelled) =>
            $"Nothing yet: KKiaPay's word is {Word(answer)}; asked once more before the payment fails.",
        (_, TransactionStatus.NotFound) => $"Nothing yet: KKiaPay does not know it; flagged after {PaymentDecision.UnknownPatience} such answers in a row.",
        _ => "Nothing new: the same was said before.",
    };

    private static string Word(VerificationAnswered? answer) =>
        answer is null ? "(none)" : answer.Answer.ProviderStatus.Length > 0 ? answer.Answer.ProviderStatus : answer.Status.ToString();
}
