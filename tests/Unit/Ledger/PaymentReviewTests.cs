using KkiaEvents.Contracts;
using KkiaEvents.Kkiapay;
using KkiaEvents.Ledger.Orders;
using KkiaEvents.Ledger.Payments;

namespace KkiaEvents.Tests.Unit.Ledger;

/// <summary>What a person's verdict does to a payment.</summary>
public class PaymentReviewTests
{
    private static readonly OrderPolicy Strict = new() { Unannounced = OrderRule.Flag, WithoutReference = OrderRule.Flag };
    private static readonly VerificationAnswered Complete = Given.Answer(TransactionStatus.Complete);

    [Fact]
    public void An_accepted_amount_is_paid_as_it_is()
    {
        var flagged = Flagged(Given.Payment(Given.Claim(amount: 100_000)), Complete);
        var paid = Given.Is<OrderPaid>(Decide(Reviewed(flagged, FlagVerdict.Accepted), Complete));
        Assert.Equal(5000, paid.Amount);
    }

    [Fact]
    public void An_accepted_amount_is_not_flagged_again_after_it_was_paid()
    {
        var order = Given.Order(due: 100_000);
        var accepted = Reviewed(Flagged(Given.Payment(Given.Claim()), Complete, order), FlagVerdict.Accepted, order);
        var paid = Given.Is<OrderPaid>(Decide(accepted, Complete, order));
        Assert.Equal((5000, (long?)100_000), (paid.Amount, paid.DueAmount));
        Assert.Null(Decide(accepted.Evolve(Complete).Evolve(paid), Complete, order.After(paid)));
    }

    [Theory]
    [InlineData("my-shop")]
    [InlineData("null")]
    public void A_payment_that_named_what_every_payment_names_is_paid_for_the_order_that_the_shop_announces_for_it(string constant)
    {
        var held = Order.New("default", constant) with { PaidBy = "txn_0", PaidAmount = 5000 };
        var flagged = Flagged(Given.Payment(Given.Claim(order: constant)), Given.Answer(TransactionStatus.Complete, order: constant), held);
        Assert.Equal([FlagReason.AlreadyPaid], flagged.Flags);

        // The place of the constant is no longer read, and what a webhook named before is kept.
        var (answer, order) = (Given.Answer(TransactionStatus.Complete, order: null, at: Given.Noon.AddHours(1)), Given.Order(due: 5000));
        var announced = Flagged(flagged.Evolve(new PaymentAnnounced("order-1", Given.Noon)), answer, order);
        Assert.Contains(FlagReason.OrderMismatch, announced.Flags);
        var paid = Given.Is<OrderPaid>(Decide(Reviewed(announced, FlagVerdict.Accepted, order), answer, order));
        Assert.Equal("order-1", paid.OrderId);
    }

    [Fact]
    public void An_acceptance_holds_for_the_due_that_was_seen_and_no_other()
    {
        var order = Given.Order(due: 6000);
        var accepted = Reviewed(Flagged(Given.Payment(Given.Claim()), Complete, order), FlagVerdict.Accepted, order);
        Assert.Equal(FlagReason.AmountMismatch, Given.Is<OrderPaymentFlagged>(Decide(accepted, Complete, order with { Due = 60_000 })).Reason);
        Given.Is<OrderPaid>(Decide(accepted, Complete, order));
    }

    [Fact]
    public void An_acceptance_that_an_earlier_version_stored_without_the_due_holds_for_any()
    {
        var order = Given.Order(due: 6000);
        var flagged = Flagged(Given.Payment(Given.Claim()), Complete, order);
        var old = PaymentActs.Review(flagged, FlagVerdict.Accepted, "ama", "agreed", Given.Noon, order) with { Due = null, DueSeen = false };
        Given.Is<OrderPaid>(Decide(flagged.Evolve(old), Complete, order));
    }

    [Fact]
    public void Who_accepts_another_amount_than_is_due_says_the_due_that_they_saw()
    {
        var flagged = Flagged(Given.Payment(Given.Claim()), Complete, Given.Order(due: 6000));
        Assert.Null(PaymentActs.DueProblem(flagged, FlagVerdict.Accepted, Given.Order(due: 6000), 6000));
        Assert.Contains("--due 6000", PaymentActs.DueProblem(flagged, FlagVerdict.Accepted, Given.Order(due: 6000), null), StringComparison.Ordinal);
        Assert.Contains("by now", PaymentActs.DueProblem(flagged, FlagVerdict.Accepted, Given.Order(due: 60_000), 6000), StringComparison.Ordinal);
        Assert.Contains("nothing that anybody announced", PaymentActs.DueProblem(flagged, FlagVerdict.Accepted, Given.Order(), 6000), StringComparison.Ordinal);
        Assert.Null(PaymentActs.DueProblem(flagged, FlagVerdict.Accepted, Given.Order(due: 5000), null));
        Assert.Null(PaymentActs.DueProblem(flagged, FlagVerdict.Accepted, null, null));
        Assert.Null(PaymentActs.DueProblem(flagged, FlagVerdict.Rejected, Given.Order(due: 6000), null));
    }

    [Fact]
    public void A_refund_that_KKiaPay_took_and_never_did_is_settled_as_not_done_and_asked_for_again()
    {
        var accepted = Sent(Given.After(Given.Payment(Given.Claim()), Complete)).Evolve(new RefundAnswered(RefundAnswer.Accepted, null, Given.Noon));
        Assert.Contains("counts as done already", PaymentActs.RefundSettlementProblem(accepted, Given.Noon.AddDays(1)), StringComparison.Ordinal);
        var overdue = accepted.Evolve(Given.Is<OrderPaymentFlagged>(Decide(accepted, Given.Answer(TransactionStatus.Complete, at: Given.Noon.AddDays(1)))));
        Assert.Null(PaymentActs.RefundSettlementProblem(overdue, Given.Noon.AddDays(1)));
        var notDone = overdue.Evolve(PaymentActs.RefundSettlement(overdue, done: false, "ama", "not in the dashboard", Given.Noon.AddDays(1)));
        Assert.Null(PaymentActs.RefundProblem(notDone));
    }

    [Fact]
    public void A_second_acceptance_carries_the_first_over_only_while_the_due_is_the_same()
    {
        var order = Given.Order(due: 6000);
        var first = Reviewed(Flagged(Given.Payment(Given.Claim(order: "order-9")), Complete, order), FlagVerdict.Accepted, order);
        Assert.Equal([FlagReason.OrderMismatch], first.Review!.Flags);
        var second = Flagged(first, Complete, order);
        Assert.Equal([FlagReason.AmountMismatch], second.Flags);
        Given.Is<OrderPaid>(Decide(Reviewed(second, FlagVerdict.Accepted, order), Complete, order));
        var revised = order with { Due = 7000 };
        Assert.Equal([FlagReason.AmountMismatch], Reviewed(second, FlagVerdict.Accepted, revised).Review!.Flags);
    }

    [Fact]
    public void An_acceptance_holds_for_the_amount_that_was_seen_and_no_other()
    {
        var accepted = Reviewed(Flagged(Given.Payment(Given.Claim(amount: 100_000)), Complete), FlagVerdict.Accepted);
        Assert.Equal(FlagReason.AmountMismatch, Given.Is<OrderPaymentFlagged>(Decide(accepted, Given.Answer(TransactionStatus.Complete, amount: 1))).Reason);
    }

    [Fact]
    public void An_acceptance_holds_for_the_order_that_was_seen_and_no_other()
    {
        var accepted = Reviewed(Flagged(Given.Payment(Given.Claim()), Given.Answer(TransactionStatus.Complete, order: "order-2")), FlagVerdict.Accepted);
        Assert.Equal("order-2", Given.Is<OrderPaid>(Decide(accepted, Given.Answer(TransactionStatus.Complete, order: "order-2"))).OrderId);
        Assert.Equal(FlagReason.OrderMismatch, Given.Is<OrderPaymentFlagged>(Decide(accepted, Given.Answer(TransactionStatus.Complete, order: "order-3"))).Reason);
    }

    [Fact]
    public void A_payment_for_another_order_than_was_announced_is_paid_once_a_person_accepts_that_order()
    {
        var flagged = Flagged(Given.Payment(new PaymentAnnounced("order-9", Given.Noon)), Complete);
        Assert.Equal([FlagReason.OrderMismatch], flagged.Flags);
        Assert.Equal("order-1", Given.Is<OrderPaid>(Decide(Reviewed(flagged, FlagVerdict.Accepted), Complete)).OrderId);
    }

    [Fact]
    public void A_payment_whose_webhooks_name_different_orders_is_paid_for_the_first_once_a_person_accepts_it()
    {
        var unnamed = Given.Answer(TransactionStatus.Complete, order: null);
        var flagged = Flagged(Given.Payment(Given.Claim(), Given.Claim(order: "order-2", digest: "d2")), unnamed);
        Assert.Equal([FlagReason.OrderMismatch], flagged.Flags);
        Assert.Equal("order-1", Given.Is<OrderPaid>(Decide(Reviewed(flagged, FlagVerdict.Accepted), unnamed)).OrderId);
    }

    [Fact]
    public void A_payment_without_a_reference_is_paid_once_a_person_accepts_it()
    {
        var unnamed = Given.Answer(TransactionStatus.Complete, order: null);
        var flagged = Flagged(Given.Payment(Given.Claim(order: null)), unnamed, policy: Strict);
        Assert.Equal([FlagReason.WithoutReference], flagged.Flags);
        Assert.Null(Given.Is<OrderPaid>(Decide(Reviewed(flagged, FlagVerdict.Accepted), unnamed, policy: Strict)).OrderId);
    }

    [Fact]
    public void An_acceptance_of_one_objection_leaves_the_others_and_all_accepted_it_is_paid()
    {
        var first = Flagged(Given.Payment(Given.Claim(amount: 100)), Complete, policy: Strict);
        Assert.Equal([FlagReason.AmountMismatch], first.Flags);
        var second = Flagged(Reviewed(first, FlagVerdict.Accepted), Complete, policy: Strict);
        Assert.Equal([FlagReason.Unannounced], second.Flags);
        Given.Is<OrderPaid>(Decide(Reviewed(second, FlagVerdict.Accepted), Complete, policy: Strict));
    }

    [Fact]
    public void An_acceptance_pays_no_order_that_another_transaction_has_paid_meanwhile()
    {
        var accepted = Reviewed(Flagged(Given.Payment(Given.Claim(amount: 100)), Complete), FlagVerdict.Accepted);
        Assert.Equal(FlagReason.AlreadyPaid, Given.Is<OrderPaymentFlagged>(Decide(accepted, Complete, Given.Order(paidBy: "txn_0"))).Reason);
    }

    [Theory]
    [InlineData(TransactionStatus.Failed)]
    [InlineData(TransactionStatus.Cancelled)]
    public void An_acceptance_pays_nothing_that_KKiaPay_calls_failed(TransactionStatus status)
    {
        var accepted = Reviewed(Flagged(Given.Payment(Given.Claim(amount: 100)), Complete), FlagVerdict.Accepted);
        Assert.Null(Decide(accepted, Given.Answer(status)));
        Given.Is<OrderPaymentFailed>(Decide(accepted.Evolve(Given.Answer(status)), Given.Answer(status, at: Given.Noon.AddMinutes(1))));
    }

    [Fact]
    public void A_payment_of_an_order_that_is_paid_can_not_be_accepted() =>
        Refused(Flagged(Given.Payment(Given.Claim()), Complete, Given.Order(paidBy: "txn_0")), FlagVerdict.Accepted, "release the order first", Given.Order(paidBy: "txn_0"));

    [Theory]
    [InlineData(TransactionStatus.NotYours)]
    [InlineData(TransactionStatus.NotAPayment)]
    public void What_KKiaPay_does_not_confirm_can_not_be_accepted(TransactionStatus status) =>
        Refused(Flagged(Given.Payment(Given.Claim()), Given.Answer(status)), FlagVerdict.Accepted, "does not call");

    [Theory]
    [InlineData("CREDIT", 5000L)]
    [InlineData("CREDIT", null)]
    public void What_is_no_money_received_can_not_be_accepted(string type, long? amount) =>
        Refused(Flagged(Given.Payment(Given.Claim(amount: null)), Given.Answer(TransactionStatus.Complete, amount, type: type)), FlagVerdict.Accepted, "names no money received");

    [Fact]
    public void A_payment_without_a_flag_has_nothing_to_review()
    {
        Refused(Given.After(Given.Payment(Given.Claim()), Complete), FlagVerdict.Accepted, "no open flag");
        Refused(Given.After(Given.Payment(Given.Claim()), Complete), FlagVerdict.Rejected, "no open flag");
    }

    [Fact]
    public void A_payment_that_KKiaPay_has_not_decided_can_not_be_rejected() =>
        Refused(Flagged(Given.Payment(Given.Claim()), Given.Answer(TransactionStatus.Pending, at: Given.Noon.AddDays(2))), FlagVerdict.Rejected, "has not decided");

    [Fact]
    public void A_rejected_payment_stays_so_while_the_facts_are_the_same_and_can_be_accepted_after_all()
    {
        var rejected = Reviewed(Flagged(Given.Payment(Given.Claim(amount: 100)), Complete), FlagVerdict.Rejected);
        Assert.Equal((PaymentOutcome.Rejected, 0), (rejected.Outcome, rejected.Flags.Count));
        Assert.Null(Decide(rejected, Complete));
        Given.Is<OrderPaid>(Decide(Reviewed(rejected, FlagVerdict.Accepted), Complete));
    }

    [Fact]
    public void A_forged_webhook_that_was_rejected_is_a_payment_once_KKiaPay_knows_it()
    {
        var unknown = Enumerable.Repeat(Given.Answer(TransactionStatus.NotFound, amount: null), PaymentDecision.UnknownPatience)
            .Aggregate(Given.Payment(Given.Claim()), (payment, answer) => Given.After(payment, answer));
        var rejected = Reviewed(unknown, FlagVerdict.Rejected);
        Assert.Null(Decide(rejected, Given.Answer(TransactionStatus.NotFound, amount: null)));
        Given.Is<OrderPaid>(Decide(rejected, Complete));
    }

    [Fact]
    public void A_success_that_comes_after_a_person_rejected_an_unknown_payment_is_asked_about_for_a_week()
    {
        // The API may not know yet what its own webhook tells.
        var unknown = Given.Answer(TransactionStatus.NotFound, amount: null);
        var flagged = Enumerable.Repeat(unknown, PaymentDecision.UnknownPatience).Aggregate(Given.Payment(Given.Claim(kind: "transaction.timeout")), (payment, answer) => Given.After(payment, answer));
        var rejected = Reviewed(flagged, FlagVerdict.Rejected);
        Assert.False(PaymentDecision.IsOpenAfter(rejected.Evolve(unknown), unknown));

        var reviewed = rejected.Review!.At;
        var before = rejected.Evolve(Given.Claim(digest: "before") with { ReceivedAt = reviewed });
        Assert.False(PaymentDecision.IsOpenAfter(before, unknown));
        var paid = rejected.Evolve(Given.Claim(digest: "after") with { ReceivedAt = reviewed.AddSeconds(1) });
        Assert.True(PaymentDecision.IsOpenAfter(paid, Given.Answer(TransactionStatus.NotFound, amount: null, at: reviewed.AddDays(7))));
        Assert.False(PaymentDecision.IsOpenAfter(paid, Given.Answer(TransactionStatus.NotFound, amount: null, at: reviewed.AddDays(7).AddSeconds(1))));
    }

    [Fact]
    public void A_failure_that_a_person_rejected_is_neither_told_nor_asked_about_again_until_KKiaPay_says_otherwise()
    {
        var failing = Given.Answer(TransactionStatus.Failed, amount: 100);
        var rejected = Reviewed(Flagged(Given.Payment(Given.Claim()), Given.Answer(TransactionStatus.Complete, amount: 100)).Evolve(failing), FlagVerdict.Rejected);
        var again = Given.Answer(TransactionStatus.Failed, amount: 100, at: Given.Noon.AddMinutes(1));
        Assert.Null(Decide(rejected, again));
        Assert.False(PaymentDecision.IsOpenAfter(rejected.Evolve(again), again));
        var claimed = rejected.Evolve(again).Evolve(Given.Claim(digest: "after") with { ReceivedAt = rejected.Review!.At.AddSeconds(1) });
        Assert.Null(Decide(claimed, again));
        Assert.True(PaymentDecision.IsOpenAfter(claimed, again with { AnsweredAt = rejected.Review.At.AddDays(1) }));
        Assert.False(PaymentDecision.IsOpenAfter(claimed, again with { AnsweredAt = rejected.Review.At.AddDays(1).AddSeconds(1) }));
        var otherwise = Given.Answer(TransactionStatus.Cancelled, amount: 100, at: Given.Noon.AddMinutes(2));
        Given.Is<OrderPaymentFailed>(Decide(rejected.Evolve(again), otherwise));
    }

    [Fact]
    public void A_refund_of_a_rejected_payment_is_told() =>
        Given.Is<OrderRefunded>(Decide(Reviewed(Flagged(Given.Payment(Given.Claim(amount: 100)), Complete), FlagVerdict.Rejected), Given.Answer(TransactionStatus.Refunded)));

    [Fact]
    public void Asking_again_changes_nothing()
    {
        var flagged = Flagged(Given.Payment(Given.Claim(amount: 100)), Complete);
        Assert.Equal(flagged, Reviewed(flagged, FlagVerdict.AskedAgain));
    }

    [Fact]
    public void A_payment_whose_refund_is_under_way_is_not_paid()
    {
        var flagged = Flagged(Given.Payment(Given.Claim()), Complete, policy: Strict);
        foreach (var refunding in new[] { Requested(flagged), Sent(flagged), Sent(flagged).Evolve(new RefundAnswered(RefundAnswer.Lost, null, Given.Noon)) })
        {
            Assert.Null(Decide(refunding, Complete, Given.Order(due: 5000), Strict));
            Refused(refunding, FlagVerdict.Accepted, "refund");
            Assert.True(PaymentDecision.IsOpenAfter(refunding, Complete));
        }
    }

    [Fact]
    public void A_refused_refund_gives_the_payment_back_to_the_rules()
    {
        var refused = Sent(Flagged(Given.Payment(Given.Claim()), Complete, policy: Strict)).Evolve(new RefundAnswered(RefundAnswer.Refused, "not eligible", Given.Noon));
        Given.Is<OrderPaid>(Decide(refused, Complete, Given.Order(due: 5000), Strict));
        Assert.Null(PaymentActs.RefundProblem(refused));
    }

    [Fact]
    public void A_refund_that_KKiaPay_did_not_take_is_asked_for_as_before()
    {
        var paid = Given.After(Given.Payment(Given.Claim()), Complete);
        var again = Sent(paid).Evolve(new RefundAnswered(RefundAnswer.NotTaken, "401", Given.Noon));
        Assert.Equal(RefundState.Requested, again.Refund);
        Assert.Contains("asked for already", PaymentActs.RefundProblem(again), StringComparison.Ordinal);
        Assert.True(PaymentDecision.IsOpenAfter(again, Complete));
    }

    [Fact]
    public void A_refund_that_is_not_confirmed_in_a_day_is_flagged_once()
    {
        var sent = Sent(Given.After(Given.Payment(Given.Claim()), Complete));
        Assert.Null(Decide(sent, Given.Answer(TransactionStatus.Complete, at: Given.Noon.AddHours(23))));
        var flagged = Given.Is<OrderPaymentFlagged>(Decide(sent, Given.Answer(TransactionStatus.Complete, at: Given.Noon.AddHours(24))));
        Assert.Equal(FlagReason.RefundUnconfirmed, flagged.Reason);
        Assert.Null(Decide(sent.Evolve(flagged), Given.Answer(TransactionStatus.Complete, at: Given.Noon.AddHours(48))));
        Given.Is<OrderRefunded>(Decide(sent.Evolve(flagged), Given.Answer(TransactionStatus.Refunded, at: Given.Noon.AddHours(49))));
    }

    [Fact]
    public void A_refund_is_never_sent_twice_whatever_came_back_but_a_refusal()
    {
        var paid = Given.After(Given.Payment(Given.Claim()), Complete);
        Assert.Null(PaymentActs.RefundProblem(paid));
        Assert.Contains("asked for already", PaymentActs.RefundProblem(Requested(paid)), StringComparison.Ordinal);
        Assert.Contains("not sent twice", PaymentActs.RefundProblem(Sent(paid)), StringComparison.Ordinal);
        Assert.Contains("not sent twice", PaymentActs.RefundProblem(Sent(paid).Evolve(new RefundAnswered(RefundAnswer.Lost, null, Given.Noon))), StringComparison.Ordinal);
        Assert.Contains("not sent twice", PaymentActs.RefundProblem(Sent(paid).Evolve(new RefundAnswered(RefundAnswer.Accepted, null, Given.Noon))), StringComparison.Ordinal);
        Assert.Contains("refunded already", PaymentActs.RefundProblem(Given.After(paid, Given.Answer(TransactionStatus.Refunded))), StringComparison.Ordinal);
    }

    [Fact]
    public void A_refund_that_KKiaPay_refuses_is_flagged_once_with_its_words_and_may_be_asked_for_again()
    {
        var paid = Given.After(Given.Payment(Given.Claim()), Complete);
        var refused = Answered(Sending(paid, First), First, RefundAnswer.Refused, "NOT_REVERTED");
        Assert.Null(PaymentActs.RefundProblem(refused));

        var flagged = Given.Is<OrderPaymentFlagged>(Decide(refused, Complete));
        Assert.Equal(FlagReason.RefundUnconfirmed, flagged.Reason);
        Assert.Contains("NOT_REVERTED", flagged.Detail, StringComparison.Ordinal);
        var told = refused.Evolve(Complete).Evolve(flagged);
        Assert.Equal(PaymentOutcome.Paid, told.Outcome);
        Assert.Null(Decide(told, Complete));
        Assert.False(PaymentDecision.IsOpenAfter(told, Complete));

        // Asked for again, and refused again: whether or not the first was reviewed, that is news.
        foreach (var before in new[] { told, Reviewed(told, FlagVerdict.Accepted) })
        {
            var again = Answered(Sending(before, Second), Second, RefundAnswer.Refused, "TRANSACTION_NOT_ELIGIBLE");
            var second = Given.Is<OrderPaymentFlagged>(Decide(again, Complete));
            Assert.Contains("TRANSACTION_NOT_ELIGIBLE", second.Detail, StringComparison.Ordinal);
            Assert.NotEqual(flagged.EventId, second.EventId);
        }
    }

    [Fact]
    public void A_refusal_is_verified_first_and_what_was_given_back_is_a_refund()
    {
        var refused = Answered(Sending(Given.After(Given.Payment(Given.Claim()), Complete), First), First, RefundAnswer.Refused, "TRANSACTION_NOT_ELIGIBLE");
        var pending = Given.Answer(TransactionStatus.Pending);
        Assert.Null(Decide(refused, pending));
        Assert.True(PaymentDecision.IsOpenAfter(refused.Evolve(pending), pending));
        Given.Is<OrderRefunded>(Decide(refused, Given.Answer(TransactionStatus.Refunded)));
    }

    [Fact]
    public void A_refused_refund_does_not_let_a_rejected_payment_through()
    {
        var rejected = Reviewed(Flagged(Given.Payment(Given.Claim()), Complete, policy: Strict), FlagVerdict.Rejected);
        var refused = Answered(Sending(rejected, First), First, RefundAnswer.Refused, "FAILED");
        var told = refused.Evolve(Complete).Evolve(Given.Is<OrderPaymentFlagged>(Decide(refused, Complete)));
        Assert.Equal(PaymentOutcome.Rejected, told.Outcome);
        Assert.Null(Decide(told, Complete, Given.Order(due: 5000), Strict));
        Assert.Null(Decide(Reviewed(told, FlagVerdict.Rejected), Complete, Given.Order(due: 5000), Strict));
    }

    [Fact]
    public void A_refusal_from_before_sendings_had_an_id_leads_to_what_it_led_to_then() =>
        Assert.Null(Decide(Sent(Given.After(Given.Payment(Given.Claim()), Complete)).Evolve(new RefundAnswered(RefundAnswer.Refused, "FAILED", Given.Noon)), Complete));

    [Fact]
    public void An_answer_counts_for_its_own_sending_alone()
    {
        var taken = Answered(Sending(Given.After(Given.Payment(Given.Claim()), Complete), First), First, RefundAnswer.NotTaken, "429");
        Assert.Equal(RefundState.Requested, taken.Refund);
        var sentAgain = taken.Evolve(new RefundSent(Given.Noon, Second));
        Assert.Equal(RefundState.Sent, Answered(sentAgain, First, RefundAnswer.NotTaken, "429").Refund);
        Assert.Equal(RefundState.Accepted, Answered(sentAgain, Second, RefundAnswer.Accepted, null).Refund);
    }

    [Fact]
    public void A_refund_whose_answer_was_lost_is_settled_by_a_person()
    {
        var sent = Sending(Given.After(Given.Payment(Given.Claim()), Complete), First);
        Assert.Contains("may still come", PaymentActs.RefundSettlementProblem(sent, Given.Noon.AddMinutes(4)), StringComparison.Ordinal);
        Assert.Null(PaymentActs.RefundSettlementProblem(sent, Given.Noon.AddMinutes(5)));
        var lost = Answered(sent, First, RefundAnswer.Lost, "503");
        Assert.Null(PaymentActs.RefundSettlementProblem(lost, Given.Noon));

        var notDone = Settled(lost, done: false);
        Assert.Null(PaymentActs.RefundProblem(notDone));
        Assert.Null(Decide(notDone, Complete));
        Assert.Contains("nothing to settle", PaymentActs.RefundSettlementProblem(notDone, Given.Noon), StringComparison.Ordinal);
        Assert.Equal(RefundState.Sent, Sending(notDone, Second).Refund);

        var done = Settled(lost, done: true);
        Assert.Contains("not sent twice", PaymentActs.RefundProblem(done), StringComparison.Ordinal);
        Given.Is<OrderRefunded>(Decide(done, Given.Answer(TransactionStatus.Refunded)));
    }

    [Fact]
    public void A_refund_that_was_flagged_and_then_settled_is_given_a_day_before_it_is_flagged_again()
    {
        var late = Given.Noon.AddDays(2);
        var lost = Answered(Sending(Given.After(Given.Payment(Given.Claim()), Complete), First), First, RefundAnswer.Lost, "503");
        var flagged = Flagged(lost, Given.Answer(TransactionStatus.Complete, at: late));
        var settled = flagged.Evolve(PaymentActs.RefundSettlement(flagged, done: true, "ama", "KKiaPay's support says so", late));
        Assert.Empty(settled.Flags);
        Assert.Null(Decide(settled, Given.Answer(TransactionStatus.Complete, at: late.AddHours(23))));
        Given.Is<OrderPaymentFlagged>(Decide(settled, Given.Answer(TransactionStatus.Complete, at: late.AddHours(24))));
    }

    [Theory]
    [InlineData("CARD")]
    [InlineData("WALLET")]
    public void What_was_not_paid_by_mobile_money_is_not_refunded_through_the_API(string method)
    {
        var answer = Complete with { Answer = Complete.Answer with { Method = method } };
        Assert.Contains("mobile money only", PaymentActs.RefundProblem(Given.After(Given.Payment(Given.Claim()), answer)), StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_not_complete_is_not_refunded() =>
        Assert.Contains("nothing to give back", PaymentActs.RefundProblem(Given.After(Given.Payment(Given.Claim()), Given.Answer(TransactionStatus.Failed))), StringComparison.Ordinal);

    private static void Refused(Payment payment, FlagVerdict verdict, string why, Order? order = null) =>
        Assert.Contains(why, PaymentActs.ReviewProblem(payment, verdict, order), StringComparison.Ordinal);

    private static Payment Requested(Payment payment) => payment.Evolve(new RefundRequested("ama", "goods returned", Given.Noon));

    private static Payment Sent(Payment payment) => Requested(payment).Evolve(new RefundSent(Given.Noon));

    private static readonly Guid First = new(1, 0, 0, new byte[8]);

    private static readonly Guid Second = new(2, 0, 0, new byte[8]);

    private static Payment Sending(Payment payment, Guid id) => Requested(payment).Evolve(new RefundSent(Given.Noon, id));

    private static Payment Answered(Payment payment, Guid id, RefundAnswer answer, string? words) => payment.Evolve(new RefundAnswered(answer, words, Given.Noon, id));

    private static Payment Settled(Payment payment, bool done) => payment.Evolve(PaymentActs.RefundSettlement(payment, done, "ama", "the dashboard says so", Given.Noon));

    private static Payment Reviewed(Payment payment, FlagVerdict verdict, Order? order = null)
    {
        Assert.Null(PaymentActs.ReviewProblem(payment, verdict, order));
        return payment.Evolve(PaymentActs.Review(payment, verdict, "ama", "looked at it", Given.Noon, order));
    }

    private static Payment Flagged(Payment payment, VerificationAnswered answer, Order? order = null, OrderPolicy? policy = null)
    {
        var outcome = Given.Is<OrderPaymentFlagged>(Decide(payment, answer, order, policy));
        return payment.Evolve(answer).Evolve(outcome);
    }

    private static OrderEvent? Decide(Payment payment, VerificationAnswered answer, Order? order = null, OrderPolicy? policy = null) =>
        PaymentDecision.Decide(payment, order, answer, policy ?? Given.Lenient);
}
