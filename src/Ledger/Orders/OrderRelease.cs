using KkiaEvents.Ledger.Due;
using KkiaEvents.Ledger.Payments;
using KkiaEvents.Ledger.Storage;
using Marten;

namespace KkiaEvents.Ledger.Orders;

/// <summary>Frees an order from the payment that holds it, on a person's word, so that the right one can pay it.</summary>
public sealed class OrderRelease(IDocumentStore store, LedgerOptions options, TimeProvider time)
{
    /// <summary>
    /// Frees it. The payment that held it is flagged; the others that were made for the order are asked about again at once,
    /// and the first that agrees with what is due pays it.
    /// </summary>
    /// <param name="merchant">The merchant.</param>
    /// <param name="orderId">The order.</param>
    /// <param name="by">Who, 1 to 100 characters.</param>
    /// <param name="reason">Why, 1 to 500 characters.</param>
    /// <param name="cancellationToken">Stops before the commit.</param>
    public async Task<ActResult> ReleaseAsync(string merchant, string orderId, string by, string reason, CancellationToken cancellationToken) =>
        PaymentActs.ProblemOf(by, reason) is { } wrong
            ? new(wrong)
            : await Collisions.RetriedAsync(() => ReleaseOnceAsync(Order.IdOf(merchant, OrderIdForm.Canonical(orderId) ?? orderId), by.Trim(), reason.Trim(), cancellationToken), cancellationToken);

    /// <summary>Why a release is refused; null when it is not. An order whose due is paid in full stays paid: a second payment would have the goods handed over twice.</summary>
    public static string? ProblemOf(Order order) => order switch
    {
        { PaidBy: null } => $"No payment holds order {order.OrderId}: there is nothing to release.",
        { Refunded: false, Due: { } due } when order.Covers(due) =>
            $"Transaction {order.PaidBy} paid the {due} XOF that order {order.OrderId} is due{(order.Parts is { } parts ? $", with {string.Join(", ", parts.Select(p => p.TransactionId))}" : "")}: another payment would pay it twice. Refund {order.PaidBy} first.",
        _ => null,
    };

    private async Task<ActResult> ReleaseOnceAsync(string id, string by, string reason, CancellationToken cancellationToken)
    {
        await using var session = store.LightweightSession();
        if (await session.LoadAsync<Order>(id, cancellationToken) is not { } order)
            return new($"The ledger knows no order {id}.");
        if (ProblemOf(order) is { } refused)
            return new(refused);
        var now = time.GetUtcNow();
        var key = new PaymentKey(order.Merchant, order.PaidBy!);
        if (await session.LoadAsync<Payment>(key.StreamId, cancellationToken) is not { } payment)
            return new($"The ledger knows no payment {key.StreamId}, which order {order.OrderId} names: run kkia rebuild.");
        var e = session.Events.BuildEvent(new OrderReleased(order.OrderId, by, reason, now));
        e.CorrelationId = key.StreamId;
        session.Events.Append(key.StreamId, payment.Version + 1, e);
        session.UpdateRevision(order.Freed(), order.Version + 1);
        session.QueueSqlCommand(DueRow.UpsertSql(options.Schema), DueRow.AtOnce(order.Merchant, order.Transactions, "released", now));
        await session.SaveChangesAsync(cancellationToken);
        return new();
    }
}
