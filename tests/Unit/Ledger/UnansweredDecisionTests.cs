using KkiaEvents.Contracts;
using KkiaEvents.Kkiapay;
using KkiaEvents.Ledger.Due;
using KkiaEvents.Ledger.Payments;

namespace KkiaEvents.Tests.Unit.Ledger;

/// <summary>A payment about which KKiaPay gives no usable answer is a person's after a day, and is never decided.</summary>
public class UnansweredDecisionTests
{
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    [Fact]
    public void After_a_day_without_a_usable_answer_the_payment_is_flagged_with_what_came_instead()
    {
        var flag = Assert.IsType<OrderPaymentFlagged>(UnansweredDecision.Decide(Given.Payment(Given.Claim()), Given.Order(due: 9000), After(Day)));
        Assert.Equal((FlagReason.StillPending, "order-1", 9000L, null), (flag.Reason, flag.OrderId, flag.ExpectedAmount, flag.Amount));
        Assert.Contains("no usable answer about this payment for a day (HTTP 200: a web page)", flag.Detail, StringComparison.Ordinal);
        Assert.Contains("dashboard", flag.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void It_is_flagged_once_and_the_flag_ends_when_the_money_is_confirmed()
    {
        var payment = Given.Payment(Given.Claim());
        payment = payment.Evolve(After(Day)).Evolve(UnansweredDecision.Decide(payment, null, After(Day))!);
        Assert.Equal((PaymentOutcome.Flagged, FlagReason.StillPending), (payment.Outcome, Assert.Single(payment.Flags)));
        Assert.Null(UnansweredDecision.Decide(payment, null, After(Day * 2)));
        Assert.IsType<OrderPaid>(PaymentDecision.Decide(payment, null, Given.Answer(TransactionStatus.Complete), Given.Lenient));
        Assert.Empty(payment.Evolve(Given.Answer(TransactionStatus.Complete)).Flags);
    }

    [Theory]
    [InlineData(23, 3)]
    [InlineData(25, 2)]
    public void Neither_a_younger_payment_nor_one_question_that_fails_is_a_persons(int hours, int attempts) =>
        Assert.Null(UnansweredDecision.Decide(Given.Payment(Given.Claim()), null, After(TimeSpan.FromHours(hours), attempts)));

    [Fact]
    public void A_payment_that_is_settled_or_that_somebody_looks_at_is_not_flagged_again()
    {
        var claimed = Given.Payment(Given.Claim());
        Assert.Null(UnansweredDecision.Decide(Given.After(claimed, Given.Answer(TransactionStatus.Complete)), null, After(Day)));
        Assert.Null(UnansweredDecision.Decide(Given.After(claimed, Given.Answer(TransactionStatus.Complete, amount: 100)), null, After(Day)));
        Assert.Null(UnansweredDecision.Decide(Given.After(claimed, Given.Answer(TransactionStatus.Refunded)), null, After(Day)));
        Assert.Null(UnansweredDecision.Decide(Given.PaymentOf(Given.Key), null, After(Day)));
    }

    [Fact]
    public void A_refund_that_no_answer_confirms_for_a_day_is_flagged_as_such()
    {
        var payment = Given.After(Given.Payment(Given.Claim()), Given.Answer(TransactionStatus.Complete))
            .Evolve(new RefundRequested("ama", "returned", Given.Noon)).Evolve(new RefundSent(Given.Noon, Guid.NewGuid()));
        var flag = UnansweredDecision.Decide(payment, null, After(Day));
        Assert.Equal(FlagReason.RefundUnconfirmed, flag?.Reason);
        Assert.Equal(PaymentOutcome.Paid, payment.Evolve(flag!).Outcome);
        Assert.Null(UnansweredDecision.Decide(payment, null, After(Day / 2)));
        Assert.Null(UnansweredDecision.Decide(payment.Evolve(flag!), null, After(Day * 2)));
    }

    [Fact]
    public void A_success_that_is_claimed_after_a_failure_is_a_persons_after_a_day_too()
    {
        var failed = Given.Payment(Given.Claim(kind: "transaction.failed"));
        failed = Given.After(Given.After(failed, Given.Answer(TransactionStatus.Failed)), Given.Answer(TransactionStatus.Failed, at: Given.Noon.AddMinutes(1)));
        Assert.Equal(PaymentOutcome.Failed, failed.Outcome);
        Assert.Null(UnansweredDecision.Decide(failed, null, After(Day)));
        Assert.Equal(FlagReason.Contradiction, UnansweredDecision.Decide(failed.Evolve(Given.Claim(digest: "d2")), null, After(Day))?.Reason);
    }

    [Fact]
    public void Neither_refused_keys_nor_a_question_that_was_not_asked_counts()
    {
        var at = Given.Noon + Day;
        Assert.Null(UnansweredDecision.Of(Facts(new("401", at, KeysRefused: true))));
        Assert.Null(UnansweredDecision.Of(Facts(new("not asked", at, AskAt: at))));
        Assert.Equal(new VerificationUnanswered("503", 5, at), UnansweredDecision.Of(Facts(new("503", at))));

        static PaymentFacts Facts(NoAnswer none) => new() { Key = Given.Key, NoAnswer = none, UnansweredBefore = 4 };
    }

    [Fact]
    public void Once_flagged_an_unreadable_answer_is_asked_for_hourly() =>
        Assert.Equal((TimeSpan.FromHours(1), TimeSpan.FromMinutes(75)), (FollowUp.AfterUnreadable(0), FollowUp.AfterUnreadable(1)));

    private static VerificationUnanswered After(TimeSpan time, int attempts = 3) => new("HTTP 200: a web page", attempts, Given.Noon + time);
}
