namespace KkiaEvents.Contracts;

/// <summary>
/// A webhook whose sender knew the secret but whose body is not one we understand: not JSON, no usable transaction id,
/// or an event we don't know. It is parked on a queue of its own for a person to look at; nothing is decided from it.
/// </summary>
public sealed record TransactionUnrecognized
{
    /// <summary>Id of this delivery, new for each webhook request that arrived. Also the bus message's id.</summary>
    public required Guid DeliveryId { get; init; }

    /// <summary>The merchant whose endpoint and secret the webhook matched.</summary>
    public required string Merchant { get; init; }

    /// <summary>What could not be understood, in one sentence for an operator.</summary>
    public required string Reason { get; init; }

    /// <summary>The body as text; bytes that are not UTF-8 are shown as U+FFFD. <see cref="BodyBase64"/> has the bytes.</summary>
    public required string Body { get; init; }

    /// <summary>The body's bytes in base64, when they are not valid UTF-8; otherwise null.</summary>
    public string? BodyBase64 { get; init; }

    /// <summary>The signature when it was an HMAC; null when it was the plain shared secret.</summary>
    public string? Signature { get; init; }

    /// <summary>When the request arrived, UTC.</summary>
    public required DateTimeOffset ReceivedAt { get; init; }
}
