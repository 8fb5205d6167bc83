using KkiaEvents.Contracts;
using KkiaEvents.Ledger.Operating;
using KkiaEvents.Ledger.Orders;
using KkiaEvents.Ledger.Payments;

namespace KkiaEvents.Ledger.Storage;

/// <summary>The types of stored events. Apart from Marten's set-up: who only reads them needs none of it.</summary>
public static class StoredTypes
{
    /// <summary>What is stored in streams, by the name it is stored under. A name never changes.</summary>
    public static readonly IReadOnlyDictionary<string, Type> ByName = new Dictionary<string, Type>
    {
        ["webhook_recorded"] = typeof(WebhookRecorded),
        ["payment_announced"] = typeof(PaymentAnnounced),
        ["verification_answered"] = typeof(VerificationAnswered),
        ["verification_unanswered"] = typeof(VerificationUnanswered),
        ["order_held"] = typeof(OrderHeld),
        ["part_held"] = typeof(PartHeld),
        ["order_released"] = typeof(OrderReleased),
        ["flag_reviewed"] = typeof(FlagReviewed),
        ["part_accepted"] = typeof(PartAccepted),
        ["refund_requested"] = typeof(RefundRequested),
        ["refund_sent"] = typeof(RefundSent),
        ["refund_answered"] = typeof(RefundAnswered),
        ["order_announced"] = typeof(OrderAnnounced),
        ["order_withdrawn"] = typeof(OrderWithdrawn),
        ["order_paid"] = typeof(OrderPaid),
        ["order_payment_failed"] = typeof(OrderPaymentFailed),
        ["order_payment_flagged"] = typeof(OrderPaymentFlagged),
        ["order_refunded"] = typeof(OrderRefunded),
        ["replay_started"] = typeof(ReplayStarted),
        ["replay_resumed"] = typeof(ReplayResumed),
        ["replay_progressed"] = typeof(ReplayProgressed),
        ["replay_ended"] = typeof(ReplayEnded),
        ["dead_letter_retried"] = typeof(DeadLetterRetried),
        ["dead_letter_discarded"] = typeof(DeadLetterDiscarded),
        ["api_key_created"] = typeof(ApiKeyCreated),
        ["api_key_revoked"] = typeof(ApiKeyRevoked),
    };
}
