using KkiaEvents.Chaos.Judging;

namespace KkiaEvents.Tests.Unit.Chaos;

/// <summary>A checker that finds nothing proves nothing: each of these histories is wrong on purpose, in one way.</summary>
public class CheckerTests
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 31, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_history_in_which_every_2xx_became_its_outcome_is_right()
    {
        var judgement = Judge(
            [Good("t1"), Good("t2"), new("t3", "order-t3", 5000, Truth.Failed), new("t4", "order-t4", 5000, Truth.Flagged)],
            [Told("t1"), Told("t1", 503), Told("t2"), Told("t3"), Told("t4")],
            [Paid("t1"), Paid("t2"), Came("t3", Checker.Failed), Came("t4", Checker.Flagged)]);
        Assert.True(judgement.IsRight);
        Assert.Equal((5, 4, 4, 4, 0, 0, 0), (judgement.Attempted, judgement.Acknowledged, judgement.Owed, judgement.Delivered, judgement.Open, judgement.Repeated, judgement.Recovered));
    }

    [Fact]
    public void An_acknowledged_webhook_without_an_outcome_is_lost()
    {
        var judgement = Judge([Good("t1"), Good("t2")], [Told("t1"), Told("t2")], [Paid("t1")]);
        Assert.StartsWith("t2 ", Assert.Single(judgement.Lost));
        Assert.False(judgement.IsRight);
    }

    [Fact]
    public void An_announcement_that_the_broker_has_is_owed_its_outcome_as_a_webhook_is()
    {
        Payment[] payments = [new("t1", "order-t1", 5000, Truth.Announced), new("t2", "order-t2", 5000, Truth.Announced)];
        var history = new History { Payments = payments, Tries = [], Delivered = [Paid("t1")], Open = new HashSet<string>(), Announced = new HashSet<string> { "t1" } };
        var judgement = Checker.Judge(history);
        Assert.True(judgement.IsRight);
        Assert.Equal((1, 1, 0), (judgement.Owed, judgement.Delivered, judgement.Recovered));
        Assert.StartsWith("t2 ", Assert.Single(Checker.Judge(history with { Announced = new HashSet<string> { "t1", "t2" } }).Lost));
    }

    [Fact]
    public void A_refund_that_was_asked_for_must_come_and_only_once()
    {
        var history = new History
        {
            Payments = [new("t1", "order-t1", 5000, Truth.Refunded)], Tries = [Told("t1")], Delivered = [Paid("t1")], Open = new HashSet<string>(),
        };
        Assert.True(Checker.Judge(history).IsRight);
        var asked = history with { RefundsAsked = new HashSet<string> { "t1" } };
        Assert.Single(Checker.Judge(asked).Lost);
        var refunded = Came("t1", Checker.Refunded);
        Assert.True(Checker.Judge(asked with { Delivered = [Paid("t1"), refunded] }).IsRight);
        Assert.Single(Checker.Judge(asked with { Delivered = [Paid("t1"), refunded, Came("t1", Checker.Refunded)] }).Doubled);
        Assert.Single(Checker.Judge(history with { Delivered = [Paid("t1"), refunded] }).Unexpected);
    }

    [Fact]
    public void A_dead_letter_is_wrong_though_another_webhook_of_the_payment_came_through()
    {
        var history = new History { Payments = [Good("t1")], Tries = [Told("t1"), Told("t1")], Delivered = [Paid("t1")], Open = new HashSet<string>() };
        Assert.True(Checker.Judge(history).IsRight);
        Assert.False(Checker.Judge(history with { DeadLettered = ["webhook of t1"] }).IsRight);
    }

    [Fact]
    public void A_payment_that_the_ledger_still_holds_open_is_not_lost()
    {
        var judgement = Judge([Good("t1")], [Told("t1")], [], open: ["t1"]);
        Assert.Equal(1, judgement.Open);
        Assert.True(judgement.IsRight);
    }

    [Fact]
    public void A_webhook_that_was_never_acknowledged_is_not_owed()
    {
        var judgement = Judge([Good("t1"), Good("t2")], [Told("t1", 503), Told("t2", null)], []);
        Assert.Equal(0, judgement.Owed);
        Assert.True(judgement.IsRight);
    }

    [Fact]
    public void An_outcome_whose_webhook_was_never_acknowledged_is_recovered()
    {
        var judgement = Judge([Good("t1")], [Told("t1", null)], [Paid("t1")]);
        Assert.Equal(1, judgement.Recovered);
        Assert.True(judgement.IsRight);
    }

    [Fact]
    public void The_same_event_again_is_a_repeat_and_not_a_double()
    {
        var paid = Paid("t1");
        var judgement = Judge([Good("t1")], [Told("t1")], [paid, paid with { At = Noon.AddSeconds(9) }, paid]);
        Assert.Equal(2, judgement.Repeated);
        Assert.True(judgement.IsRight);
    }

    [Fact]
    public void A_second_OrderPaid_of_a_transaction_is_doubled()
    {
        var judgement = Judge([Good("t1"), Good("t2")], [Told("t1"), Told("t2")], [Paid("t1"), Paid("t1"), Paid("t2")]);
        Assert.StartsWith("transaction t1:", Assert.Single(judgement.Doubled));
        Assert.False(judgement.IsRight);
    }

    [Fact]
    public void Two_transactions_that_pay_one_order_are_doubled()
    {
        var (a, b) = Shared();
        var judgement = Judge([a, b], [Told("a"), Told("b")], [Paid("a", "one"), Paid("b", "one")]);
        Assert.StartsWith("order one:", Assert.Single(judgement.Doubled));
        Assert.False(judgement.IsRight);
    }

    [Fact]
    public void Of_two_payments_of_an_order_one_is_paid_and_the_other_flagged()
    {
        var (a, b) = Shared();
        Assert.True(Judge([a, b], [Told("a"), Told("b")], [Paid("b", "one"), Came("a", Checker.Flagged)]).IsRight);
        var neither = Judge([a, b], [Told("a"), Told("b")], [Came("a", Checker.Flagged), Came("b", Checker.Flagged)]);
        Assert.StartsWith("order one:", Assert.Single(neither.Unexpected));
    }

    [Fact]
    public void Another_amount_or_another_order_is_unexpected()
    {
        var judgement = Judge([Good("t1"), Good("t2")], [Told("t1"), Told("t2")], [Paid("t1") with { Amount = 4999 }, Paid("t2", "order-t1x")]);
        Assert.Equal(2, judgement.Unexpected.Count);
        Assert.False(judgement.IsRight);
    }

    [Theory]
    [InlineData(nameof(Truth.Paid), Checker.Failed)]
    [InlineData(nameof(Truth.Paid), Checker.Flagged)]
    [InlineData(nameof(Truth.Failed), Checker.Paid)]
    [InlineData(nameof(Truth.Flagged), Checker.Paid)]
    [InlineData(nameof(Truth.Forged), Checker.Paid)]
    public void An_outcome_that_contradicts_the_providers_books_is_unexpected(string truth, string type)
    {
        var judgement = Judge([new("t1", "order-t1", 5000, Enum.Parse<Truth>(truth))], [Told("t1", 401)], [Came("t1", type)]);
        Assert.Single(judgement.Unexpected);
        Assert.False(judgement.IsRight);
    }

    [Fact]
    public void A_forged_webhook_that_is_acknowledged_is_unexpected()
    {
        Assert.Single(Judge([new("t1", "order-t1", 5000, Truth.Forged)], [Told("t1")], []).Unexpected);
    }

    [Fact]
    public void An_outcome_about_a_transaction_that_there_is_not_is_unexpected()
    {
        Assert.Single(Judge([], [], [Paid("t9")]).Unexpected);
    }

    [Fact]
    public void A_failure_alone_loses_a_late_success_that_was_acknowledged_and_only_then()
    {
        Payment late = new("t1", "order-t1", 5000, Truth.PaidLate);
        var timedOut = Told("t1") with { Event = "transaction.timeout" };
        Assert.Single(Judge([late], [timedOut, Told("t1")], [Came("t1", Checker.Failed)]).Lost);
        Assert.Empty(Judge([late], [timedOut, Told("t1", null)], [Came("t1", Checker.Failed)]).Lost);
        Assert.True(Judge([late], [timedOut, Told("t1")], [Came("t1", Checker.Failed), Paid("t1")]).IsRight);
    }

    [Fact]
    public void What_was_lost_is_counted_with_the_fault_that_was_on()
    {
        var judgement = Judge(
            [Good("t1"), Good("t2")], [Told("t1"), Told("t2") with { At = Noon.AddMinutes(1) }], [Paid("t1")],
            faults: [new("before", Noon.AddMinutes(-1), Noon.AddSeconds(1)), new("during", Noon.AddSeconds(50), Noon.AddSeconds(70))]);
        Assert.Equal([("before", 0), ("during", 1)], judgement.ByFault.Select(one => (one.Kind, one.Lost)));
    }

    private static Payment Good(string transaction) => new(transaction, $"order-{transaction}", 5000, Truth.Paid);

    private static (Payment A, Payment B) Shared() => (new("a", "one", 5000, Truth.SharesOrder), new("b", "one", 5000, Truth.SharesOrder));

    private static WebhookTry Told(string transaction, int? status = 200) => new(Noon, transaction, "transaction.success", status);

    private static Delivered Paid(string transaction, string? order = null) => Came(transaction, Checker.Paid, order);

    private static Delivered Came(string transaction, string type, string? order = null) =>
        new(Noon.AddSeconds(1), Guid.NewGuid(), type, transaction, order ?? $"order-{transaction}", 5000);

    private static Judgement Judge(
        IReadOnlyList<Payment> payments, IReadOnlyList<WebhookTry> tries, IReadOnlyList<Delivered> delivered,
        IEnumerable<string>? open = null, IReadOnlyList<Fault>? faults = null) =>
        Checker.Judge(new() { Payments = payments, Tries = tries, Delivered = delivered, Open = (open ?? []).ToHashSet(), Faults = faults ?? [] });
}
