using KkiaEvents.Contracts;
using KkiaEvents.Kkiapay;
using KkiaEvents.Ledger.Orders;
using KkiaEvents.Ledger.Payments;

namespace KkiaEvents.Tests.Unit.Ledger;

/// <summary>An order knows how it stands, and by which transactions.</summary>
public class OrderTests
{
    [Fact]
    public void An_unpaid_order_is_announced_anew_by_what_was_sent_later_and_never_by_what_was_sent_before()
    {
        var order = Order.New("default", "order-1").After(new OrderAnnounced("order-1", 5000, null, Given.Noon, SentAt: Given.Noon));
        Assert.True(order.Says(Expect(5000)));
        Assert.Null(OrderAnnouncements.RefusalOf(order, Expect(4000), Given.Noon.AddSeconds(1)));
        Assert.Null(OrderAnnouncements.RefusalOf(order, Expect(4000), null));
        Assert.Contains("sent before that", OrderAnnouncements.RefusalOf(order, Expect(4000), Given.Noon.AddSeconds(-1)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_paid_order_is_announced_anew_only_while_nobody_had_said_what_it_is_due_or_after_a_refund()
    {
        var taken = Order.New("default", "order-1") with { PaidBy = "txn_1", PaidAmount = 1 };
        Assert.Null(OrderAnnouncements.RefusalOf(taken, Expect(5000), Given.Noon));
        Assert.Contains("paid by transaction txn_1", OrderAnnouncements.RefusalOf(taken with { Due = 1 }, Expect(5000), Given.Noon), StringComparison.Ordinal);
        Assert.Contains("can't be withdrawn", OrderAnnouncements.RefusalOf(taken, Expect(0) with { Withdrawn = true }, Given.Noon), StringComparison.Ordinal);
        Assert.Null(OrderAnnouncements.RefusalOf(taken with { Due = 1, Refunded = true }, Expect(5000), Given.Noon));
    }

    [Fact]
    public void An_order_takes_several_announced_transactions()
    {
        var order = Order.New("default", "order-1").After(new OrderAnnounced("order-1", 5000, "txn_1", Given.Noon)).After(new OrderAnnounced("order-1", 5000, "txn_2", Given.Noon));
        Assert.Equal(["txn_1", "txn_2"], order.AnnouncedTransactions);
        Assert.True(order.Says(Expect(5000) with { TransactionId = "txn_1" }));
        Assert.False(order.Says(Expect(5000) with { TransactionId = "txn_3" }));
    }

    [Fact]
    public void Another_transaction_at_the_same_due_frees_no_order_that_a_person_accepted_less_for()
    {
        var order = Order.New("default", "order-1") with { Due = 5000, PaidBy = "txn_1", PaidAmount = 4900 };
        Assert.Equal("txn_1", order.After(new OrderAnnounced("order-1", 5000, "txn_2", Given.Noon)).PaidBy);
    }

    [Fact]
    public void An_order_taken_away_by_a_due_that_was_a_mistake_goes_back_to_the_payment_that_paid_what_is_due()
    {
        var order = Order.New("default", "order-1") with { PaidBy = "txn_1", PaidAmount = 5000 };
        var mistaken = order.After(new OrderAnnounced("order-1", 6000, null, Given.Noon));
        Assert.Equal((null, "txn_1"), (mistaken.PaidBy, mistaken.FreedFrom));
        Assert.Equal("txn_1", mistaken.After(new OrderAnnounced("order-1", 5000, null, Given.Noon)).PaidBy);
        Assert.Null(mistaken.After(new OrderAnnounced("order-1", 5500, null, Given.Noon)).PaidBy);
        // Not after a person released it, nor after that money was given back.
        Assert.Null(order.Freed().After(new OrderAnnounced("order-1", 5000, null, Given.Noon)).PaidBy);
        Assert.Null((order with { Refunded = true }).After(new OrderAnnounced("order-1", 6000, null, Given.Noon)).After(new OrderAnnounced("order-1", 5000, null, Given.Noon)).PaidBy);
    }

    [Fact]
    public void The_time_of_the_last_announcement_never_goes_back_and_never_ahead_of_our_own_clock()
    {
        var order = Order.New("default", "order-1").After(new OrderAnnounced("order-1", 5000, "txn_1", Given.Noon, SentAt: Given.Noon.AddMinutes(-1)));
        Assert.Equal(Given.Noon.AddMinutes(-1), order.AnnouncedAt);
        Assert.Equal(Given.Noon.AddMinutes(-1), order.After(new OrderAnnounced("order-1", 5000, "txn_2", Given.Noon, SentAt: Given.Noon.AddMinutes(-9))).AnnouncedAt);
        var ahead = order.After(new OrderAnnounced("order-1", 5000, null, Given.Noon, SentAt: Given.Noon.AddDays(1)));
        Assert.Equal(Given.Noon, ahead.AnnouncedAt);
        Assert.Null(OrderAnnouncements.RefusalOf(ahead, Expect(4000), Given.Noon.AddSeconds(1)));
        Assert.Equal(Given.Noon, order.After(new OrderAnnounced("order-1", 4000, null, Given.Noon)).AnnouncedAt);
        Assert.Equal(Given.Noon, order.After(new OrderWithdrawn("order-1", Given.Noon, SentAt: Given.Noon.AddDays(1))).AnnouncedAt);
    }

    private static ExpectPayment Expect(long amount) => new() { OrderId = "order-1", Amount = amount };

    [Fact]
    public void An_order_that_nobody_announced_or_paid_is_unpaid() => Assert.Equal(OrderState.Unpaid, Given.Order().State);

    [Fact]
    public void An_announced_order_is_due_also_after_an_attempt_that_failed()
    {
        Assert.Equal(OrderState.Due, Given.Order(due: 5000).State);
        var failed = After(Given.Order(due: 5000), "txn_1", TransactionStatus.Failed);
        Assert.Equal(OrderState.Due, failed.State);
        Assert.Equal([new("txn_1", OrderPaymentState.Failed, null)], failed.Payments);
    }

    [Fact]
    public void A_paid_order_names_its_transaction()
    {
        var paid = After(Given.Order(due: 5000), "txn_1", TransactionStatus.Complete);
        Assert.Equal((OrderState.Paid, "txn_1", 5000L), (paid.State, paid.PaidBy, paid.PaidAmount));
    }

    [Fact]
    public void A_payment_of_another_amount_leaves_the_order_in_question() =>
        Assert.Equal(OrderState.InQuestion, After(Given.Order(due: 9000), "txn_1", TransactionStatus.Complete).State);

    [Fact]
    public void A_second_payment_makes_it_paid_twice_until_that_is_refunded()
    {
        var twice = After(After(Given.Order(due: 5000), "txn_1", TransactionStatus.Complete), "txn_2", TransactionStatus.Complete);
        Assert.Equal((OrderState.PaidTwice, "txn_1"), (twice.State, twice.PaidBy));
        Assert.Equal([new("txn_1", OrderPaymentState.Paid, 5000), new("txn_2", OrderPaymentState.Surplus, 5000)], twice.Payments);
        Assert.Equal(OrderState.Paid, After(twice, "txn_2", TransactionStatus.Refunded).State);
    }

    [Fact]
    public void A_refund_of_the_paying_transaction_refunds_the_order_and_frees_nothing()
    {
        var refunded = After(After(Given.Order(), "txn_1", TransactionStatus.Complete), "txn_1", TransactionStatus.Refunded);
        Assert.Equal((OrderState.Refunded, "txn_1"), (refunded.State, refunded.PaidBy));
    }

    [Fact]
    public void An_order_paid_with_more_than_was_due_is_overpaid()
    {
        var paid = new OrderPaid { EventId = Guid.Empty, Merchant = "default", OrderId = "order-1", TransactionId = "txn_1", DecidedAt = Given.Noon, Amount = 6000 };
        Assert.Equal(OrderState.Overpaid, Given.Order(due: 5000).After(paid).State);
    }

    private static Order After(Order order, string transactionId, TransactionStatus status)
    {
        var payment = Given.PaymentOf(new("default", transactionId)).Evolve(Given.Claim());
        if (status == TransactionStatus.Failed)
            payment = payment.Evolve(Given.Answer(status, at: Given.Noon.AddMinutes(-1)));
        return PaymentDecision.Decide(payment, order, Given.Answer(status), Given.Lenient) is { } outcome ? order.After(outcome) : order;
    }
}
