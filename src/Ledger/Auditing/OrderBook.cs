using KkiaEvents.Contracts;
using KkiaEvents.Ledger.Orders;
using KkiaEvents.Ledger.Payments;

namespace KkiaEvents.Ledger.Auditing;

/// <summary>
/// Orders from events alone: what was announced in their own streams, and what payments did for them, in order of
/// position. Whoever writes an order's row is kept apart from others by the row's revision, so the order of positions
/// is the order in which the row was written. Keeps one small state for each order.
/// </summary>
internal sealed class OrderBook
{
    private readonly Dictionary<string, Order> _orders = [];
    private readonly Dictionary<string, string[]> _announced = [];

    /// <summary>The stored types that say something about an order.</summary>
    public static bool Concerns(Type type) => type == typeof(OrderAnnounced) || type == typeof(OrderWithdrawn) || type == typeof(OrderHeld) || type == typeof(PartHeld) || type == typeof(OrderReleased) || type.IsAssignableTo(typeof(OrderEvent));

    /// <summary>The orders so far, by <see cref="Order.IdOf"/>.</summary>
    public Dictionary<string, Order> Orders => _orders;

    /// <summary>The order so far; null when nothing is known of it.</summary>
    public Order? Find(string merchant, string orderId) => _orders.GetValueOrDefault(Order.IdOf(merchant, orderId));

    /// <summary>The order as a payment that names it is decided with, its look-alike among the announced orders included.</summary>
    public Order Named(string merchant, string orderId)
    {
        var order = Find(merchant, orderId) ?? Order.New(merchant, orderId);
        return order.IsAnnounced ? order : order with { LookAlike = _announced.GetValueOrDefault(order.FoldedId)?.Min(StringComparer.Ordinal) };
    }

    /// <summary>Applies one more event.</summary>
    /// <param name="streamId">Its stream.</param>
    /// <param name="data">Its content; an event that says nothing about an order changes nothing.</param>
    public void Add(string streamId, object? data)
    {
        switch (data)
        {
            case OrderAnnounced announced when StoredEvent.OrderAt(streamId) is { } at:
                Change(at.Merchant, at.OrderId, o => o.After(announced));
                break;
            case OrderWithdrawn withdrawn when StoredEvent.OrderAt(streamId) is { } at:
                Change(at.Merchant, at.OrderId, o => o.After(withdrawn));
                break;
            case OrderReleased released when StoredEvent.PaymentAt(streamId) is { } by:
                Change(by.Merchant, released.OrderId, o => o.ReleasedFrom(by.TransactionId));
                break;
            case OrderHeld held when StoredEvent.PaymentAt(streamId) is { } by:
                Change(by.Merchant, held.OrderId, o => o.PaidBefore(by.TransactionId, held.Amount, held.AmountBeforeFees));
                break;
            case PartHeld part when StoredEvent.PaymentAt(streamId) is { } by:
                Change(by.Merchant, part.OrderId, o => o.With(by.TransactionId, part));
                break;
            case OrderEvent { OrderId: { } orderId } outcome:
                Change(outcome.Merchant, orderId, o => o.After(outcome));
                break;
        }
    }

    private void Change(string merchant, string orderId, Func<Order, Order> change)
    {
        var before = Find(merchant, orderId) ?? Order.New(merchant, orderId);
        var order = _orders[before.Id] = change(before);
        if (order.IsAnnounced == before.IsAnnounced)
            return;
        var announced = _announced.GetValueOrDefault(order.FoldedId, []);
        _announced[order.FoldedId] = order.IsAnnounced ? [.. announced, orderId] : [.. announced.Where(id => id != orderId)];
    }
}
