namespace KkiaEvents.Contracts;

/// <summary>
/// A command: a shop announces what an order is due, so that a payment of another amount is flagged instead of accepted
/// (the checkout's amount is set in the browser, and a buyer can change it). Publish it before the checkout opens.
/// Repeating it changes nothing.
/// </summary>
public sealed record ExpectPayment
{
    /// <summary>The merchant; <c>default</c> where there is only one.</summary>
    public string Merchant { get; init; } = "default";

    /// <summary>The shop's order id, as the checkout passes it on: 1 to 200 characters.</summary>
    public required string OrderId { get; init; }

    /// <summary>What the order is due, gross, in whole XOF, above 0.</summary>
    public required long Amount { get; init; }

    /// <summary>The transaction that will pay it, when already known: the payment is then followed even if no webhook ever comes.</summary>
    public string? TransactionId { get; init; }
}
