using KkiaEvents.Contracts;
using KkiaEvents.Kkiapay;
using KkiaEvents.Ledger.Orders;
using KkiaEvents.Ledger.Payments;

namespace KkiaEvents.Tests.Unit.Ledger;

public class PaymentDecisionTests
{
    private static readonly Payment Claimed = Given.Payment(Given.Claim());
    private static readonly Payment Paid = Given.After(Claimed, Given.Answer(TransactionStatus.Complete));
    private static readonly Payment Failing = Claimed.Evolve(Given.Answer(TransactionStatus.Failed, at: Given.Noon.AddSeconds(-5)));
    private static readonly Payment Failed = Given.After(Failing, Given.Answer(TransactionStatus.Failed, failureCode: "timeout"));
    private static readonly Payment FailedByBoth = Given.After(
        Given.Payment(Given.Claim(kind: "transaction.failed"), Given.Answer(TransactionStatus.Failed, at: Given.Noon.AddSeconds(-5))), Given.Answer(TransactionStatus.Failed));
    private static readonly Payment Refunded = Given.After(Paid, Given.Answer(TransactionStatus.Refunded));

    [Fact]
    public void A_verified_payment_is_paid()
    {
        var paid = Given.Is<OrderPaid>(Decide(Claimed, Given.Answer(TransactionStatus.Complete)));
        Assert.Equal(("default", "order-1", "txn_1", 5000L, 25L, 4975L), (paid.Merchant, paid.OrderId, paid.TransactionId, paid.Amount, paid.Fees, paid.Net));
        Assert.Equal(("MOBILE_MONEY", "mtn", "+22967434270", "XOF"), (paid.Method, paid.Operator, paid.Payer!.Phone, paid.Currency));
        Assert.Equal(Given.Noon, paid.ReceivedAt);
        Assert.Null(paid.SupersedesEventId);
    }

    [Fact]
    public void A_payment_followed_by_its_announcement_alone_is_paid()
    {
        var announced = Given.Payment(new PaymentAnnounced("order-1", Given.Noon));
        var paid = Given.Is<OrderPaid>(Decide(announced, Given.Answer(TransactionStatus.Complete, order: null), Given.Order(due: 5000)));
        Assert.Equal("order-1", paid.OrderId);
        Assert.Null(paid.ReceivedAt);
    }

    [Theory]
    [InlineData("transaction.failed")]
    [InlineData("transaction.timeout")]
    public void A_webhook_that_says_failed_does_not_fail_a_payment_that_KKiaPay_confirms(string claim) =>
        Given.Is<OrderPaid>(Decide(Given.Payment(Given.Claim(kind: claim)), Given.Answer(TransactionStatus.Complete)));

    [Fact]
    public void A_webhook_that_says_success_does_not_pay_what_KKiaPay_calls_failed() =>
        Given.Is<OrderPaymentFailed>(Decide(Failing, Given.Answer(TransactionStatus.Failed)));

    [Theory]
    [InlineData(TransactionStatus.Failed)]
    [InlineData(TransactionStatus.Cancelled)]
    public void A_payment_fails_once_KKiaPay_has_said_so_twice_five_seconds_apart(TransactionStatus status)
    {
        var first = Given.Answer(status, at: Given.Noon);
        Assert.Null(Decide(Claimed, first));
        var failing = Claimed.Evolve(first);
        Assert.True(PaymentDecision.IsOpenAfter(failing, first));
        Assert.Null(Decide(failing, Given.Answer(status, at: Given.Noon.AddSeconds(5).AddTicks(-1))));
        Given.Is<OrderPaymentFailed>(Decide(failing, Given.Answer(status, at: Given.Noon.AddSeconds(5))));
        Given.Is<OrderPaid>(Decide(failing, Given.Answer(TransactionStatus.Complete, at: Given.Noon.AddSeconds(5))));
    }

    [Fact]
    public void A_flagged_payment_that_KKiaPay_calls_failed_is_asked_about_once_more_too()
    {
        var flagged = Given.After(Claimed, Given.Answer(TransactionStatus.Complete, amount: 100));
        Assert.Equal(PaymentOutcome.Flagged, flagged.Outcome);
        Assert.Null(Decide(flagged, Given.Answer(TransactionStatus.Failed)));
        Assert.True(PaymentDecision.IsOpenAfter(flagged.Evolve(Given.Answer(TransactionStatus.Failed)), Given.Answer(TransactionStatus.Failed)));
        Given.Is<OrderPaymentFailed>(Decide(flagged.Evolve(Given.Answer(TransactionStatus.Failed, at: Given.Noon)), Given.Answer(TransactionStatus.Failed, at: Given.Noon.AddSeconds(5))));
    }

    [Fact]
    public void Another_answer_between_two_failures_starts_the_count_anew()
    {
        var payment = Failing.Evolve(Given.Answer(TransactionStatus.Pending));
        Assert.Null(payment.FailingSince);
        Assert.Null(Decide(payment, Given.Answer(TransactionStatus.Failed, at: Given.Noon.AddHours(1))));
        // However long it was pending, the confirmation is asked for soon.
        var pending = Enumerable.Repeat(Given.Answer(TransactionStatus.Pending), 10).Aggregate(Claimed, (p, a) => p.Evolve(a));
        Assert.Equal(10, pending.UndecidedAnswers);
        Assert.Equal(1, pending.Evolve(Given.Answer(TransactionStatus.Failed)).UndecidedAnswers);
        Assert.Equal(2, Failing.Evolve(Given.Answer(TransactionStatus.Cancelled)).UndecidedAnswers);
    }

    [Theory]
    [InlineData("transaction.success", 0)]
    [InlineData("transaction.failed", 30)]
    public void A_success_that_comes_while_KKiaPays_API_still_says_pending_is_asked_about_soon(string kind, int answers)
    {
        var pending = Enumerable.Repeat(Given.Answer(TransactionStatus.Pending), 30).Aggregate(Claimed, (p, a) => p.Evolve(a));
        Assert.Equal(answers, pending.Evolve(Given.Claim(kind: kind, digest: "d2")).UndecidedAnswers);
    }

    [Theory]
    [InlineData("insufficient_fund", false)]
    [InlineData("wrong_pin", true)]
    [InlineData("timeout", true)]
    [InlineData("network_error", true)]
    [InlineData("invalid_phone", false)]
    [InlineData("a_new_code", true)]
    public void A_failure_says_its_code_and_whether_a_retry_makes_sense(string code, bool retry)
    {
        var failed = Given.Is<OrderPaymentFailed>(Decide(Failing, Given.Answer(TransactionStatus.Failed, failureCode: code)));
        Assert.Equal((code, retry), (failed.FailureCode, failed.RetryAdvised));
        Assert.NotEmpty(failed.CustomerMessage.En);
        Assert.NotEmpty(failed.CustomerMessage.Fr);
    }

    [Theory]
    [InlineData(TransactionStatus.Cancelled, "CANCELLED", "cancelled")]
    [InlineData(TransactionStatus.Failed, "INSUFFICIENT_FUND", "insufficient_fund")]
    [InlineData(TransactionStatus.Failed, "FAILED", "unknown")]
    public void A_failure_without_a_code_takes_it_from_the_status(TransactionStatus status, string word, string code) =>
        Assert.Equal(code, Given.Is<OrderPaymentFailed>(Decide(Failing, Given.Answer(status, word: word))).FailureCode);

    [Fact]
    public void A_late_success_supersedes_a_failure()
    {
        var paid = Given.Is<OrderPaid>(Decide(Failed, Given.Answer(TransactionStatus.Complete)));
        Assert.Equal(Failed.FailedEventId, paid.SupersedesEventId);
        Assert.NotNull(paid.SupersedesEventId);
    }

    [Theory]
    [InlineData(TransactionStatus.Failed)]
    [InlineData(TransactionStatus.Cancelled)]
    [InlineData(TransactionStatus.Pending)]
    [InlineData(TransactionStatus.NotFound)]
    public void A_failed_payment_stays_failed_until_KKiaPay_confirms_it(TransactionStatus status) => Assert.Null(Decide(Failed, Given.Answer(status)));

    [Theory]
    [InlineData(TransactionStatus.NotFound)]
    [InlineData(TransactionStatus.NotYours)]
    [InlineData(TransactionStatus.NotAPayment)]
    public void A_failure_that_nobody_contradicted_is_not_asked_about_again(TransactionStatus status)
    {
        Assert.Null(Decide(FailedByBoth, Given.Answer(status, at: Given.Noon.AddDays(2))));
        Assert.False(PaymentDecision.IsOpenAfter(FailedByBoth, Given.Answer(status)));
    }

    [Theory]
    [InlineData(TransactionStatus.NotYours)]
    [InlineData(TransactionStatus.NotAPayment)]
    public void A_success_after_a_failure_that_KKiaPays_API_holds_to_be_nobodys_payment_is_for_a_person(TransactionStatus status)
    {
        var after = ContradictedOnce(Failed, status);
        Assert.False(PaymentDecision.IsOpenAfter(after, Given.Answer(status)));
        Given.Is<OrderPaid>(Decide(after, Given.Answer(TransactionStatus.Complete)));
    }

    [Theory]
    [InlineData(TransactionStatus.Complete)]
    [InlineData(TransactionStatus.Pending)]
    public void A_paid_payment_is_not_paid_again(TransactionStatus status) => Assert.Null(Decide(Paid, Given.Answer(status)));

    [Theory]
    [InlineData(TransactionStatus.Failed)]
    [InlineData(TransactionStatus.Cancelled)]
    [InlineData(TransactionStatus.NotFound)]
    [InlineData(TransactionStatus.NotYours)]
    [InlineData(TransactionStatus.NotAPayment)]
    public void A_contradiction_of_a_paid_payment_is_flagged_once_and_takes_nothing_back(TransactionStatus status)
    {
        _ = ContradictedOnce(Paid, status);
    }

    [Fact]
    public void Another_amount_for_a_paid_payment_is_a_contradiction() =>
        Assert.Equal(FlagReason.Contradiction, Given.Is<OrderPaymentFlagged>(Decide(Paid, Given.Answer(TransactionStatus.Complete, amount: 4999))).Reason);

    [Fact]
    public void A_contradiction_does_not_change_what_was_paid()
    {
        var flagged = Paid.Evolve(Given.Is<OrderPaymentFlagged>(Decide(Paid, Given.Answer(TransactionStatus.Complete, amount: 1))));
        Assert.Equal((5000L, "order-1"), (flagged.Amount, flagged.OrderId));
        Assert.Null(Decide(flagged, Given.Answer(TransactionStatus.Complete)));
    }

    [Fact]
    public void A_refund_of_a_paid_payment_names_what_it_takes_back()
    {
        var refunded = Given.Is<OrderRefunded>(Decide(Paid, Given.Answer(TransactionStatus.Refunded)));
        Assert.Equal((Paid.PaidEventId, 5000L), (refunded.PaidEventId, refunded.Amount));
    }

    [Fact]
    public void A_refund_whose_answer_names_no_amount_takes_back_what_was_paid() =>
        Assert.Equal(5000, Given.Is<OrderRefunded>(Decide(Paid, Given.Answer(TransactionStatus.Refunded, amount: null))).Amount);

    [Fact]
    public void A_payment_whose_answer_says_nothing_of_the_payer_names_none()
    {
        var answer = Given.Answer(TransactionStatus.Complete);
        Assert.Null(Given.Is<OrderPaid>(Decide(Claimed, answer with { Answer = answer.Answer with { Phone = null } })).Payer);
        Assert.NotNull(Given.Is<OrderPaid>(Decide(Claimed, answer)).Payer);
    }

    [Fact]
    public void A_refund_that_was_never_paid_here_is_told_without_naming_a_payment() =>
        Assert.Null(Given.Is<OrderRefunded>(Decide(Claimed, Given.Answer(TransactionStatus.Refunded))).PaidEventId);

    [Theory]
    [MemberData(nameof(AllStatuses))]
    public void Nothing_follows_a_refund(TransactionStatus status) => Assert.Null(Decide(Refunded, Given.Answer(status)));

    [Fact]
    public void A_pending_payment_is_left_alone_for_a_day() =>
        Assert.Null(Decide(Claimed, Given.Answer(TransactionStatus.Pending, at: Given.Noon.AddHours(24).AddSeconds(-1))));

    [Fact]
    public void A_payment_that_is_still_pending_after_a_day_is_flagged_once_and_can_still_be_paid()
    {
        var flagged = Given.Is<OrderPaymentFlagged>(Decide(Claimed, Given.Answer(TransactionStatus.Pending, at: Given.Noon.AddHours(24))));
        Assert.Equal(FlagReason.StillPending, flagged.Reason);
        var after = Claimed.Evolve(flagged);
        Assert.Null(Decide(after, Given.Answer(TransactionStatus.Pending, at: Given.Noon.AddHours(48))));
        Given.Is<OrderPaid>(Decide(after, Given.Answer(TransactionStatus.Complete, at: Given.Noon.AddHours(49))));
    }

    [Fact]
    public void An_unknown_transaction_is_asked_about_again_before_it_is_flagged()
    {
        var payment = Claimed;
        for (var answer = 1; answer < PaymentDecision.UnknownPatience; answer++)
        {
            Assert.Null(Decide(payment, Given.Answer(TransactionStatus.NotFound, amount: null)));
            payment = payment.Evolve(Given.Answer(TransactionStatus.NotFound, amount: null));
        }

        Assert.Equal(FlagReason.UnknownTransaction, Given.Is<OrderPaymentFlagged>(Decide(payment, Given.Answer(TransactionStatus.NotFound, amount: null))).Reason);
    }

    [Fact]
    public void A_transaction_that_KKiaPay_learns_of_late_is_paid() =>
        Given.Is<OrderPaid>(Decide(Claimed.Evolve(Given.Answer(TransactionStatus.NotFound)), Given.Answer(TransactionStatus.Complete)));

    [Theory]
    [InlineData(TransactionStatus.NotYours, FlagReason.MerchantMismatch)]
    [InlineData(TransactionStatus.NotAPayment, FlagReason.NotAPayment)]
    public void A_transaction_that_pays_for_nothing_here_is_flagged(TransactionStatus status, FlagReason reason) =>
        Assert.Equal(reason, Given.Is<OrderPaymentFlagged>(Decide(Claimed, Given.Answer(status))).Reason);

    [Fact]
    public void A_payout_pays_for_no_order() =>
        Assert.Equal(FlagReason.NotAPayment, Given.Is<OrderPaymentFlagged>(Decide(Claimed, Given.Answer(TransactionStatus.Complete, type: "CREDIT"))).Reason);

    [Theory]
    [InlineData("DEBIT")]
    [InlineData("debit")]
    [InlineData(null)]
    public void A_payment_received_is_a_debit_or_says_nothing(string? type) =>
        Given.Is<OrderPaid>(Decide(Claimed, Given.Answer(TransactionStatus.Complete, type: type)));

    [Theory]
    [InlineData(100L)]
    [InlineData(4975L)]
    [InlineData(5001L)]
    public void Another_amount_than_the_order_is_due_is_flagged(long amount)
    {
        var payment = Given.Payment(Given.Claim(amount: amount));
        var flagged = Given.Is<OrderPaymentFlagged>(Decide(payment, Given.Answer(TransactionStatus.Complete, amount), Given.Order(due: 5000)));
        Assert.Equal((FlagReason.AmountMismatch, (long?)amount, (long?)5000L), (flagged.Reason, flagged.Amount, flagged.ExpectedAmount));
    }

    [Fact]
    public void Another_amount_than_the_webhook_claimed_is_flagged() =>
        Assert.Equal(FlagReason.AmountMismatch, Given.Is<OrderPaymentFlagged>(Decide(Given.Payment(Given.Claim(amount: 100_000)), Given.Answer(TransactionStatus.Complete))).Reason);

    [Theory]
    [InlineData(null)]
    [InlineData(0L)]
    [InlineData(-5L)]
    public void A_confirmed_payment_without_a_usable_amount_is_flagged(long? amount) =>
        Assert.Equal(FlagReason.AmountMismatch, Given.Is<OrderPaymentFlagged>(Decide(Given.Payment(Given.Claim(amount: null)), Given.Answer(TransactionStatus.Complete, amount))).Reason);

    [Fact]
    public void A_claim_without_an_amount_claims_nothing() =>
        Given.Is<OrderPaid>(Decide(Given.Payment(Given.Claim(amount: null, kind: "transaction.timeout")), Given.Answer(TransactionStatus.Complete)));

    [Fact]
    public void An_order_that_another_transaction_paid_is_not_paid_again_and_a_refund_is_owed()
    {
        var flagged = Given.Is<OrderPaymentFlagged>(Decide(Claimed, Given.Answer(TransactionStatus.Complete), Given.Order(paidBy: "txn_0")));
        Assert.Equal((FlagReason.AlreadyPaid, "txn_0"), (flagged.Reason, flagged.OtherTransactionId));
    }

    [Fact]
    public void A_payment_for_another_order_than_the_webhook_named_is_flagged() =>
        Assert.Equal(FlagReason.OrderMismatch, Given.Is<OrderPaymentFlagged>(Decide(Claimed, Given.Answer(TransactionStatus.Complete, order: "order-2"))).Reason);

    [Fact]
    public void A_payment_for_another_order_than_was_announced_is_flagged() =>
        Assert.Equal(FlagReason.OrderMismatch,
            Given.Is<OrderPaymentFlagged>(Decide(Given.Payment(new PaymentAnnounced("order-9", Given.Noon)), Given.Answer(TransactionStatus.Complete))).Reason);

    [Fact]
    public void Webhooks_that_name_different_orders_settle_nothing_when_KKiaPay_names_none() =>
        Assert.Equal(FlagReason.OrderMismatch,
            Given.Is<OrderPaymentFlagged>(Decide(Given.Payment(Given.Claim(), Given.Claim(order: "order-2", digest: "d2")), Given.Answer(TransactionStatus.Complete, order: null))).Reason);

    [Fact]
    public void An_answer_without_an_order_takes_the_one_that_the_webhook_names() =>
        Assert.Equal("order-1", Given.Is<OrderPaid>(Decide(Claimed, Given.Answer(TransactionStatus.Complete, order: null))).OrderId);

    [Fact]
    public void A_payment_that_names_no_order_is_paid_or_flagged_as_the_policy_says()
    {
        var payment = Given.Payment(Given.Claim(order: null));
        var answer = Given.Answer(TransactionStatus.Complete, order: null);
        Assert.Null(Given.Is<OrderPaid>(Decide(payment, answer)).OrderId);
        Assert.Equal(FlagReason.WithoutReference,
            Given.Is<OrderPaymentFlagged>(Decide(payment, answer, policy: new() { WithoutReference = OrderRule.Flag })).Reason);
    }

    [Fact]
    public void An_unannounced_order_is_paid_or_flagged_as_the_policy_says_and_paid_once_announced()
    {
        var strict = new OrderPolicy { Unannounced = OrderRule.Flag };
        var answer = Given.Answer(TransactionStatus.Complete);
        Given.Is<OrderPaid>(Decide(Claimed, answer));
        var flagged = Given.Is<OrderPaymentFlagged>(Decide(Claimed, answer, Given.Order(), strict));
        Assert.Equal(FlagReason.Unannounced, flagged.Reason);
        Given.Is<OrderPaid>(Decide(Claimed.Evolve(flagged), answer, Given.Order(due: 5000), strict));
    }

    [Fact]
    public void An_announcement_that_disagrees_with_a_payment_accepted_before_is_flagged_once()
    {
        var flagged = Given.Is<OrderPaymentFlagged>(Decide(Paid, Given.Answer(TransactionStatus.Complete), Given.Order(due: 100_000, paidBy: "txn_1")));
        Assert.Equal(FlagReason.AmountMismatch, flagged.Reason);
        Assert.Null(Decide(Paid.Evolve(flagged), Given.Answer(TransactionStatus.Complete), Given.Order(due: 100_000, paidBy: "txn_1")));
    }

    [Fact]
    public void A_flag_is_raised_once_for_each_reason()
    {
        var payment = Given.Payment(Given.Claim(amount: 100));
        var first = Given.Is<OrderPaymentFlagged>(Decide(payment, Given.Answer(TransactionStatus.Complete)));
        Assert.Null(Decide(payment.Evolve(first), Given.Answer(TransactionStatus.Complete)));
    }

    [Fact]
    public void The_same_facts_give_the_same_event_id_and_other_outcomes_another()
    {
        var once = Decide(Claimed, Given.Answer(TransactionStatus.Complete))!.EventId;
        Assert.Equal(once, Decide(Claimed, Given.Answer(TransactionStatus.Complete))!.EventId);
        Assert.NotEqual(once, Decide(Failed, Given.Answer(TransactionStatus.Complete))!.EventId);
        Assert.NotEqual(once, Decide(Failing, Given.Answer(TransactionStatus.Failed))!.EventId);
    }

    [Fact]
    public void KKiaPay_is_asked_again_while_it_has_not_decided()
    {
        var flagged = Claimed.Evolve(Decide(Claimed, Given.Answer(TransactionStatus.NotYours))!);
        foreach (var open in new[] { Claimed, flagged, Failed })
            Assert.True(PaymentDecision.IsOpenAfter(open, Given.Answer(TransactionStatus.Pending)));
        foreach (var open in new[] { Claimed, flagged })
            Assert.True(PaymentDecision.IsOpenAfter(open, Given.Answer(TransactionStatus.NotFound)));
        foreach (var settled in new[] { Paid, Refunded })
            Assert.False(PaymentDecision.IsOpenAfter(settled, Given.Answer(TransactionStatus.Pending)));
        Assert.False(PaymentDecision.IsOpenAfter(Paid, Given.Answer(TransactionStatus.Complete)));
        Assert.False(PaymentDecision.IsOpenAfter(FailedByBoth, Given.Answer(TransactionStatus.Failed)));
        Assert.False(PaymentDecision.IsOpenAfter(FailedByBoth, Given.Answer(TransactionStatus.Cancelled)));
        Assert.True(PaymentDecision.IsOpenAfter(Failed, Given.Answer(TransactionStatus.Cancelled)));
        foreach (var decided in new[] { TransactionStatus.Complete, TransactionStatus.Refunded, TransactionStatus.NotAPayment })
            Assert.False(PaymentDecision.IsOpenAfter(flagged, Given.Answer(decided)));
        Assert.False(PaymentDecision.IsOpenAfter(FailedByBoth, Given.Answer(TransactionStatus.NotFound)));
    }

    [Theory]
    [InlineData(TransactionStatus.NotFound)]
    [InlineData(TransactionStatus.NotYours)]
    public void What_wrong_keys_can_make_KKiaPay_say_is_asked_about_for_a_week_with_growing_waits(TransactionStatus status)
    {
        var flagged = Claimed.Evolve(Decide(Claimed, Given.Answer(TransactionStatus.NotYours))!);
        Assert.True(PaymentDecision.IsOpenAfter(flagged, Given.Answer(status, at: Given.Noon.AddDays(7).AddSeconds(-1))));
        Assert.False(PaymentDecision.IsOpenAfter(flagged, Given.Answer(status, at: Given.Noon.AddDays(7))));
        Assert.Equal(3, Enumerable.Repeat(Given.Answer(status), 3).Aggregate(flagged, (payment, answer) => payment.Evolve(answer)).UndecidedAnswers);
    }

    [Theory]
    [InlineData(TransactionStatus.Failed)]
    [InlineData(TransactionStatus.Cancelled)]
    [InlineData(TransactionStatus.NotFound)]
    [InlineData(TransactionStatus.NotYours)]
    public void An_announced_transaction_that_failed_is_asked_about_for_a_day_after_it_did(TransactionStatus status)
    {
        var announced = Given.After(Given.After(
            Given.Payment(new PaymentAnnounced("order-1", Given.Noon)), Given.Answer(TransactionStatus.Failed)), Given.Answer(TransactionStatus.Failed, at: Given.Noon.AddMinutes(1)));
        Assert.Equal(PaymentOutcome.Failed, announced.Outcome);
        Assert.True(PaymentDecision.IsOpenAfter(announced, Given.Answer(status, at: Given.Noon.AddDays(1))));
        Assert.False(PaymentDecision.IsOpenAfter(announced, Given.Answer(status, at: Given.Noon.AddDays(1).AddSeconds(1))));
        Given.Is<OrderPaid>(Decide(announced, Given.Answer(TransactionStatus.Complete, at: Given.Noon.AddHours(20)), Given.Order(due: 5000)));
        // An answer in between that says neither does not end it.
        var unknown = announced.Evolve(Given.Answer(TransactionStatus.NotFound, at: Given.Noon.AddHours(1)));
        Assert.True(PaymentDecision.IsOpenAfter(unknown, Given.Answer(status, at: Given.Noon.AddHours(23))));
        Assert.False(PaymentDecision.IsOpenAfter(unknown, Given.Answer(TransactionStatus.NotFound, at: Given.Noon.AddHours(25))));
    }

    [Fact]
    public void A_payment_holds_no_order_that_looks_like_an_announced_one_unless_a_person_accepted_that()
    {
        var unnamed = Given.Answer(TransactionStatus.Complete, order: null);
        var paid = Given.After(Given.Payment(Given.Claim(order: null)), unnamed);
        var answer = Given.Answer(TransactionStatus.Complete);
        var alike = Given.Order() with { LookAlike = "Order-1" };
        Assert.False(PaymentDecision.Holds(paid.Evolve(answer), alike, answer));
        var flagged = paid.Evolve(answer).Evolve(Given.Is<OrderPaymentFlagged>(Decide(paid, answer, alike)));
        var accepted = flagged.Evolve(PaymentActs.Review(flagged, FlagVerdict.Accepted, "ama", "the same order", Given.Noon, alike));
        Assert.True(PaymentDecision.Holds(accepted.Evolve(answer), alike, answer));
    }

    [Fact]
    public void What_was_said_while_KKiaPay_confirmed_no_money_is_nobodys_question_once_it_does()
    {
        var flagged = Claimed.Evolve(Decide(Claimed, Given.Answer(TransactionStatus.NotAPayment))!);
        var complete = Given.Answer(TransactionStatus.Complete, amount: 1);
        var mismatch = Given.Is<OrderPaymentFlagged>(Decide(flagged, complete, Given.Order(due: 5000)));
        Assert.Equal([FlagReason.AmountMismatch], flagged.Evolve(complete).Evolve(mismatch).Flags);
        Assert.Equal([FlagReason.NotAPayment], flagged.Evolve(Given.Answer(TransactionStatus.Complete, type: "CREDIT")).Flags);
    }

    [Fact]
    public void A_refund_whose_answer_names_no_order_is_for_the_order_that_was_paid()
    {
        var paid = Given.After(Given.Payment(Given.Claim(order: null)), Given.Answer(TransactionStatus.Complete, order: "order-3"));
        Assert.Equal("order-3", Given.Is<OrderRefunded>(Decide(paid, Given.Answer(TransactionStatus.Refunded, order: null))).OrderId);
    }

    [Fact]
    public void Where_the_answer_names_no_order_the_shops_word_comes_before_a_webhooks()
    {
        var payment = Given.Payment(new PaymentAnnounced("order-7", Given.Noon), Given.Claim(order: "order-1"));
        Assert.Equal("order-7", PaymentDecision.OrderOf(payment, Given.Answer(TransactionStatus.Complete, order: null)));
        Assert.Equal("order-1", PaymentDecision.OrderOf(Given.Payment(Given.Claim(order: "order-1"))));
    }

    [Fact]
    public void OrderPaid_says_what_was_due_and_nothing_where_nobody_had_said_it()
    {
        Assert.Equal(5000, Given.Is<OrderPaid>(Decide(Claimed, Given.Answer(TransactionStatus.Complete), Given.Order(due: 5000))).DueAmount);
        Assert.Null(Given.Is<OrderPaid>(Decide(Claimed, Given.Answer(TransactionStatus.Complete), Given.Order())).DueAmount);
    }

    [Fact]
    public void Where_every_order_must_be_announced_a_payment_without_a_readable_order_is_flagged_too()
    {
        var policy = new OrderPolicy { Unannounced = OrderRule.Flag };
        var unnamed = Given.Answer(TransactionStatus.Complete, order: null);
        Assert.Equal(FlagReason.Unannounced, Given.Is<OrderPaymentFlagged>(Decide(Given.Payment(Given.Claim(order: null)), unnamed, null, policy)).Reason);
        var announced = Given.Payment(Given.Claim(order: null), new PaymentAnnounced("order-1", Given.Noon));
        Given.Is<OrderPaid>(Decide(announced, unnamed, Given.Order(due: 5000), policy));
    }

    [Fact]
    public void A_payment_for_an_order_that_the_shop_withdrew_is_flagged_whatever_the_policy()
    {
        var withdrawn = Given.Order(due: 5000).After(new OrderWithdrawn("order-1", Given.Noon));
        Assert.Equal(FlagReason.Unannounced, Given.Is<OrderPaymentFlagged>(Decide(Claimed, Given.Answer(TransactionStatus.Complete), withdrawn)).Reason);
    }

    [Fact]
    public void A_squatter_loses_the_order_to_the_due_that_is_announced_later_and_the_right_payment_gets_it()
    {
        var one = Given.Answer(TransactionStatus.Complete, amount: 1);
        var squatter = Given.Payment(Given.Claim(amount: 1));
        var taken = Given.Is<OrderPaid>(Decide(squatter, one, Given.Order()));
        squatter = squatter.Evolve(one).Evolve(taken);
        var order = Given.Order().After(taken);
        Assert.Equal("txn_1", order.PaidBy);

        order = order.After(new OrderAnnounced("order-1", 50_000, null, Given.Noon));
        Assert.Null(order.PaidBy);
        Assert.Equal(FlagReason.AmountMismatch, Given.Is<OrderPaymentFlagged>(Decide(squatter, one, order)).Reason);
        Assert.False(PaymentDecision.Holds(squatter.Evolve(one), order, one));

        var right = Given.PaymentOf(new("default", "txn_2")).Evolve(Given.Claim(amount: 50_000));
        Assert.Equal((50_000, (long?)50_000), Given.Is<OrderPaid>(Decide(right, Given.Answer(TransactionStatus.Complete, amount: 50_000), order)) is var paid ? (paid.Amount, paid.DueAmount) : default);
    }

    [Fact]
    public void An_order_that_a_person_released_is_paid_by_the_next_and_the_one_that_held_it_is_flagged()
    {
        var answer = Given.Answer(TransactionStatus.Complete);
        var paid = Given.Is<OrderPaid>(Decide(Claimed, answer, Given.Order()));
        var released = Claimed.Evolve(answer).Evolve(paid).Evolve(new OrderReleased("order-1", "ama", "the wrong one", Given.Noon));
        var order = Given.Order().After(paid).Freed();
        var flagged = Given.Is<OrderPaymentFlagged>(Decide(released, answer, order));
        Assert.Equal(FlagReason.OrderMismatch, flagged.Reason);
        Assert.False(PaymentDecision.Holds(released.Evolve(answer), order, answer));

        // Accepted after all, it holds the order again, unless another does by then.
        var seen = released.Evolve(answer).Evolve(flagged);
        var accepted = seen.Evolve(PaymentActs.Review(seen, FlagVerdict.Accepted, "ama", "it was the right one", Given.Noon, order));
        Assert.Null(Decide(accepted, answer, order));
        Assert.True(PaymentDecision.Holds(accepted.Evolve(answer), order, answer));
        Assert.False(PaymentDecision.Holds(accepted.Evolve(answer), order with { PaidBy = "txn_2" }, answer));
    }

    [Fact]
    public void A_payment_that_lost_its_order_while_the_due_was_another_is_a_surplus_where_another_holds_it_by_then()
    {
        var answer = Given.Answer(TransactionStatus.Complete);
        var paid = Given.Is<OrderPaid>(Decide(Claimed, answer, Given.Order()));
        var flagged = Given.Is<OrderPaymentFlagged>(Decide(Claimed.Evolve(answer).Evolve(paid), answer, Given.Order(due: 5000, paidBy: "txn_2")));
        Assert.Equal((FlagReason.AlreadyPaid, "txn_2"), (flagged.Reason, flagged.OtherTransactionId));
    }

    [Fact]
    public void An_order_whose_due_is_paid_in_full_is_released_only_after_a_refund()
    {
        var paid = Given.Order(due: 5000) with { PaidBy = "txn_1", PaidAmount = 5000 };
        Assert.Contains("Refund txn_1 first", OrderRelease.ProblemOf(paid), StringComparison.Ordinal);
        Assert.Null(OrderRelease.ProblemOf(paid with { Refunded = true }));
        Assert.Null(OrderRelease.ProblemOf(paid with { PaidAmount = 1 }));
        Assert.Null(OrderRelease.ProblemOf(paid with { Due = null }));
        Assert.Contains("nothing to release", OrderRelease.ProblemOf(Given.Order(due: 5000)), StringComparison.Ordinal);
    }

    [Fact]
    public void An_unknown_transaction_is_asked_about_for_a_week_after_it_was_flagged() =>
        Assert.Equal(
            (true, false),
            (PaymentDecision.IsOpenAfter(Claimed, Given.Answer(TransactionStatus.NotFound, at: Given.Noon.AddDays(7).AddSeconds(-1))),
                PaymentDecision.IsOpenAfter(Claimed, Given.Answer(TransactionStatus.NotFound, at: Given.Noon.AddDays(7)))));

    [Fact]
    public void One_unknown_among_pending_answers_flags_nothing()
    {
        var payment = Enumerable.Repeat(Given.Answer(TransactionStatus.Pending), 10).Aggregate(Claimed, (p, a) => p.Evolve(a));
        Assert.Null(Decide(payment, Given.Answer(TransactionStatus.NotFound, amount: null)));
    }

    [Theory]
    [InlineData(TransactionStatus.Failed)]
    [InlineData(TransactionStatus.Cancelled)]
    [InlineData(TransactionStatus.NotFound)]
    public void A_success_that_KKiaPays_API_does_not_know_of_is_asked_about_until_it_agrees_or_a_day_is_over(TransactionStatus status)
    {
        // The API may be behind its own webhook: the failure goes out, and the success is not forgotten.
        Assert.True(PaymentDecision.IsOpenAfter(Failed, Given.Answer(status, at: Given.Noon.AddHours(23))));
        Assert.Null(Decide(Failed, Given.Answer(status, at: Given.Noon.AddHours(23))));
        Given.Is<OrderPaid>(Decide(Failed, Given.Answer(TransactionStatus.Complete, at: Given.Noon.AddHours(23))));

        var flagged = Given.Is<OrderPaymentFlagged>(Decide(Failed, Given.Answer(status, at: Given.Noon.AddHours(24))));
        Assert.Equal(FlagReason.Contradiction, flagged.Reason);
        var after = Failed.Evolve(flagged);
        Assert.Equal(PaymentOutcome.Failed, after.Outcome);
        Assert.False(PaymentDecision.IsOpenAfter(after, Given.Answer(status, at: Given.Noon.AddHours(24))));
        Given.Is<OrderPaid>(Decide(after, Given.Answer(TransactionStatus.Complete, at: Given.Noon.AddHours(25))));
    }

    [Fact]
    public void A_success_that_comes_after_a_person_looked_at_the_failure_is_asked_about_again()
    {
        var flagged = Failed.Evolve(Decide(Failed, Given.Answer(TransactionStatus.Failed, at: Given.Noon.AddHours(24)))!);
        var reviewed = flagged.Evolve(PaymentActs.Review(flagged, FlagVerdict.Rejected, "ama", "nothing came", Given.Noon.AddHours(25), Given.Order()));
        Assert.Equal((PaymentOutcome.Failed, 0), (reviewed.Outcome, reviewed.Flags.Count));
        var again = Given.Answer(TransactionStatus.Failed, at: Given.Noon.AddHours(26));
        Assert.False(PaymentDecision.IsOpenAfter(reviewed, again));
        Assert.True(PaymentDecision.IsOpenAfter(reviewed.Evolve(Given.Claim(digest: "d2") with { ReceivedAt = Given.Noon.AddHours(26) }), again));
    }

    [Fact]
    public void A_payment_accepted_for_another_order_than_is_announced_later_is_flagged()
    {
        var announced = Paid.Evolve(new PaymentAnnounced("order-2", Given.Noon.AddHours(1)));
        Assert.Equal(FlagReason.OrderMismatch, Given.Is<OrderPaymentFlagged>(Decide(announced, Given.Answer(TransactionStatus.Complete))).Reason);
    }

    [Theory]
    [InlineData(FlagVerdict.Accepted)]
    [InlineData(FlagVerdict.Rejected)]
    public void A_note_beside_a_paid_payment_that_a_person_has_looked_at_does_not_come_back(FlagVerdict verdict)
    {
        var unnamed = Given.Answer(TransactionStatus.Complete, order: null);
        var paid = Given.After(Given.Payment(Given.Claim(order: null)), unnamed).Evolve(new PaymentAnnounced("order-1", Given.Noon.AddHours(1)));
        var surplus = paid.Evolve(Given.Is<OrderPaymentFlagged>(Decide(paid, unnamed, Given.Order(paidBy: "txn_0"))));
        Assert.Null(Decide(surplus.Evolve(PaymentActs.Review(surplus, verdict, "ama", "refunded by hand", Given.Noon, Given.Order(paidBy: "txn_0"))), unnamed, Given.Order(paidBy: "txn_0")));

        var announced = Paid.Evolve(new PaymentAnnounced("order-2", Given.Noon.AddHours(1)));
        var noted = announced.Evolve(Decide(announced, Given.Answer(TransactionStatus.Complete))!);
        var seen = noted.Evolve(PaymentActs.Review(noted, verdict, "ama", "the shop mended it", Given.Noon, null));
        Assert.Null(Decide(seen, Given.Answer(TransactionStatus.Complete)));
    }

    [Fact]
    public void A_payment_accepted_without_an_order_and_announced_for_one_that_is_paid_is_a_surplus()
    {
        var paid = Given.After(Given.Payment(Given.Claim(order: null)), Given.Answer(TransactionStatus.Complete, order: null));
        var announced = paid.Evolve(new PaymentAnnounced("order-1", Given.Noon.AddHours(1)));
        Assert.Null(Decide(announced, Given.Answer(TransactionStatus.Complete, order: null), Given.Order()));
        var flagged = Given.Is<OrderPaymentFlagged>(Decide(announced, Given.Answer(TransactionStatus.Complete, order: null), Given.Order(paidBy: "txn_0")));
        Assert.Equal((FlagReason.AlreadyPaid, "txn_0"), (flagged.Reason, flagged.OtherTransactionId));
    }

    public static TheoryData<TransactionStatus> AllStatuses() => [.. Enum.GetValues<TransactionStatus>()];

    private static OrderEvent? Decide(Payment payment, VerificationAnswered answer, Order? order = null, OrderPolicy? policy = null) =>
        PaymentDecision.Decide(payment, order, answer, policy ?? Given.Lenient);

    // The answer is flagged, changes nothing, and is not flagged again.
    private static Payment ContradictedOnce(Payment payment, TransactionStatus status)
    {
        var flagged = Given.Is<OrderPaymentFlagged>(Decide(payment, Given.Answer(status)));
        Assert.Equal(FlagReason.Contradiction, flagged.Reason);
        var after = payment.Evolve(flagged);
        Assert.Equal(payment.Outcome, after.Outcome);
        Assert.Null(Decide(after, Given.Answer(status)));
        return after;
    }
}
