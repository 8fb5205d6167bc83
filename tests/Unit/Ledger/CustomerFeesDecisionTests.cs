using KkiaEvents.Contracts;
using KkiaEvents.Kkiapay;
using KkiaEvents.Ledger.Auditing;
using KkiaEvents.Ledger.Orders;
using KkiaEvents.Ledger.Payments;

namespace KkiaEvents.Tests.Unit.Ledger;

/// <summary>Where the customer pays the fees on top, an order is paid with its price: gross, or without them.</summary>
public class CustomerFeesDecisionTests
{
    private static readonly VerificationAnswered OnTop = Given.FeesOnTop(1019, 19);

    [Theory]
    [InlineData(1000, 1000, 1000L)]
    [InlineData(1019, 1019, null)]
    [InlineData(1019, 1000, 1000L)]
    public void An_order_is_paid_when_its_due_was_paid_gross_or_without_the_customers_fees(long claimed, long due, long? forOrder)
    {
        var paid = Given.Is<OrderPaid>(Decide(Given.Payment(Given.Claim(claimed)), OnTop, Given.Order(due)));
        Assert.Equal((1019, due, forOrder, 19L, 1000L), (paid.Amount, paid.DueAmount, paid.PaidForOrder, paid.Fees, paid.Net));
    }

    [Theory]
    [InlineData(981)]
    [InlineData(1001)]
    [InlineData(1038)]
    public void Any_other_due_is_flagged(long due) =>
        Assert.Equal(FlagReason.AmountMismatch, Given.Is<OrderPaymentFlagged>(Decide(Given.Payment(Given.Claim(null)), OnTop, Given.Order(due))).Reason);

    [Fact]
    public void A_webhook_that_claims_neither_is_flagged() =>
        Assert.Equal(FlagReason.AmountMismatch, Given.Is<OrderPaymentFlagged>(Decide(Given.Payment(Given.Claim(1018)), OnTop, Given.Order())).Reason);

    [Fact]
    public void Fees_that_the_merchant_bears_are_never_taken_off() =>
        Assert.Equal(FlagReason.AmountMismatch, Given.Is<OrderPaymentFlagged>(Decide(Given.Payment(Given.Claim(null)), Given.Answer(TransactionStatus.Complete, 1025), Given.Order(due: 1000))).Reason);

    [Fact]
    public void Where_nobody_announced_the_due_the_price_without_the_fees_is_what_to_compare()
    {
        var paid = Given.Is<OrderPaid>(Decide(Given.Payment(Given.Claim(1000)), OnTop, Given.Order()));
        Assert.Equal((1019, null, 1000L), (paid.Amount, paid.DueAmount, paid.PaidForOrder));
    }

    [Theory]
    [InlineData(1000, true)]
    [InlineData(1019, true)]
    [InlineData(981, false)]
    public void A_due_that_is_announced_later_leaves_the_order_to_the_payment_that_paid_it(long due, bool stays)
    {
        var paid = Given.Is<OrderPaid>(Decide(Given.Payment(Given.Claim(1000)), OnTop, Given.Order()));
        var order = Given.Order().After(paid).After(Announced(due));
        Assert.Equal(stays ? "txn_1" : null, order.PaidBy);
        var payment = Given.Payment(Given.Claim(1000)).Evolve(OnTop).Evolve(paid);
        Assert.Equal(stays, Decide(payment, OnTop, order) is null);
        // Corrected, it goes back.
        Assert.Equal("txn_1", order.After(Announced(1000)).PaidBy);
        Assert.Equal("txn_1", order.After(Announced(1019)).PaidBy);
    }

    [Fact]
    public void An_order_paid_with_fees_on_top_is_neither_overpaid_nor_to_be_released()
    {
        var paid = Given.Is<OrderPaid>(Decide(Given.Payment(Given.Claim(1000)), OnTop, Given.Order(due: 1000)));
        var order = Given.Order(due: 1000).After(paid);
        Assert.Equal(OrderState.Paid, order.State);
        Assert.Contains("pay it twice", OrderRelease.ProblemOf(order), StringComparison.Ordinal);
    }

    [Fact]
    public void A_payment_that_named_no_order_comes_to_hold_one_that_is_due_its_price()
    {
        var none = Given.FeesOnTop(1019, 19, order: null);
        var payment = Given.Payment(Given.Claim(1000, order: null));
        var paid = payment.Evolve(none).Evolve(Given.Is<OrderPaid>(Decide(payment, none, null)));
        Assert.True(PaymentDecision.Holds(paid.Evolve(new PaymentAnnounced("order-1", Given.Noon)), Given.Order(due: 1000), none));
        Assert.False(PaymentDecision.Holds(paid.Evolve(new PaymentAnnounced("order-1", Given.Noon)), Given.Order(due: 981), none));
    }

    [Fact]
    public void Who_accepts_another_objection_need_not_say_the_due_that_was_paid()
    {
        var payment = Given.Payment(Given.Claim(1000, order: "another"));
        var flagged = payment.Evolve(OnTop).Evolve(Given.Is<OrderPaymentFlagged>(Decide(payment, OnTop, Given.Order(due: 1000))));
        Assert.Null(PaymentActs.DueProblem(flagged, FlagVerdict.Accepted, Given.Order(due: 1000), null));
        Assert.NotNull(PaymentActs.DueProblem(flagged, FlagVerdict.Accepted, Given.Order(due: 900), null));
    }

    [Fact]
    public void What_an_earlier_version_stored_without_the_price_is_decided_as_it_was()
    {
        // It kept amount, fees and income, and compared the gross amount alone.
        var earlier = OnTop with { Answer = OnTop.Answer with { AmountBeforeFees = null } };
        Assert.Equal(FlagReason.AmountMismatch, Given.Is<OrderPaymentFlagged>(Decide(Given.Payment(Given.Claim(1000)), earlier, Given.Order(due: 1000))).Reason);
    }

    [Fact]
    public void An_auditor_reads_that_the_order_has_its_due()
    {
        var payment = Given.Payment(Given.Claim(1000));
        Assert.Contains("the order has the 1,000 XOF that it is due", DecisionRule.Of(payment, OnTop, Decide(payment, OnTop, Given.Order(due: 1000))), StringComparison.Ordinal);
    }

    private static OrderAnnounced Announced(long due) => new("order-1", due, null, Given.Noon);

    private static OrderEvent? Decide(Payment payment, VerificationAnswered answer, Order? order) => PaymentDecision.Decide(payment, order, answer, Given.Lenient);
}
