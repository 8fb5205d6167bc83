namespace KkiaEvents.Contracts;

/// <summary>
/// An <see cref="ExpectPayment"/> was refused, and what was announced before still holds. Tell whoever runs the shop; sending
/// the same command again is refused again.
/// </summary>
public sealed record ExpectPaymentRefused
{
    /// <summary>Id of the refused command's message, so that a repeat has the same id; also this message's id.</summary>
    public required Guid EventId { get; init; }

    /// <summary>The merchant, as the command named it.</summary>
    public required string Merchant { get; init; }

    /// <summary>The order, as the command named it; empty when it named none that can be read.</summary>
    public required string OrderId { get; init; }

    /// <summary>The amount that the command named, in whole XOF; 0 when it named none that can be read as such.</summary>
    public required long Amount { get; init; }

    /// <summary>The transaction that the command named; null when none.</summary>
    public string? TransactionId { get; init; }

    /// <summary>Why, and what to do, in a sentence for the shop's engineer. What can't be read is named by its JSON path: <c>$.amount</c>.</summary>
    public required string Reason { get; init; }

    /// <summary>When it was refused, UTC.</summary>
    public required DateTimeOffset RefusedAt { get; init; }
}
