using System.Text.Json.Serialization;
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
}
