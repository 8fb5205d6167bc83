namespace KkiaEvents.Contracts;

/// <summary>
/// A command: a shop announces what an order is due, so that a payment of another amount is flagged instead of accepted
/// (the checkout's amount is set in the browser, and a buyer can change it). Publish it before the checkout opens.
/// Repeating it changes nothing. Another amount, sent later, replaces the one before while the order is unpaid. A refused one
/// is answered by <see cref="ExpectPaymentRefused"/>.
/// </summary>
public sealed record ExpectPayment
{
    /// <summary>The merchant; <c>default</c> where there is only one.</summary>
    public string Merchant { get; init; } = "default";

    /// <summary>The shop's order id, as the checkout passes it on: 1 to 128 characters (UTF-16 code units), no controls and nothing invisible. Kept in Unicode's NFC, without white space at either end.</summary>
    public required string OrderId { get; init; }

    /// <summary>What the order is due, gross, in whole XOF, above 0.</summary>
    public required long Amount { get; init; }

    /// <summary>
    /// A transaction that will pay it, when already known: it is then followed even if no webhook ever comes. Each attempt of
    /// the customer has a new id, so an order can be announced with several, one command each.
    /// </summary>
    public string? TransactionId { get; init; }

    /// <summary>
    /// True to take back what was announced, while the order is unpaid: the shop no longer expects it to be paid.
    /// <see cref="Amount"/> is not looked at then, and a payment that comes all the same is flagged.
    /// </summary>
    public bool Withdrawn { get; init; }
}
