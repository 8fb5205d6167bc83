using System.Text.Json.Serialization;
using KkiaEvents.Contracts;
using KkiaEvents.Kkiapay;

namespace KkiaEvents.Ledger.Payments;

// What is stored in a payment's stream beside the outcomes, which are stored as they are published
// (KkiaEvents.Contracts: OrderPaid, OrderPaymentFailed, OrderPaymentFlagged, OrderRefunded).

/// <summary>A distinct claim about the transaction arrived. A hint: it leads to a question, never to an outcome.</summary>
/// <param name="DeliveryId">The webhook request's id.</param>
/// <param name="Event">The provider's name of the event.</param>
/// <param name="Amount">Claimed gross amount, whole XOF; null when the claim names none.</param>
/// <param name="OrderId">The order that the claim names; null when none.</param>
/// <param name="Body">The body as received.</param>
/// <param name="BodySha256">SHA-256 of the body, lower-case hex: what tells an exact repeat.</param>
/// <param name="Signature">The HMAC it came with; null when the sender showed the shared secret.</param>
/// <param name="ReceivedAt">When it arrived, UTC.</param>
public sealed record WebhookRecorded(
    Guid DeliveryId,
    string Event,
    long? Amount,
    string? OrderId,
    string Body,
    string BodySha256,
    string? Signature,
    DateTimeOffset ReceivedAt);

/// <summary>The shop announced that this transaction pays an order: it is followed even if no webhook ever comes.</summary>
/// <param name="OrderId">The order.</param>
/// <param name="AnnouncedAt">When, UTC.</param>
public sealed record PaymentAnnounced(string OrderId, DateTimeOffset AnnouncedAt);

/// <summary>KKiaPay was asked and answered.</summary>
/// <param name="Answer">The answer, with its text as it came.</param>
/// <param name="OrderId">The order that the answer names, by the merchant's rule of where to look; null when none.</param>
/// <param name="AnsweredAt">When, UTC.</param>
public sealed record VerificationAnswered(KkiapayTransaction Answer, string? OrderId, DateTimeOffset AnsweredAt)
{
    /// <summary>The answer's status, understood.</summary>
    [JsonIgnore]
    public TransactionStatus Status => Answer.Status;

    /// <summary>False when the answer's type says that no payment was received: a payout, a transfer.</summary>
    [JsonIgnore]
    public bool IsPaymentReceived => Answer.Type is not { } type || type.Equals("DEBIT", StringComparison.OrdinalIgnoreCase);
}

/// <summary>KKiaPay was asked again and again, and gave no answer that can be used. Recorded only where a flag follows from it; it says nothing about the payment.</summary>
/// <param name="Error">What came instead the last time, without secrets.</param>
/// <param name="Attempts">How many questions in a row had none.</param>
/// <param name="At">When the last one was given up, UTC.</param>
public sealed record VerificationUnanswered(string Error, int Attempts, DateTimeOffset At);

/// <summary>
/// A payment that was accepted before holds an order from now on: no other transaction can pay it. It had been accepted
/// without an order, and one is named for it since; or it had lost the order, and a person accepted it all the same.
/// </summary>
/// <param name="OrderId">The order.</param>
/// <param name="Amount">What was paid, gross, whole XOF.</param>
/// <param name="At">When, UTC.</param>
/// <param name="AmountBeforeFees">The same without fees that the customer paid on top; null when there are none.</param>
public sealed record OrderHeld(
    string OrderId, long? Amount, DateTimeOffset At, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? AmountBeforeFees = null);

/// <summary>
/// A payment is a part of what its order is due, on a person's word and confirmed by KKiaPay. Nothing is handed over for it: the
/// payment whose part makes the due full is OrderPaid, or the order was paid already and this is the rest.
/// </summary>
/// <param name="OrderId">The order.</param>
/// <param name="Amount">How much of the order it pays, whole XOF.</param>
/// <param name="At">When, UTC.</param>
public sealed record PartHeld(string OrderId, long Amount, DateTimeOffset At);

/// <summary>
/// A person freed an order from the payment that held it, or had the money of a part sent back: another can pay the order, and this
/// one pays for nothing here.
/// </summary>
/// <param name="OrderId">The order.</param>
/// <param name="By">Who.</param>
/// <param name="Reason">Why, in the person's words.</param>
/// <param name="At">When, UTC.</param>
public sealed record OrderReleased(string OrderId, string By, string Reason, DateTimeOffset At);

/// <summary>What a person decided about a flagged payment.</summary>
public enum FlagVerdict
{
    /// <summary>Let it through: KKiaPay is asked once more, and the rules decide without the accepted objection.</summary>
    Accepted,

    /// <summary>It pays for nothing here. Money that was taken is to be given back.</summary>
    Rejected,

    /// <summary>KKiaPay is asked again, nothing else.</summary>
    AskedAgain,
}

/// <summary>A person looked at a payment.</summary>
/// <param name="Verdict">What was decided.</param>
/// <param name="Flags">The flags that were open, and are answered by this.</param>
/// <param name="Amount">The verified amount that the person saw, whole XOF. The verdict holds for this amount only.</param>
/// <param name="OrderId">The order that the person saw. The verdict holds for this order only.</param>
/// <param name="Status">The provider's last status that the person saw.</param>
/// <param name="By">Who.</param>
/// <param name="Reason">Why, in the person's words.</param>
/// <param name="At">When, UTC.</param>
/// <param name="Due">What the order was due when the person looked, whole XOF; null when nobody had announced it. The verdict holds for this due only.</param>
/// <param name="DueSeen">False for a review of a version that did not note the due: it holds for any.</param>
/// <param name="StatedAmount">What was paid by KKiaPay's dashboard, where its answer has no amount that can be read, whole XOF; null otherwise.</param>
public sealed record FlagReviewed(
    FlagVerdict Verdict, IReadOnlyList<FlagReason> Flags, long? Amount, string? OrderId, TransactionStatus? Status, string By, string Reason, DateTimeOffset At,
    long? Due = null, bool DueSeen = false,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? StatedAmount = null);

/// <summary>
/// A person let a payment through as a part of what its order is due. KKiaPay is asked once more, and the rules decide. An event of
/// its own: a version that does not know it must not take it for an acceptance of the whole.
/// </summary>
/// <param name="Flags">The flags that were open, or accepted before, and are answered by this.</param>
/// <param name="Amount">KKiaPay's amount that the person saw, whole XOF; null where it can't be read. It holds for this amount only.</param>
/// <param name="OrderId">The order. It holds for this order only.</param>
/// <param name="Due">What the order was due when the person looked, whole XOF; null when nobody had announced it. A part stays one while the due changes.</param>
/// <param name="By">Who.</param>
/// <param name="Reason">Why, in the person's words.</param>
/// <param name="At">When, UTC.</param>
/// <param name="StatedAmount">What was paid by KKiaPay's dashboard, where its answer has no amount that can be read, whole XOF; null otherwise.</param>
public sealed record PartAccepted(
    IReadOnlyList<FlagReason> Flags, long? Amount, string OrderId, long? Due, string By, string Reason, DateTimeOffset At,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? StatedAmount = null);

/// <summary>A person asked for a refund. Nothing has been sent yet.</summary>
/// <param name="By">Who.</param>
/// <param name="Reason">Why; KKiaPay is told.</param>
/// <param name="At">When, UTC.</param>
public sealed record RefundRequested(string By, string Reason, DateTimeOffset At);

/// <summary>The refund is about to be sent. Recorded before it is: from here on it is never sent again unless KKiaPay certainly did not do it.</summary>
/// <param name="At">When, UTC.</param>
/// <param name="SendingId">Tells this sending from any other; null in streams from before sendings had one.</param>
public sealed record RefundSent(DateTimeOffset At, Guid? SendingId = null);

/// <summary>What came back for a refund.</summary>
public enum RefundAnswer
{
    /// <summary>KKiaPay says that it is given back; verifying must confirm it.</summary>
    Accepted,

    /// <summary>KKiaPay did not do it.</summary>
    Refused,

    /// <summary>No answer: whether it happened, only verifying can tell.</summary>
    Lost,

    /// <summary>KKiaPay did not look at it, for the keys were refused (401, 403) or there were too many requests (429): it is sent again.</summary>
    NotTaken,
}

/// <summary>What came back for a refund that was sent, or what a person found out about one whose answer was lost.</summary>
/// <param name="Answer">What it means.</param>
/// <param name="Detail">The provider's words, or what went wrong; a person's reason where <paramref name="By"/> is set.</param>
/// <param name="At">When, UTC.</param>
/// <param name="SendingId">The sending that it is about; null in streams from before sendings had an id.</param>
/// <param name="By">The person who settled it; null for KKiaPay's own answer.</param>
public sealed record RefundAnswered(RefundAnswer Answer, string? Detail, DateTimeOffset At, Guid? SendingId = null, string? By = null);
