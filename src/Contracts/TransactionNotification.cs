namespace KkiaEvents.Contracts;

/// <summary>
/// What KKiaPay told us about one transaction, exactly as it came. A hint, never a fact: whoever acts on money waits for
/// <see cref="OrderPaid"/> or <see cref="OrderPaymentFailed"/>, which follow a check with KKiaPay's API.
/// Published as <see cref="TransactionSucceeded"/>, <see cref="TransactionFailed"/> or <see cref="TransactionTimedOut"/>;
/// subscribe to this type to get all three.
/// </summary>
public record TransactionNotification
{
    /// <summary>Id of this delivery, new for each webhook request that arrived. Also the bus message's id.</summary>
    public required Guid DeliveryId { get; init; }

    /// <summary>The merchant whose endpoint and secret the webhook matched: lower-case letters, digits and hyphens.</summary>
    public required string Merchant { get; init; }

    /// <summary>KKiaPay's transaction id: 1 to 64 of A-Z, a-z, 0-9, underscore and hyphen. Case counts.</summary>
    public required string TransactionId { get; init; }

    /// <summary>The provider's own name of the event: <c>transaction.success</c>, <c>transaction.failed</c> or <c>transaction.timeout</c>.</summary>
    public required string Event { get; init; }

    /// <summary>The amount that the webhook claims, gross, in whole XOF; null when it names none (failed and timeout events may not).</summary>
    public long? Amount { get; init; }

    /// <summary>The request's body as received, as text (UTF-8 decoded, byte for byte the same when encoded again).</summary>
    public required string Body { get; init; }

    /// <summary>
    /// The value of <c>x-kkiapay-secret</c> when it was an HMAC-SHA256 of the body, so that authenticity can be proven
    /// again later; null when the sender showed the plain shared secret, which is never stored.
    /// </summary>
    public string? Signature { get; init; }

    /// <summary>When the request arrived, UTC.</summary>
    public required DateTimeOffset ReceivedAt { get; init; }
}

/// <summary>KKiaPay says that a payment succeeded (<c>transaction.success</c>). Not yet verified.</summary>
public sealed record TransactionSucceeded : TransactionNotification;

/// <summary>KKiaPay says that a payment failed (<c>transaction.failed</c>). Not yet verified.</summary>
public sealed record TransactionFailed : TransactionNotification;

/// <summary>KKiaPay says that the customer did not confirm within 90 seconds (<c>transaction.timeout</c>). Not yet verified; the money may still move.</summary>
public sealed record TransactionTimedOut : TransactionNotification;
