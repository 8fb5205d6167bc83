using KkiaEvents.Contracts;
using KkiaEvents.Ledger.Due;
using KkiaEvents.Ledger.Payments;
using KkiaEvents.Ledger.Storage;
using Marten;

namespace KkiaEvents.Ledger.Orders;

/// <summary>What became of an announcement.</summary>
/// <param name="Accepted">True when the order now stands as announced: due that amount, or withdrawn.</param>
/// <param name="Problem">Why it was refused, for the shop; null when it was not.</param>
/// <param name="Disagrees">True when it was refused for how the order stands: paid, announced later, or its transaction announced for another. False when it makes no sense by itself.</param>
public sealed record Announcement(bool Accepted, string? Problem = null, bool Disagrees = false);

/// <summary>Takes a shop's word about what an order is due.</summary>
public sealed class OrderAnnouncements(IDocumentStore store, LedgerOptions options, TimeProvider time)
{
    /// <summary>
    /// Records an announcement or its withdrawal. The same again changes nothing. Another amount replaces the one before while
    /// the order is unpaid, unless it was sent earlier. Payments of the order that the ledger knows become due, so that they
    /// are decided again with the new knowledge.
    /// </summary>
    /// <param name="command">What is announced.</param>
    /// <param name="by">Who, for the record; null when that is not known.</param>
    /// <param name="sentAt">When it was sent, by the sender's clock, UTC; null when the sender does not say: then it is taken for the latest.</param>
    /// <param name="cancellationToken">Stops before the commit.</param>
    public async Task<Announcement> AnnounceAsync(ExpectPayment command, string? by, DateTimeOffset? sentAt, CancellationToken cancellationToken)
    {
        if (Problem(command) is { } problem)
            return new(false, problem);
        return await Collisions.RetriedAsync(() => RecordAsync(command, by, sentAt?.ToUniversalTime(), cancellationToken), cancellationToken);
    }

    private static string? Problem(ExpectPayment command) => command switch
    {
        _ when !PaymentKey.IsMerchantName(command.Merchant) => $"'{command.Merchant}' is no merchant's name: lower-case letters, digits and hyphens.",
        _ when OrderIdForm.ProblemOf(command.OrderId) is { } wrong => wrong,
        { Withdrawn: false, Amount: <= 0 } => $"Order {command.OrderId}: the amount must be above 0, in whole XOF.",
        _ when command.TransactionId is { } id && !PaymentKey.IsTransactionId(id) => $"Order {command.OrderId}: '{id}' is no transaction id.",
        _ => null,
    };

    private async Task<Announcement> RecordAsync(ExpectPayment command, string? by, DateTimeOffset? sentAt, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await using var session = store.LightweightSession();
        var orderId = OrderIdForm.Canonical(command.OrderId)!;
        var alike = await new LookAlikes(session, options.Schema).OfAsync(Order.New(command.Merchant, orderId), cancellationToken);
        var order = await session.LoadAsync<Order>(Order.IdOf(command.Merchant, orderId), cancellationToken)
            ?? Order.New(command.Merchant, orderId);
        var known = order.Says(command);
        // Said again later, it is the shop's last word: one sent between the two must not replace it.
        if (known && !(sentAt > order.AnnouncedAt))
            return new(true);
        if (RefusalOf(order, command, sentAt) is { } refused)
            return new(false, refused, Disagrees: true);

        object announcement = command.Withdrawn
            ? new OrderWithdrawn(orderId, now, by, sentAt)
            : new OrderAnnounced(orderId, command.Amount, command.TransactionId, now, by, sentAt);
        session.Events.Append(Order.StreamIdOf(command.Merchant, orderId), announcement);
        var announced = announcement is OrderAnnounced due ? order.After(due) : order.After((OrderWithdrawn)announcement);
        if (order.Version == 0)
            session.Insert(announced);
        else
            session.UpdateRevision(announced, order.Version + 1);

        List<string> asked = [.. known ? [] : alike.SelectMany(o => o.Transactions)];
        if (!known && !command.Withdrawn)
        {
            if (command.TransactionId is { } transactionId
                && await FollowAsync(session, new(command.Merchant, transactionId), orderId, now, cancellationToken) is { } other)
                return other;
            asked = [.. asked, .. order.Transactions, .. command.TransactionId is { } id ? [id] : Array.Empty<string>()];
        }

        if (asked.Count > 0)
            session.QueueSqlCommand(DueRow.UpsertSql(options.Schema), DueRow.AtOnce(command.Merchant, asked, "announced", now));
        await session.SaveChangesAsync(cancellationToken);
        return new(true);
    }

    /// <summary>Why an announcement is refused; null when it is not. It changes neither an order that was paid as announced nor a later announcement.</summary>
    /// <param name="order">The order.</param>
    /// <param name="command">What is announced.</param>
    /// <param name="sentAt">When it was sent, UTC; null when that is not known.</param>
    public static string? RefusalOf(Order order, ExpectPayment command, DateTimeOffset? sentAt)
    {
        if (!command.Withdrawn && command.Amount == order.Due)
            return null;
        var news = command.Withdrawn ? "it can't be withdrawn" : $"{command.Amount} XOF disagrees";
        if (order is { PaidBy: { } by, Refunded: false } && (command.Withdrawn || order.Due is not null))
            return $"Order {order.OrderId} was paid by transaction {by}{(order.PaidAmount is { } paid ? $" with {paid} XOF" : "")}; {news}. Refund it, or release the order (kkia order release), first.";
        return sentAt < order.AnnouncedAt
            ? $"Order {order.OrderId} was {(order.Due is { } due ? $"announced at {due} XOF" : "withdrawn")} by a command sent at {order.AnnouncedAt:O}; {news}, which was sent before that."
            : null;
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
}
