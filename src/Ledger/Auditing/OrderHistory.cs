using KkiaEvents.Ledger.Orders;

namespace KkiaEvents.Ledger.Auditing;

/// <summary>
/// An order from its events alone: what was announced in its own stream, and the outcomes of the payments for it, in order
/// of position. Whoever writes an order's row is kept apart from others by the row's revision, so the order of positions
/// is the order in which the row was written.
/// </summary>
public static class OrderHistory
{
    /// <summary>The order after an announcement.</summary>
    public static Order After(Order order, OrderAnnounced announced) =>
        order with { Due = announced.Amount, AnnouncedTransactionId = announced.TransactionId ?? order.AnnouncedTransactionId };
}
