using JasperFx;

namespace KkiaEvents.Ledger.Orders;

/// <summary>
/// What the ledger knows of one order. The row is the order's reservation: whoever decides about money for an order
/// writes it in the same commit, so two transactions can't both pay it, and an announcement and a payment can't miss each other.
/// </summary>
public sealed record Order : IRevisioned
{
    /// <summary>Merchant and order id: <see cref="IdOf"/>.</summary>
    public required string Id { get; init; }

    /// <inheritdoc />
    public int Version { get; set; }

    /// <summary>The merchant.</summary>
    public required string Merchant { get; init; }

    /// <summary>The shop's order id.</summary>
    public required string OrderId { get; init; }

    /// <summary>What it is due, gross, whole XOF; null while nobody announced it.</summary>
    public long? Due { get; init; }

    /// <summary>The transaction that was announced to pay it; null when none was.</summary>
    public string? AnnouncedTransactionId { get; init; }

    /// <summary>The transaction whose OrderPaid went out; null while unpaid. Never changes once set, not even by a refund.</summary>
    public string? PaidBy { get; init; }

    /// <summary>What was paid, gross, whole XOF.</summary>
    public long? PaidAmount { get; init; }

    /// <summary>True once the paying transaction was refunded.</summary>
    public bool Refunded { get; init; }

    /// <summary>Every transaction that had an outcome for this order.</summary>
    public IReadOnlyList<string> Transactions { get; init; } = [];

    /// <summary>The row's id.</summary>
    public static string IdOf(string merchant, string orderId) => $"{merchant}/{orderId}";

    /// <summary>The stream's id of an order's announcements.</summary>
    public static string StreamIdOf(string merchant, string orderId) => $"order/{merchant}/{orderId}";

    /// <summary>An order that nothing is known of yet.</summary>
    public static Order New(string merchant, string orderId) =>
        new() { Id = IdOf(merchant, orderId), Merchant = merchant, OrderId = orderId };

    /// <summary>The order after a transaction had an outcome for it.</summary>
    public Order Touched(string transactionId) =>
        Transactions.Contains(transactionId) ? this : this with { Transactions = [.. Transactions, transactionId] };
}

/// <summary>An order's due was announced: the first event of an order's stream.</summary>
/// <param name="OrderId">The shop's order id.</param>
/// <param name="Amount">Due, gross, whole XOF, above 0.</param>
/// <param name="TransactionId">The transaction that will pay it; null when not known.</param>
/// <param name="AnnouncedAt">When, UTC.</param>
public sealed record OrderAnnounced(string OrderId, long Amount, string? TransactionId, DateTimeOffset AnnouncedAt);
