using KkiaEvents.Contracts;
using KkiaEvents.Kkiapay;
using KkiaEvents.Ledger.Auditing;
using KkiaEvents.Ledger.Orders;
using KkiaEvents.Ledger.Payments;
using KkiaEvents.Tests.Unit.Ledger.Auditing;

namespace KkiaEvents.Tests.Unit.Ledger;

/// <summary>A payment that names an order which nobody announced, while one is announced that a database may take for it.</summary>
public class LookAlikeDecisionTests
{
    private static readonly Payment Claimed = Given.Payment(Given.Claim());
    private static readonly VerificationAnswered Confirmed = Given.Answer(TransactionStatus.Complete);

    [Fact]
    public void It_is_flagged_and_names_the_announced_order()
    {
        var flagged = Given.Is<OrderPaymentFlagged>(Decide(Claimed, Given.Order() with { LookAlike = "ORDER-1" }));
        Assert.Equal(FlagReason.OrderMismatch, flagged.Reason);
        Assert.Contains("order ORDER-1,", flagged.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void It_is_flagged_once_and_paid_when_a_person_accepts_it()
    {
        var order = Given.Order() with { LookAlike = "ORDER-1" };
        var flagged = Given.After(Claimed, Confirmed, order);
        Assert.Null(Decide(flagged, order));
        var accepted = flagged.Evolve(new FlagReviewed(FlagVerdict.Accepted, [FlagReason.OrderMismatch], 5000, "order-1", TransactionStatus.Complete, "ama", "seen", Given.Noon));
        Given.Is<OrderPaid>(Decide(accepted, order));
    }

    [Fact]
    public void One_that_was_paid_before_is_flagged_beside()
    {
        var paid = Given.After(Claimed, Confirmed);
        var order = Given.Order(paidBy: "txn_1") with { LookAlike = "ORDER-1" };
        Assert.Equal(FlagReason.OrderMismatch, Given.Is<OrderPaymentFlagged>(Decide(paid, order)).Reason);
        var acknowledged = Given.After(paid, Confirmed, order).Evolve(
            new FlagReviewed(FlagVerdict.Accepted, [FlagReason.OrderMismatch], 5000, "order-1", TransactionStatus.Complete, "ama", "seen", Given.Noon));
        Assert.Null(Decide(acknowledged, order));
    }

    [Theory]
    [InlineData("ORDER-1", FlagReason.OrderMismatch)]
    [InlineData("order-2", null)]
    public async Task A_replay_from_events_alone_finds_the_look_alike(string announced, FlagReason? expected)
    {
        var streams = new Streams()
            .Store(Order.StreamIdOf("default", announced), new OrderAnnounced(announced, 5000, null, Given.Noon))
            .Store("default/txn_1", Given.Claim())
            .Store("default/txn_1", Confirmed)
            .Store("default/txn_1", Decide(Claimed, Given.Order())!);
        var found = new List<Disagreement>();
        await foreach (var disagreement in Rederivation.RunAsync(streams.Events.ToAsyncEnumerable(), _ => Given.Lenient))
            found.Add(disagreement);
        Assert.Equal(expected is null ? [] : [$"OrderPaymentFlagged.{expected}"], found.Select(d => d.Rederived));
    }

    private static OrderEvent? Decide(Payment payment, Order order) => PaymentDecision.Decide(payment, order, Confirmed, Given.Lenient);
}
