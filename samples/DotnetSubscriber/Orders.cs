using KkiaEvents.Contracts;

namespace DotnetSubscriber;

/// <summary>
/// The shop's own orders, and what was handed over. Good enough for a sample only: yours are rows of your database, and the
/// check below belongs in the database transaction that records the handover.
/// </summary>
internal sealed class Orders
{
    // What each order costs, in XOF.
    private readonly Dictionary<string, long> costs = new() { ["order-1"] = 5000, ["order-2"] = 100_000 };
    private readonly Lock changing = new();
    private readonly Dictionary<string, string> handedOver = []; // order → the transaction that paid for it
    private readonly HashSet<string> stopped = []; // transactions

    /// <summary>What to do about a payment.</summary>
    public string Paid(OrderPaid paid)
    {
        lock (changing)
        {
            if (stopped.Contains(paid.TransactionId))
                return "it was flagged: do not hand over";
            // The amount was held against an announcement, or else is yours to check: a buyer can change it in the browser.
            // What the order got is the amount, unless the event says otherwise: the customer may have paid fees on top.
            if (paid.DueAmount is null && (paid.OrderId is null || costs.GetValueOrDefault(paid.OrderId) != (paid.PaidForOrder ?? paid.Amount)))
            {
                return paid.OrderId is { } named && costs.TryGetValue(named, out var cost)
                    ? $"nobody announced this order: compare. It costs {cost} XOF: do not hand over"
                    : "nobody announced this order: compare it with your own before you hand over";
            }

            if (paid.OrderId is not { } order)
                return "hand over what this transaction pays for";
            if (handedOver.TryGetValue(order, out var first))
                return first == paid.TransactionId ? "handed over before" : $"handed over for {first} before: ask a person";
            handedOver.Add(order, paid.TransactionId);
            return "hand over the goods";
        }
    }

    /// <summary>What to do about a flagged payment. It may have been paid before: what a flag says comes later and counts.</summary>
    public string Flagged(OrderPaymentFlagged flagged)
    {
        lock (changing)
        {
            stopped.Add(flagged.TransactionId);
            return handedOver.ContainsValue(flagged.TransactionId) ? "stop, and take back what was handed over" : "do not hand over";
        }
    }
}
