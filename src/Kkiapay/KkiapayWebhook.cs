using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;

namespace KkiaEvents.Kkiapay;

/// <summary>A webhook's body, read leniently (wire notes, "Webhook"). A hint, never a fact.</summary>
public sealed record KkiapayWebhook
{
    /// <summary>What happened.</summary>
    public required WebhookEvent Event { get; init; }

    /// <summary>KKiaPay's transaction id: 1 to 64 of A-Z, a-z, 0-9, underscore, hyphen.</summary>
    public required string TransactionId { get; init; }

    /// <summary>Claimed amount, whole XOF; null when absent, not a whole number, or of two meanings (the text <c>1.000</c>).</summary>
    public long? Amount { get; init; }

    /// <summary>The widget's <c>partnerId</c>; null when absent or empty.</summary>
    public string? PartnerId { get; init; }

    /// <summary>The shop's own data, as in <see cref="KkiapayTransaction.StateData"/>.</summary>
    public JsonElement? StateData { get; init; }

    /// <summary>Failure code as it came; null when absent.</summary>
    public string? FailureCode { get; init; }

    /// <summary>When the payment was made, by the provider's clock; null when absent or unreadable. Signs no time: never refuse by it.</summary>
    public DateTimeOffset? PerformedAt { get; init; }

    /// <summary>The provider's own name of <see cref="Event"/>: <c>transaction.success</c>, <c>transaction.failed</c> or <c>transaction.timeout</c>.</summary>
    public string EventName => Event switch
    {
        WebhookEvent.TransactionSuccess => "transaction.success",
        WebhookEvent.TransactionFailed => "transaction.failed",
        _ => "transaction.timeout",
    };

    /// <summary>Reads a body. Never throws, whatever the bytes.</summary>
    /// <param name="body">The request's body.</param>
    /// <param name="webhook">The webhook, when it could be understood.</param>
    /// <param name="problem">What could not be understood, in one sentence, when not.</param>
    public static bool TryParse(
        ReadOnlySpan<byte> body,
        [NotNullWhen(true)] out KkiapayWebhook? webhook,
        [NotNullWhen(false)] out string? problem)
    {
        webhook = null;
        // JsonDocument reads from memory that outlives the call, not from a span.
        if (!ProviderJson.TryParseObject(body.ToArray(), out var document, out problem))
            return false;

        using (document)
        {
            webhook = Read(document.RootElement, out problem);
            return webhook is not null;
        }
    }

    private static KkiapayWebhook? Read(JsonElement root, out string? problem)
    {
        var transactionId = ProviderFields.StringOf(root, "transactionId");
        if (!TransactionIdForm.IsValid(transactionId))
        {
            problem = transactionId is null
                ? "The body has no transactionId that is a string."
                : "The transactionId is not 1 to 64 of A-Z, a-z, 0-9, underscore and hyphen.";
            return null;
        }

        var name = ProviderFields.StringOf(root, "event");
        if (EventOf(name) is not { } known)
        {
            problem = name is null
                ? "The body has no event that is a string."
                : $"The event \"{ProviderText.OneLine(name, 64)}\" is not one we know.";
            return null;
        }

        problem = null;
        return new KkiapayWebhook
        {
            Event = known,
            TransactionId = transactionId,
            Amount = ProviderFields.Whole(root, "amount"),
            PartnerId = ProviderFields.Id(root, "partnerId"),
            StateData = ShopData.Of(root),
            FailureCode = ProviderFields.Id(root, "failureCode"),
            PerformedAt = ProviderFields.PerformedAt(root),
        };
    }

    private static WebhookEvent? EventOf(string? name) => name switch
    {
        "transaction.success" => WebhookEvent.TransactionSuccess,
        "transaction.failed" => WebhookEvent.TransactionFailed,
        "transaction.timeout" => WebhookEvent.TransactionTimeout,
        _ => null,
    };

    // A record prints all its members; the shop's own data may hold personal data.
    private bool PrintMembers(StringBuilder builder)
    {
        builder.Append("Event = ").Append(EventName).Append(", TransactionId = ").Append(TransactionId)
            .Append(", Amount = ").Append(Amount);
        return true;
    }
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
