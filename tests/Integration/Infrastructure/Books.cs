using System.Text.Json;
using KkiaEvents.Contracts;
using KkiaEvents.Kkiapay;
using KkiaEvents.Ledger.Auditing;
using KkiaEvents.Ledger.Orders;
using KkiaEvents.Ledger.Payments;
using KkiaEvents.Ledger.Storage;
using Marten;
using Npgsql;

namespace KkiaEvents.Tests.Integration.Infrastructure;

/// <summary>A merchant's books: streams, documents and rows, each telling the same.</summary>
internal static class Books
{
    /// <summary>What must hold of a merchant's streams, documents and rows, however they came about.</summary>
    public static async Task AgreeAsync(Installation system, string merchant, string which)
    {
        await using var session = system.Get<IDocumentStore>().QuerySession();
        var payments = await session.Query<Payment>().Where(p => p.Merchant == merchant).ToListAsync();
        var orders = await session.Query<Order>().Where(o => o.Merchant == merchant).ToListAsync();
        Assert.NotEmpty(payments);
        var paid = new List<OrderPaid>();
        foreach (var document in payments)
        {
            var events = (await session.Events.FetchStreamAsync(document.Id)).Select(e => e.Data).ToList();
            var folded = events.Aggregate(Payment.New(document.Key()), (p, e) => p.Evolve(e)) with { Version = document.Version };
            Assert.Equal(JsonSerializer.Serialize(folded), JsonSerializer.Serialize(document));

            var outcomes = events.OfType<OrderEvent>().ToList();
            Assert.True(outcomes.OfType<OrderPaid>().Count() <= 1, $"{which}: {document.Id} is paid twice");
            paid.AddRange(outcomes.OfType<OrderPaid>());
            for (var n = 0; n < events.Count; n++)
            {
                // No outcome without a verification just before it that supports it.
                if (events[n] is OrderEvent outcome)
                    Assert.True(events[n - 1] is VerificationAnswered answer && Supports(answer, outcome), $"{which}: {document.Id} {outcome.GetType().Name} follows {events[n - 1].GetType().Name}");
            }

            Assert.Equal((long)outcomes.Count, await system.ReadAsync<long>($"select count(*) from kkiaevents.deliveries where stream_id = '{document.Id}'"));
            var last = events.OfType<VerificationAnswered>().Last();
            if (PaymentDecision.IsOpenAfter(folded, last))
                Assert.Equal(1L, await system.ReadAsync<long>($"select count(*) from kkiaevents.due where stream_id = '{document.Id}'"));
        }

        // Money in is money in the books: an order's due is paid once, unless that money was given back, and whoever holds an
        // order paid, with that amount.
        foreach (var due in paid.Where(p => p.OrderId is not null && p.DueAmount == p.Amount).GroupBy(p => p.OrderId))
            Assert.True(due.Count(p => payments.Single(m => m.TransactionId == p.TransactionId).Outcome != PaymentOutcome.Refunded) <= 1, $"{which}: the due of {due.Key} is paid twice");
        foreach (var order in orders.Where(o => o.PaidBy is not null))
        {
            Assert.Equal(order.PaidAmount, Assert.Single(paid, p => p.TransactionId == order.PaidBy).Amount);
            Assert.Equal(order.OrderId, Assert.Single(payments, p => p.TransactionId == order.PaidBy).PaidOrderId);
        }

        // And the rows of the orders are what the events say, taken in the order in which they were committed.
        var fold = new DecisionFold(_ => new OrderPolicy());
        await foreach (var e in new EventReader(system.Get<NpgsqlDataSource>(), system.Get<LedgerOptions>()).AllAsync(default))
            fold.Add(e);
        foreach (var order in orders.Where(o => o.Transactions.Count > 0 || o.AnnouncedAt is not null || o.Due is not null))
            Assert.Equal(Content(fold.OrderOf(merchant, order.OrderId)!), Content(order));
    }

    // Payments of one commit stand in the order of the ledger's positions there, in the order of their ids here.
    private static string Content(Order order) => JsonSerializer.Serialize(order with
    {
        Version = 0,
        Transactions = [.. order.Transactions.Order(StringComparer.Ordinal)],
        Payments = [.. order.Payments.OrderBy(p => p.TransactionId, StringComparer.Ordinal)],
    });

    private static bool Supports(VerificationAnswered answer, OrderEvent outcome) => outcome switch
    {
        OrderPaid paid => answer.Status == TransactionStatus.Complete && answer.Answer.Amount == paid.Amount,
        OrderPaymentFailed => answer.Status is TransactionStatus.Failed or TransactionStatus.Cancelled,
        OrderRefunded => answer.Status == TransactionStatus.Refunded,
        _ => true,
    };
}
