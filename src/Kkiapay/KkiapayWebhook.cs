using System.Text.Json;

namespace KkiaEvents.Kkiapay;

/// <summary>A webhook's body, read leniently (wire notes, "Webhook"). A hint, never a fact.</summary>
public sealed record KkiapayWebhook
{
    /// <summary>What happened.</summary>
    public required WebhookEvent Event { get; init; }

    /// <summary>KKiaPay's transaction id: 1 to 64 of A-Z, a-z, 0-9, underscore, hyphen.</summary>
    public required string TransactionId { get; init; }

    /// <summary>Claimed amount, whole XOF; null when absent or not a whole number.</summary>
    public long? Amount { get; init; }

    /// <summary>The widget's <c>partnerId</c>; null when absent or empty.</summary>
    public string? PartnerId { get; init; }

    /// <summary>The shop's own data, as in <see cref="KkiapayTransaction.StateData"/>.</summary>
    public JsonElement? StateData { get; init; }

    /// <summary>Failure code as it came; null when absent.</summary>
    public string? FailureCode { get; init; }

    /// <summary>When the payment was made, by the provider's clock; null when absent or unreadable. Signs no time: never refuse by it.</summary>
    public DateTimeOffset? PerformedAt { get; init; }

    /// <summary>Reads a body. Never throws, whatever the bytes.</summary>
    /// <param name="body">The request's body.</param>
    /// <param name="webhook">The webhook, when it could be understood.</param>
    /// <param name="problem">What could not be understood, in one sentence, when not.</param>
    public static bool TryParse(ReadOnlySpan<byte> body, out KkiapayWebhook? webhook, out string? problem) =>
        throw new NotImplementedException();
}

/// <summary>The events that KKiaPay posts.</summary>
public enum WebhookEvent
{
    /// <summary><c>transaction.success</c></summary>
    TransactionSuccess,

    /// <summary><c>transaction.failed</c></summary>
    TransactionFailed,

    /// <summary><c>transaction.timeout</c></summary>
    TransactionTimeout,
}
