using System.Text.Json.Serialization;
using KkiaEvents.Contracts;
using KkiaEvents.Ledger.Auditing;
using KkiaEvents.Ledger.Operating;
using KkiaEvents.Ledger.Orders;
using KkiaEvents.Ledger.Payments;

namespace KkiaEvents.Ledger.Storage;

/// <summary>
/// What an auditor reads and is shown, described when the product is compiled: each of <see cref="StoredTypes"/>,
/// stories and pages. The form of names is the options' that use it.
/// </summary>
[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata, UseStringEnumConverter = true)]
[JsonSerializable(typeof(WebhookRecorded))]
[JsonSerializable(typeof(PaymentAnnounced))]
[JsonSerializable(typeof(VerificationAnswered))]
[JsonSerializable(typeof(VerificationUnanswered))]
[JsonSerializable(typeof(OrderHeld))]
[JsonSerializable(typeof(PartHeld))]
[JsonSerializable(typeof(OrderReleased))]
[JsonSerializable(typeof(FlagReviewed))]
[JsonSerializable(typeof(PartAccepted))]
[JsonSerializable(typeof(RefundRequested))]
[JsonSerializable(typeof(RefundSent))]
[JsonSerializable(typeof(RefundAnswered))]
[JsonSerializable(typeof(OrderAnnounced))]
[JsonSerializable(typeof(OrderWithdrawn))]
[JsonSerializable(typeof(OrderPaid))]
[JsonSerializable(typeof(OrderPaymentFailed))]
[JsonSerializable(typeof(OrderPaymentFlagged))]
[JsonSerializable(typeof(OrderRefunded))]
[JsonSerializable(typeof(ReplayStarted))]
[JsonSerializable(typeof(ReplayResumed))]
[JsonSerializable(typeof(ReplayProgressed))]
[JsonSerializable(typeof(ReplayEnded))]
[JsonSerializable(typeof(DeadLetterRetried))]
[JsonSerializable(typeof(DeadLetterDiscarded))]
[JsonSerializable(typeof(ApiKeyCreated))]
[JsonSerializable(typeof(ApiKeyRevoked))]
[JsonSerializable(typeof(Payment))]
[JsonSerializable(typeof(Order))]
[JsonSerializable(typeof(List<Story>))]
[JsonSerializable(typeof(PaymentPage))]
internal sealed partial class AuditJsonContext : JsonSerializerContext;
