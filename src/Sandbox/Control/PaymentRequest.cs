using System.Text.Json;
using KkiaEvents.Sandbox.Payments;
using KkiaEvents.Sandbox.Webhooks;

namespace KkiaEvents.Sandbox.Control;

/// <summary>Body of <c>POST /sandbox/payments</c>; what each field does stands in the README. Amounts are whole XOF.</summary>
internal record PaymentRequest
{
    public string? TransactionId { get; init; }

    public string? Merchant { get; init; }

    public long? Amount { get; init; }

    public long? Fees { get; init; }

    public string? Type { get; init; }

    public string? Method { get; init; }

    public string? Operator { get; init; }

    public string? Phone { get; init; }

    public string? Name { get; init; }

    public string? Email { get; init; }

    public string? FeeSupportedBy { get; init; }

    public string? PartnerId { get; init; }

    public JsonElement? StateData { get; init; }

    public bool StateDataAsString { get; init; }

    public string? Label { get; init; }

    public Outcome Outcome { get; init; }

    public string? FailureCode { get; init; }

    public string? FailureMessage { get; init; }

    public string? StatusAfterTimeout { get; init; }

    public string? ApiStatus { get; init; }

    public long SettleAfterMs { get; init; }

    public long? LateSuccessAfterMs { get; init; }

    public long? RefundedAfterMs { get; init; }

    public bool? Webhook { get; init; }

    public long WebhookBeforeApiMs { get; init; }

    public int Duplicates { get; init; }

    public bool Shuffle { get; init; }

    public SignatureMode Signature { get; init; }

    public JsonElement? WebhookAmount { get; init; }

    public JsonElement? WebhookStateData { get; init; }

    public WebhookDialect Dialect { get; init; }

    public string? Event { get; init; }
}

/// <summary>Body of <c>POST /sandbox/payments/bulk</c>.</summary>
internal sealed record BulkRequest : PaymentRequest
{
    public int Count { get; init; }

    public string? Prefix { get; init; }

    public int StartAt { get; init; }
}

/// <summary>Body of <c>POST /sandbox/payments/{id}/status</c>.</summary>
internal sealed record StatusRequest
{
    public Outcome? Outcome { get; init; }

    public string? FailureCode { get; init; }

    public string? FailureMessage { get; init; }

    public bool Webhook { get; init; } = true;
}

/// <summary>Body of <c>POST /sandbox/webhooks</c>.</summary>
internal sealed record RawWebhookRequest
{
    public string? Merchant { get; init; }

    public string? Body { get; init; }

    public SignatureMode Signature { get; init; }

    public string? ContentType { get; init; }

    public int Repeat { get; init; } = 1;

    public int Parallel { get; init; } = 1;
}
