using KkiaEvents.Contracts;
using KkiaEvents.Kkiapay;
using KkiaEvents.Ledger.Orders;
using KkiaEvents.Ledger.Payments;

namespace KkiaEvents.Tests.Unit.Ledger;

/// <summary>Money came, and KKiaPay's answer has no amount that can be read: a person states it.</summary>
public class StatedAmountTests
{
    private static readonly VerificationAnswered Unreadable = Given.Unreadable("4999.5");

    [Fact]
    public void Money_whose_amount_can_not_be_read_is_flagged_with_what_to_do_and_no_advice_to_reject()
    {
        var flagged = Given.Is<OrderPaymentFlagged>(Decide(Given.Payment(Given.Claim()), Unreadable));
        Assert.Equal(FlagReason.AmountMismatch, flagged.Reason);
        Assert.Contains("'4999.5'", flagged.Detail, StringComparison.Ordinal);
        Assert.Contains("don't reject", flagged.Detail, StringComparison.Ordinal);
        Assert.Contains("--amount", flagged.Detail, StringComparison.Ordinal);
        Assert.Contains("support", flagged.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(0L)]
    public void An_acceptance_without_the_amount_is_refused_and_says_how_to_state_it(long? amount)
    {
        var problem = PaymentActs.ReviewProblem(Flagged(Given.Answer(TransactionStatus.Complete, amount)), FlagVerdict.Accepted, Given.Order());
        Assert.Contains("--amount XOF", problem, StringComparison.Ordinal);
        Assert.Contains("kkia flag accept default/txn_1 --amount XOF --reason WHY", problem, StringComparison.Ordinal);
        Assert.DoesNotContain("Reject it", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_stated_amount_is_paid_kept_in_the_review_and_told_in_the_event()
    {
        var accepted = Accepted(Flagged(Unreadable), 4999, Given.Order());
        Assert.Equal(4999, accepted.Review!.StatedAmount);
        var paid = Given.Is<OrderPaid>(Decide(accepted, Unreadable));
        Assert.Equal((4999, true), (paid.Amount, paid.AmountStated));
        // Asked again, nothing is new; a readable amount that differs contradicts.
        var after = accepted.Evolve(Unreadable).Evolve(paid);
        Assert.Null(Decide(after, Unreadable, Given.Order().After(paid)));
        Assert.Null(Decide(after, Given.Answer(TransactionStatus.Complete, 4999), Given.Order().After(paid)));
        Assert.Equal(FlagReason.Contradiction, Given.Is<OrderPaymentFlagged>(Decide(after, Given.Answer(TransactionStatus.Complete, 5000), Given.Order().After(paid))).Reason);
    }

    [Fact]
    public void A_stated_amount_that_is_not_the_due_must_name_the_due_and_holds_for_that_due_only()
    {
        var flagged = Flagged(Unreadable, Given.Order(due: 5000));
        Assert.Contains("--due 5000", PaymentActs.DueProblem(flagged, FlagVerdict.Accepted, Given.Order(due: 5000), null, 4999), StringComparison.Ordinal);
        Assert.Null(PaymentActs.DueProblem(flagged, FlagVerdict.Accepted, Given.Order(due: 5000), null, 5000));
        var accepted = Accepted(flagged, 4999, Given.Order(due: 5000));
        var paid = Given.Is<OrderPaid>(Decide(accepted, Unreadable, Given.Order(due: 5000)));
        Assert.Equal((4999, 5000L, true), (paid.Amount, paid.DueAmount, paid.AmountStated));
        Assert.Null(Decide(accepted.Evolve(Unreadable).Evolve(paid), Unreadable, Given.Order(due: 5000).After(paid)));
        Given.Is<OrderPaymentFlagged>(Decide(accepted, Unreadable, Given.Order(due: 60_000)));
    }

    [Fact]
    public void What_KKiaPay_says_counts_more_than_what_a_person_states()
    {
        var flagged = Flagged(Given.Answer(TransactionStatus.Complete, 100), Given.Order(due: 5000));
        Assert.Contains("100 XOF was paid", PaymentActs.ReviewProblem(flagged, FlagVerdict.Accepted, Given.Order(due: 5000), 5000), StringComparison.Ordinal);
        Assert.Null(PaymentActs.ReviewProblem(flagged, FlagVerdict.Accepted, Given.Order(due: 5000), 100));
        // Read at last, it is decided by what it is.
        var accepted = Accepted(Flagged(Unreadable, Given.Order(due: 5000)), 5000, Given.Order(due: 5000));
        Given.Is<OrderPaymentFlagged>(Decide(accepted, Given.Answer(TransactionStatus.Complete, 100), Given.Order(due: 5000)));
        Assert.Null(Given.Is<OrderPaid>(Decide(accepted, Given.Answer(TransactionStatus.Complete), Given.Order(due: 5000))).AmountStated);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void A_stated_amount_is_above_zero(long amount) =>
        Assert.Contains("above 0", PaymentActs.ReviewProblem(Flagged(Unreadable), FlagVerdict.Accepted, Given.Order(), amount), StringComparison.Ordinal);

    [Fact]
    public void An_amount_is_stated_to_accept_only()
    {
        Assert.NotNull(PaymentActs.ReviewProblem(Flagged(Unreadable), FlagVerdict.Rejected, null, 5000));
        Assert.NotNull(PaymentActs.ReviewProblem(Flagged(Unreadable), FlagVerdict.AskedAgain, null, part: true));
    }

    [Fact]
    public void A_payment_that_a_person_rejected_on_our_earlier_advice_is_accepted_after_all()
    {
        var flagged = Flagged(Unreadable);
        var rejected = flagged.Evolve(PaymentActs.Review(flagged, FlagVerdict.Rejected, "ama", "the tool said so", Given.Noon, null)).Evolve(Unreadable);
        Assert.Null(Decide(rejected, Unreadable));
        Given.Is<OrderPaid>(Decide(Accepted(rejected, 5000, Given.Order()), Unreadable));
    }

    [Fact]
    public void An_amount_that_turns_unreadable_or_readable_while_flagged_is_accepted_as_the_last_answer_has_it()
    {
        var turned = Flagged(Given.Answer(TransactionStatus.Complete, 100), Given.Order(due: 5000)).Evolve(Unreadable);
        Given.Is<OrderPaid>(Decide(Accepted(turned, 5000, Given.Order(due: 5000)), Unreadable, Given.Order(due: 5000)));
        var read = Flagged(Unreadable, Given.Order(due: 5000)).Evolve(Given.Answer(TransactionStatus.Complete, 100));
        Assert.Equal(100, Given.Is<OrderPaid>(Decide(Accepted(read, null, Given.Order(due: 5000)), Given.Answer(TransactionStatus.Complete, 100), Given.Order(due: 5000))).Amount);
    }

    [Fact]
    public void A_stated_amount_holds_while_a_person_accepts_one_objection_after_another()
    {
        var other = Given.Unreadable("4999.5", order: "order-2");
        var order = Order.New("default", "order-2");
        var flagged = Flagged(other, order);
        var again = Accepted(flagged, 4999, order);
        var objection = Given.Is<OrderPaymentFlagged>(Decide(again, other, order));
        Assert.Equal(FlagReason.OrderMismatch, objection.Reason);
        var second = Accepted(again.Evolve(other).Evolve(objection), null, order);
        Assert.Equal(4999, Given.Is<OrderPaid>(Decide(second, other, order)).Amount);
    }

    private static Payment Flagged(VerificationAnswered answer, Order? order = null)
    {
        var payment = Given.Payment(Given.Claim());
        return payment.Evolve(answer).Evolve(Given.Is<OrderPaymentFlagged>(Decide(payment, answer, order)));
    }

    private static Payment Accepted(Payment payment, long? amount, Order order)
    {
        Assert.Null(PaymentActs.ReviewProblem(payment, FlagVerdict.Accepted, order, amount));
        return payment.Evolve(PaymentActs.Review(payment, FlagVerdict.Accepted, "ama", "by the dashboard", Given.Noon, order, amount));
    }

    private static OrderEvent? Decide(Payment payment, VerificationAnswered answer, Order? order = null) => PaymentDecision.Decide(payment, order ?? Given.Order(), answer, Given.Lenient);
}
