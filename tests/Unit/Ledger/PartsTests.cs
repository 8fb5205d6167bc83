using KkiaEvents.Contracts;
using KkiaEvents.Kkiapay;
using KkiaEvents.Ledger.Orders;
using KkiaEvents.Ledger.Payments;

namespace KkiaEvents.Tests.Unit.Ledger;

/// <summary>A deposit and the rest: payments that a person accepts as parts of what one order is due.</summary>
public class PartsTests
{
    private const string Deposit = "txn_1";
    private const string Rest = "txn_2";

    [Fact]
    public void A_deposit_and_the_rest_are_one_OrderPaid_with_the_order_in_full()
    {
        var shop = new Shop(due: 5000);
        shop.Pays(Deposit, 2000);
        shop.AcceptsPart(Deposit);
        Assert.Null(shop.Asks(Deposit));
        Assert.Equal((OrderState.PartlyPaid, 2000L, null), (shop.Order.State, shop.Order.Received(), shop.Order.PaidBy));
        Assert.Contains("this is the rest", shop.Pays(Rest, 3000)!.Detail, StringComparison.Ordinal);
        shop.AcceptsPart(Rest);
        var paid = Given.Is<OrderPaid>(shop.Asks(Rest));
        Assert.Equal((3000, 5000L, 5000L, Rest), (paid.Amount, paid.DueAmount, paid.PaidForOrder, paid.TransactionId));
        Assert.Equal((OrderState.Paid, 5000L), (shop.Order.State, shop.Order.Received()));
        Assert.Contains("pay it twice", OrderRelease.ProblemOf(shop.Order), StringComparison.Ordinal);
        Assert.Null(shop.Asks(Rest));
        Assert.Null(shop.Asks(Deposit));
        Assert.Single(shop.Paid);
    }

    [Fact]
    public void The_rest_of_an_order_that_was_handed_over_for_its_deposit_is_accepted_and_hands_over_nothing()
    {
        var shop = new Shop(due: 5000);
        shop.Pays(Deposit, 2000);
        shop.Accepts(Deposit);
        Given.Is<OrderPaid>(shop.Asks(Deposit));
        shop.Pays(Rest, 3000);
        var refusal = shop.Refusal(Rest);
        Assert.Contains("hand the goods over twice", refusal, StringComparison.Ordinal);
        Assert.Contains("kkia flag accept default/txn_2 --part --due 5000 --reason WHY", refusal, StringComparison.Ordinal);
        Assert.Contains("kkia refund default/txn_2 --reason WHY --confirm", refusal, StringComparison.Ordinal);
        Assert.Contains("kkia order release default/order-1 --reason WHY", refusal, StringComparison.Ordinal);
        Assert.DoesNotContain("kkia flag accept default/txn_2 --reason", refusal, StringComparison.Ordinal);
        shop.AcceptsPart(Rest);
        Assert.Null(shop.Asks(Rest));
        Assert.Equal((OrderState.Paid, 5000L, Deposit), (shop.Order.State, shop.Order.Received(), shop.Order.PaidBy));
        Assert.Single(shop.Paid);
        Assert.Contains("pay it twice", OrderRelease.ProblemOf(shop.Order), StringComparison.Ordinal);
    }

    [Fact]
    public void A_second_payment_of_the_whole_due_is_no_part()
    {
        var shop = new Shop(due: 5000);
        Given.Is<OrderPaid>(shop.Asks(Deposit, 5000));
        shop.Pays(Rest, 5000);
        Assert.Contains("would have 10000 XOF", shop.Refusal(Rest, part: true), StringComparison.Ordinal);
        Assert.DoesNotContain("--part", shop.Refusal(Rest), StringComparison.Ordinal);
    }

    [Fact]
    public void The_rest_of_an_order_that_nobody_announced_is_accepted_beside_the_one_that_was_paid()
    {
        var shop = new Shop(due: null);
        Given.Is<OrderPaid>(shop.Asks(Deposit, 2000));
        Assert.Equal(FlagReason.AlreadyPaid, shop.Pays(Rest, 3000)!.Reason);
        shop.AcceptsPart(Rest);
        Assert.Null(shop.Asks(Rest));
        // Announced at last, the two are what is due: the order stays where it is.
        shop.Announces(5000);
        Assert.Equal(Deposit, shop.Order.PaidBy);
        Assert.Null(shop.Asks(Deposit));
        Assert.Null(shop.Asks(Rest));
    }

    [Fact]
    public void A_part_that_makes_more_than_the_due_is_refused()
    {
        var shop = new Shop(due: 5000);
        shop.Pays(Deposit, 2000);
        shop.AcceptsPart(Deposit);
        shop.Asks(Deposit);
        shop.Pays(Rest, 4000);
        Assert.Contains("would have 6000 XOF", shop.Refusal(Rest, part: true), StringComparison.Ordinal);
    }

    [Fact]
    public void Two_parts_accepted_before_either_was_confirmed_make_one_OrderPaid()
    {
        var shop = new Shop(due: 5000);
        shop.Pays(Deposit, 2000);
        shop.Pays(Rest, 3000);
        shop.AcceptsPart(Deposit);
        shop.AcceptsPart(Rest);
        Assert.Null(shop.Asks(Rest));
        Given.Is<OrderPaid>(shop.Asks(Deposit));
        Assert.Null(shop.Asks(Rest));
    }

    [Fact]
    public void The_whole_due_paid_beside_a_deposit_needs_a_person()
    {
        var shop = new Shop(due: 5000);
        shop.Pays(Deposit, 2000);
        shop.AcceptsPart(Deposit);
        shop.Asks(Deposit);
        Assert.Contains("it has 7000 XOF", shop.Pays(Rest, 5000)!.Detail, StringComparison.Ordinal);
        shop.Accepts(Rest);
        var paid = Given.Is<OrderPaid>(shop.Asks(Rest));
        Assert.Equal((5000, 7000L), (paid.Amount, paid.PaidForOrder));
        Assert.Equal(OrderState.Overpaid, shop.Order.State);
    }

    [Fact]
    public void A_deposit_can_be_accepted_as_the_whole_afterwards()
    {
        var shop = new Shop(due: 5000);
        shop.Pays(Deposit, 2000);
        shop.AcceptsPart(Deposit);
        shop.Asks(Deposit);
        shop.After(TimeSpan.FromHours(1)).Accepts(Deposit);
        var paid = Given.Is<OrderPaid>(shop.Asks(Deposit));
        Assert.Equal((2000, 5000L, null), (paid.Amount, paid.DueAmount, paid.PaidForOrder));
        Assert.Null(shop.Order.Parts);
    }

    [Fact]
    public void A_due_that_comes_down_to_the_parts_is_paid_and_one_below_them_is_flagged()
    {
        var shop = new Shop(due: 5000);
        shop.Pays(Deposit, 2000);
        shop.AcceptsPart(Deposit);
        shop.Asks(Deposit);
        shop.Announces(1500);
        Assert.Equal(FlagReason.AmountMismatch, Given.Is<OrderPaymentFlagged>(shop.Asks(Deposit)).Reason);
        Assert.Null(shop.Order.Parts);
        shop.Announces(2000);
        Given.Is<OrderPaid>(shop.Asks(Deposit));
    }

    [Fact]
    public void Money_that_is_on_its_way_back_or_was_given_back_is_a_part_of_nothing()
    {
        var shop = new Shop(due: 5000);
        shop.Pays(Deposit, 2000);
        shop.AcceptsPart(Deposit);
        shop.Asks(Deposit);
        shop.Refunds(Deposit);
        Assert.Null(shop.Order.Parts);
        shop.Pays(Rest, 3000);
        shop.AcceptsPart(Rest);
        Assert.Null(shop.Asks(Rest));

        var other = new Shop(due: 5000);
        other.Pays(Deposit, 2000);
        other.AcceptsPart(Deposit);
        other.Asks(Deposit);
        Given.Is<OrderRefunded>(other.Asks(Deposit, 2000, TransactionStatus.Refunded));
        Assert.Null(other.Order.Parts);
    }

    [Fact]
    public void A_part_given_back_after_the_order_was_paid_in_full_is_flagged_beside_its_OrderPaid()
    {
        var shop = new Shop(due: 5000);
        shop.Pays(Deposit, 2000);
        shop.AcceptsPart(Deposit);
        shop.Asks(Deposit);
        shop.Pays(Rest, 3000);
        shop.AcceptsPart(Rest);
        Given.Is<OrderPaid>(shop.Asks(Rest));
        shop.Asks(Deposit, 2000, TransactionStatus.Refunded);
        Assert.Contains("it has 3000 XOF now", Given.Is<OrderPaymentFlagged>(shop.Asks(Rest)).Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void A_part_whose_amount_changes_is_flagged_and_counts_no_longer()
    {
        var shop = new Shop(due: 5000);
        shop.Pays(Deposit, 2000);
        shop.AcceptsPart(Deposit);
        shop.Asks(Deposit);
        Assert.Equal(FlagReason.AmountMismatch, Given.Is<OrderPaymentFlagged>(shop.Asks(Deposit, 200)).Reason);
        Assert.Null(shop.Order.Parts);
        Assert.Null(shop.Payment(Deposit).PartOf);
    }

    [Fact]
    public void A_stated_amount_and_fees_on_top_count_in_parts_too()
    {
        var shop = new Shop(due: 5000);
        shop.Asks(Deposit, Given.Unreadable("4999.5"));
        Assert.Contains("--part --amount XOF --due 5000", shop.Refusal(Deposit), StringComparison.Ordinal);
        shop.AcceptsPart(Deposit, amount: 2000);
        Assert.Null(shop.Asks(Deposit, Given.Unreadable("4999.5")));
        shop.Asks(Rest, Given.FeesOnTop(3057, 57));
        shop.AcceptsPart(Rest);
        var paid = Given.Is<OrderPaid>(shop.Asks(Rest, Given.FeesOnTop(3057, 57)));
        Assert.Equal((3057, 5000L), (paid.Amount, paid.PaidForOrder));
    }

    [Fact]
    public void A_part_needs_an_order_that_is_due_something()
    {
        Assert.Contains("Nobody announced", PaymentActs.ReviewProblem(Unannounced(), FlagVerdict.Accepted, Given.Order(), part: true), StringComparison.Ordinal);
        Assert.Contains("names no order", PaymentActs.ReviewProblem(Unannounced(), FlagVerdict.Accepted, null, part: true), StringComparison.Ordinal);
        Assert.Contains("withdrew", PaymentActs.ReviewProblem(Unannounced(), FlagVerdict.Accepted, Given.Order() with { Withdrawn = true }, part: true), StringComparison.Ordinal);
        Assert.Contains("refunded since", PaymentActs.ReviewProblem(Unannounced(), FlagVerdict.Accepted, Given.Order(due: 9000, paidBy: "txn_9") with { Refunded = true }, part: true), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_refusal_says_what_is_possible_for_this_payment()
    {
        var shop = new Shop(due: 5000);
        shop.Pays(Deposit, 2000);
        Assert.Contains("kkia flag accept default/txn_1 --due 5000 --reason WHY", shop.Refusal(Deposit, amount: 3000), StringComparison.Ordinal);
        Assert.Contains("kkia flag accept default/txn_1 --part --due 5000 --reason WHY", shop.Refusal(Deposit, amount: 3000), StringComparison.Ordinal);
        Assert.Contains("kkia flag reject default/txn_1 --reason WHY", shop.Refusal(Deposit, amount: 3000), StringComparison.Ordinal);
        shop.AcceptsPart(Deposit);
        shop.Asks(Deposit);
        var again = shop.Refusal(Deposit, part: true);
        Assert.Contains("is a part of order order-1 already", again, StringComparison.Ordinal);
        Assert.Contains("kkia flag accept default/txn_1 --due 5000", again, StringComparison.Ordinal);
        Assert.DoesNotContain("kkia flag reject", again, StringComparison.Ordinal);
    }

    private static Payment Unannounced()
    {
        var strict = new OrderPolicy { Unannounced = OrderRule.Flag };
        var payment = Given.Payment(Given.Claim());
        var answer = Given.Answer(TransactionStatus.Complete);
        return payment.Evolve(answer).Evolve(Given.Is<OrderPaymentFlagged>(PaymentDecision.Decide(payment, Given.Order(), answer, strict)));
    }

    /// <summary>One order, its payments, and what people do about them.</summary>
    private sealed class Shop
    {
        private readonly Dictionary<string, Payment> _payments = [];
        private readonly Dictionary<string, VerificationAnswered> _answers = [];
        private DateTimeOffset _now = Given.Noon;

        public Shop(long? due)
        {
            Order = Given.Order();
            if (due is { } amount)
                Announces(amount);
        }

        public Order Order { get; private set; }

        public List<OrderPaid> Paid { get; } = [];

        public Payment Payment(string transaction) =>
            _payments.GetValueOrDefault(transaction) ?? Given.PaymentOf(new("default", transaction)).Evolve(Given.Claim(null));

        public Shop After(TimeSpan time)
        {
            _now += time;
            return this;
        }

        public void Announces(long due) => Order = Order.After(new OrderAnnounced("order-1", due, null, _now));

        public OrderPaymentFlagged? Pays(string transaction, long amount) => Given.Is<OrderPaymentFlagged>(Asks(transaction, amount));

        public OrderEvent? Asks(string transaction, long? amount = null, TransactionStatus status = TransactionStatus.Complete) =>
            Asks(transaction, amount is null && _answers.TryGetValue(transaction, out var before) ? before : Given.Answer(status, amount));

        public OrderEvent? Asks(string transaction, VerificationAnswered answered)
        {
            var answer = _answers[transaction] = answered with { AnsweredAt = _now };
            var before = Payment(transaction);
            var outcome = PaymentDecision.Decide(before, Order, answer, Given.Lenient);
            var payment = before.Evolve(answer);
            if (outcome is not null)
            {
                payment = payment.Evolve(outcome);
                Order = Order.After(outcome);
            }
            else if (PaymentDecision.Part(payment, Order, answer, Given.Lenient) is { } part)
            {
                payment = payment.Evolve(part);
                Order = Order.With(transaction, part);
            }

            if (outcome is OrderPaid paid)
                Paid.Add(paid);
            _payments[transaction] = payment;
            return outcome;
        }

        public void Accepts(string transaction)
        {
            Assert.Null(PaymentActs.ReviewProblem(Payment(transaction), FlagVerdict.Accepted, Order));
            _payments[transaction] = Payment(transaction).Evolve(PaymentActs.Review(Payment(transaction), FlagVerdict.Accepted, "ama", "agreed", _now, Order));
        }

        public void AcceptsPart(string transaction, long? amount = null)
        {
            Assert.Null(PaymentActs.ReviewProblem(Payment(transaction), FlagVerdict.Accepted, Order, amount, part: true));
            _payments[transaction] = Payment(transaction).Evolve(PaymentActs.PartAcceptance(Payment(transaction), "ama", "a deposit", _now, Order, amount));
        }

        public string Refusal(string transaction, long? amount = null, bool part = false)
        {
            var problem = PaymentActs.ReviewProblem(Payment(transaction), FlagVerdict.Accepted, Order, amount, part);
            Assert.NotNull(problem);
            return problem;
        }

        public void Refunds(string transaction)
        {
            Assert.Null(PaymentActs.RefundProblem(Payment(transaction)));
            foreach (var act in PaymentActs.WithWhatFollows(Payment(transaction), Order, new RefundRequested("ama", "goods returned", _now)))
                _payments[transaction] = Payment(transaction).Evolve(act);
            Order = Order.ReleasedFrom(transaction);
        }
    }
}
