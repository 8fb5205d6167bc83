using System.Text.Json;
using KkiaEvents.Contracts;
using KkiaEvents.Ledger.Due;
using KkiaEvents.Ledger.Payments;
using KkiaEvents.Ledger.Storage;
using Marten;

namespace KkiaEvents.Ledger.Orders;

/// <summary>What became of an announcement.</summary>
/// <param name="Accepted">True when the order now is due what was announced.</param>
/// <param name="Problem">Why it was refused, for the shop; null when it was not.</param>
/// <param name="Disagrees">True when it was refused for what was announced before; false when it makes no sense by itself.</param>
public sealed record Announcement(bool Accepted, string? Problem = null, bool Disagrees = false);

/// <summary>Takes a shop's word about what an order is due.</summary>
public sealed class OrderAnnouncements(IDocumentStore store, LedgerOptions options, TimeProvider time)
{
    /// <summary>
    /// Records an announcement. The same again changes nothing; one that disagrees with the first is refused. Payments
    /// of the order that the ledger knows already become due, so that they are decided again with the new knowledge.
    /// </summary>
    public Task<Announcement> AnnounceAsync(ExpectPayment command, CancellationToken cancellationToken) => AnnounceAsync(command, null, cancellationToken);

    /// <summary>The same, on record with who announced it.</summary>
    public async Task<Announcement> AnnounceAsync(ExpectPayment command, string? by, CancellationToken cancellationToken)
    {
        if (Problem(command) is { } problem)
            return new(false, problem);
        return await Collisions.RetriedAsync(() => AnnounceOnceAsync(command, by, cancellationToken), cancellationToken);
    }

    private static string? Problem(ExpectPayment command) => command switch
    {
        _ when !PaymentKey.IsMerchantName(command.Merchant) => $"'{command.Merchant}' is no merchant's name: lower-case letters, digits and hyphens.",
        _ when OrderIdForm.Canonical(command.OrderId) is null => $"{OrderIdForm.Rule} This one does not.",
        _ when command.Amount <= 0 => $"Order {command.OrderId}: the amount must be above 0, in whole XOF.",
        _ when command.TransactionId is { } id && !PaymentKey.IsTransactionId(id) => $"Order {command.OrderId}: '{id}' is no transaction id.",
        _ => null,
    };

    private async Task<Announcement> AnnounceOnceAsync(ExpectPayment command, string? by, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await using var session = store.LightweightSession();
        var orderId = OrderIdForm.Canonical(command.OrderId)!;
        var alike = await new LookAlikes(session, options.Schema).OfAsync(Order.New(command.Merchant, orderId), cancellationToken);
        var order = await session.LoadAsync<Order>(Order.IdOf(command.Merchant, orderId), cancellationToken)
            ?? Order.New(command.Merchant, orderId);

        if (order.Due is { } due)
        {
            if (due != command.Amount)
                return new(false, $"Order {orderId} was announced at {due} XOF before; {command.Amount} XOF disagrees.", Disagrees: true);
            if (command.TransactionId is null || command.TransactionId == order.AnnouncedTransactionId)
                return new(true);
            if (order.AnnouncedTransactionId is { } other)
                return new(false, $"Order {orderId} was announced with transaction {other} before; {command.TransactionId} disagrees.", Disagrees: true);
        }

        var announcement = new OrderAnnounced(orderId, command.Amount, command.TransactionId, now, by);
        session.Events.Append(Order.StreamIdOf(command.Merchant, orderId), announcement);
        var announced = order.After(announcement);
        if (order.Version == 0)
            session.Insert(announced);
        else
            session.UpdateRevision(announced, order.Version + 1);

        if (command.TransactionId is { } transactionId
            && await FollowAsync(session, new(command.Merchant, transactionId), orderId, now, cancellationToken) is { } refused)
            return refused;
        MakeDue(session, order.Transactions.Concat(alike.SelectMany(o => o.Transactions)).Concat(command.TransactionId is null ? [] : [command.TransactionId]), command.Merchant, now);
        await session.SaveChangesAsync(cancellationToken);
        return new(true);
    }

    private static async Task<Announcement?> FollowAsync(
        IDocumentSession session, PaymentKey key, string orderId, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var payment = await session.LoadAsync<Payment>(key.StreamId, cancellationToken);
        if (payment?.AnnouncedOrderId is { } other && other != orderId)
            return new(false, $"Transaction {key.TransactionId} was announced for order {other} before; order {orderId} disagrees.", Disagrees: true);
        if (payment?.AnnouncedOrderId is not null)
            return null;
        var e = session.Events.BuildEvent(new PaymentAnnounced(orderId, now));
        e.CorrelationId = key.StreamId;
        if (payment is null)
            session.Events.StartStream<Payment>(key.StreamId, e);
        else
            session.Events.Append(key.StreamId, payment.Version + 1, e);
        return null;
    }

    private void MakeDue(IDocumentSession session, IEnumerable<string> transactionIds, string merchant, DateTimeOffset now)
    {
        var rows = transactionIds.Distinct()
            .Select(id => new PaymentKey(merchant, id))
            .Select(key => new DueRow(key.StreamId, merchant, key.TransactionId, "announced", now, 0, 0, null, null))
            .ToList();
        if (rows.Count > 0)
            session.QueueSqlCommand(DueRow.UpsertSql(options.Schema), JsonSerializer.Serialize(rows, LedgerStore.Json));
    }
}
