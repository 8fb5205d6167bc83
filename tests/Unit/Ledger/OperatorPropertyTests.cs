using CsCheck;
using KkiaEvents.Contracts;
using KkiaEvents.Kkiapay;
using KkiaEvents.Ledger.Orders;
using KkiaEvents.Ledger.Payments;

namespace KkiaEvents.Tests.Unit.Ledger;

/// <summary>Two transactions, two orders, and everybody who has a say: KKiaPay, webhooks, the shop, operators, in any order.</summary>
public class OperatorPropertyTests
{
    private static readonly OrderPolicy Strict = new() { Unannounced = OrderRule.Flag, WithoutReference = OrderRule.Flag };

    private static readonly Guid One = new(1, 0, 0, new byte[8]);

    private static readonly Guid Two = new(2, 0, 0, new byte[8]);

    private static readonly Gen<string> Order = Gen.OneOf("order-1", "order-2");

    private static readonly Gen<Step> Steps = Gen.Select(Gen.Int[0, 1], Gen.Frequency(
        (5, Gen.Select(Gen.Frequency((4, Gen.Const(TransactionStatus.Complete)), (4, Gen.Enum<TransactionStatus>())), Gen.OneOf(100L, 4900L, 5000L), Gen.OneOf<string?>(null, "order-1", "order-2"))
            .Select((status, amount, order) => (Func<Payment, DateTimeOffset, object>)((_, at) => Given.Answer(status, amount, order, at: at)))),
        // Money with fees that the customer paid on top, and money whose amount nobody can read.
        (2, Gen.Select(Gen.OneOf(100L, 5000L, 4900L), Gen.OneOf<string?>(null, "order-1", "order-2")).Select((price, order) => (Func<Payment, DateTimeOffset, object>)((_, at) => Given.FeesOnTop(price + 19, 19, order, at)))),
        (1, Gen.OneOf<string?>(null, "order-1", "order-2").Select(order => (Func<Payment, DateTimeOffset, object>)((_, at) => Given.Unreadable("4999.5", order, at)))),
        (2, Gen.Select(Gen.OneOf<long?>(null, 100, 5000), Gen.OneOf<string?>(null, "order-1", "order-2"), Gen.Int[0, 9])
            .Select((amount, order, digest) => (Func<Payment, DateTimeOffset, object>)((_, at) => Given.Claim(amount, order, digest: $"d{digest}") with { ReceivedAt = at }))),
        (2, Gen.Select(Order, Gen.OneOf(100L, 5000L), Gen.Int[0, 5]).Select((order, due, withdrawn) =>
            (Func<Payment, DateTimeOffset, object>)((_, _) => new ExpectPayment { OrderId = order, Amount = due, Withdrawn = withdrawn == 0 }))),
        (1, Order.Select(order => (Func<Payment, DateTimeOffset, object>)((_, at) => new OrderReleased(order, "ama", "the wrong one", at)))),
        (1, Order.Select(order => (Func<Payment, DateTimeOffset, object>)((_, at) => new PaymentAnnounced(order, at)))),
        (3, Gen.Select(Gen.Enum<FlagVerdict>(), Gen.OneOf<long?>(null, null, 100, 5000)).Select((verdict, amount) => (Func<Payment, DateTimeOffset, object>)((_, _) => new ReviewWish(verdict, verdict == FlagVerdict.Accepted ? amount : null)))),
        (3, Gen.OneOf<long?>(null, null, 4900).Select(amount => (Func<Payment, DateTimeOffset, object>)((_, _) => new ReviewWish(FlagVerdict.Accepted, amount, Part: true)))),
        (1, Gen.Const((Func<Payment, DateTimeOffset, object>)((_, at) => new RefundRequested("ama", "returned", at)))),
        // With an id and, as before sendings had one, without.
        (2, Gen.OneOf<Guid?>(null, One, Two).Select(sending => (Func<Payment, DateTimeOffset, object>)((_, at) => new RefundSent(at, sending)))),
        (1, Gen.Select(Gen.Enum<RefundAnswer>(), Gen.OneOf<Guid?>(null, One, Two)).Select((answer, sending) => (Func<Payment, DateTimeOffset, object>)((_, at) => new RefundAnswered(answer, "as KKiaPay put it", at, sending)))),
        (1, Gen.Bool.Select(done => (Func<Payment, DateTimeOffset, object>)((payment, at) => PaymentActs.RefundSettlement(payment, done, "ama", "the dashboard says so", at))))))
        .Select((transaction, make) => new Step(transaction, make));

    private static readonly Gen<(Step[] Steps, OrderPolicy Policy)> Histories = Gen.Select(Steps.Array[1, 40], Gen.OneOf(Strict, Given.Lenient));

    private static readonly Gen<World> Worlds = Histories.Select(h => World.Of(h.Steps, h.Policy));

    // KKiaPay names the same order each time, or none: the shop's data is given to it once.
    private static readonly Gen<(World World, OrderPolicy Policy)> Ruled = Histories.Select(h => (World.Of(h.Steps, h.Policy, steady: true), h.Policy));

    [Fact]
    public void Each_transaction_is_paid_at_most_once() => Worlds.Sample(world =>
    {
        var paid = world.Outcomes.OfType<OrderPaid>().ToList();
        Assert.Equal(paid.Count, paid.Select(p => p.TransactionId).Distinct().Count());
    }, iter: 20_000);

    [Fact]
    public void An_orders_due_is_paid_at_most_once_and_again_only_after_that_money_was_given_back() => Worlds.Sample(world =>
    {
        var payers = new Dictionary<string, string>();
        foreach (var outcome in world.Outcomes)
        {
            // What was paid before anybody said what is due counts where the first due that is said is that amount; another one takes the order away.
            if (outcome is OrderPaid { OrderId: { } order } paid && (paid.DueAmount ?? world.FirstDueOf(order, paid.DecidedAt)) is { } due && (due == paid.Amount || due == paid.PaidForOrder) && !world.Released.Contains((order, paid.TransactionId)))
                Assert.True(payers.TryAdd(order, paid.TransactionId), $"{order} was paid by {payers[order]} and by {paid.TransactionId}");
            if (outcome is OrderRefunded refunded)
            {
                foreach (var (paidFor, _) in payers.Where(p => p.Value == refunded.TransactionId).ToList())
                    payers.Remove(paidFor);
            }
        }
    }, iter: 20_000);

    [Fact]
    public void An_order_is_handed_over_once_however_many_parts_a_person_accepts() => Worlds.Sample(world =>
    {
        // A part is no OrderPaid; and the parts of an order, with what its holder paid, are never more than it was due when they were accepted.
        foreach (var (before, answer, part, order) in world.Parts)
        {
            Assert.NotNull(before.Part);
            Assert.Equal((before.Part.OrderId, before.Part.Amount), (part.OrderId, answer.Answer.Amount));
            Assert.True(order.Due is not { } due || order.Received(before.TransactionId) + part.Amount <= due);
            Assert.True(order.PaidBy is not null || order.Due is not null);
            Assert.False(before.AwaitsRefund);
        }
    }, iter: 20_000);

    [Fact]
    public void What_a_payment_and_its_order_say_of_parts_is_the_same() => Worlds.Sample(world =>
    {
        foreach (var payment in world.Payments)
        {
            foreach (var order in world.Orders)
                Assert.Equal(payment.PartOf == order.OrderId, order.IsPart(payment.TransactionId));
            Assert.True(payment.PartOf is null || (payment.Outcome == PaymentOutcome.Flagged && !payment.AwaitsRefund), payment.ToString());
        }
    }, iter: 20_000);

    [Fact]
    public void Fees_are_taken_off_only_where_the_customer_paid_them_on_top() => Worlds.Sample(world =>
    {
        foreach (var (before, answer, outcome) in world.Decisions)
        {
            if (outcome is OrderPaid { PaidForOrder: { } forOrder } paid && world.ReceivedBefore(before.TransactionId, answer.AnsweredAt) is var parts)
                Assert.Contains(forOrder - parts, new long?[] { paid.Amount, answer.Answer.AmountBeforeFees });
        }
    }, iter: 20_000);

    [Fact]
    public void A_payment_comes_to_hold_an_order_only_while_no_other_holds_it() => Worlds.Sample(world =>
        Assert.All(world.Taken, taken => Assert.True(taken.HeldBy is null || taken.HeldBy == taken.By)), iter: 20_000);

    [Fact]
    public void OrderPaid_says_what_the_order_was_due_at_that_moment() => Worlds.Sample(world =>
    {
        foreach (var paid in world.Outcomes.OfType<OrderPaid>())
            Assert.Equal(paid.OrderId is { } order ? world.DueOf(order, paid.DecidedAt) : null, paid.DueAmount);
    }, iter: 20_000);

    [Fact]
    public void A_customer_who_paid_gets_the_order_by_what_a_person_can_do_or_the_money_back_where_another_paid_its_due() => Ruled.Sample(ruled =>
    {
        for (var transaction = 0; transaction < 2; transaction++)
            Assert.True(ruled.World.IsServed(transaction) || ruled.World.Serve(transaction, ruled.Policy), $"txn_{transaction} paid, and nobody can do anything about it:\n{ruled.World}");
    }, iter: 20_000);

    [Fact]
    public void Every_OrderPaid_follows_from_an_answer_that_says_complete_and_that_amount() => Worlds.Sample(world =>
    {
        foreach (var (before, answer, outcome) in world.Decisions)
        {
            if (outcome is OrderPaid paid)
            {
                // The amount is KKiaPay's, or a person's where KKiaPay says none that can be read; and then the event says so.
                var amount = answer.Answer.Amount is > 0 and var said ? said : before.Review?.StatedAmount ?? before.Part?.StatedAmount;
                Assert.Equal((TransactionStatus.Complete, (long?)paid.Amount, answer.Answer.Amount is not > 0), (answer.Status, amount, paid.AmountStated == true));
                Assert.False(before.AwaitsRefund);
            }
        }
    }, iter: 20_000);

    [Fact]
    public void Money_that_is_not_what_was_due_pays_an_order_only_where_a_person_accepted_that_amount() => Worlds.Sample(world =>
    {
        foreach (var (before, _, outcome) in world.Decisions)
        {
            if (outcome is OrderPaid { OrderId: { } orderId } paid && world.DueOf(orderId, paid.DecidedAt) is { } due && due != paid.Amount && due != paid.PaidForOrder)
            {
                Assert.Equal(FlagVerdict.Accepted, before.Review?.Verdict);
                Assert.Contains(FlagReason.AmountMismatch, before.Review!.Flags);
                Assert.Equal((paid.Amount, orderId, due), (before.Review.StatedAmount ?? before.Review.Amount, before.Review.OrderId, before.Review.Due));
            }

            // With others' money beside it, it is the due only where a person accepted each as a part.
            if (outcome is OrderPaid { OrderId: { } of, PaidForOrder: { } all } whole && world.DueOf(of, whole.DecidedAt) == all && all > whole.Amount)
                Assert.True(before.Part?.OrderId == of || before.Review is { Verdict: FlagVerdict.Accepted });
        }
    }, iter: 20_000);

    [Fact]
    public void What_a_person_rejected_stays_unpaid_while_KKiaPay_says_the_same() => Worlds.Sample(world =>
    {
        foreach (var (before, answer, outcome) in world.Decisions)
        {
            if (before is { Outcome: PaymentOutcome.Rejected, Review: { } review } && review.Status == answer.Status && review.Amount == answer.Answer.Amount && answer.Status != TransactionStatus.Refunded)
                Assert.True(outcome is null or OrderPaymentFlagged { Reason: FlagReason.RefundUnconfirmed });
        }
    }, iter: 20_000);

    [Fact]
    public void A_refund_is_sent_once_unless_KKiaPay_did_not_take_it_or_refused_it_and_a_person_asked_again() => Worlds.Sample(world =>
    {
        foreach (var stream in world.Streams)
        {
            var mayBeSent = false;
            Guid? sending = null;
            foreach (var e in stream)
            {
                // An answer that belongs to another sending sends nothing again.
                if (e is RefundRequested or RefundAnswered { Answer: RefundAnswer.NotTaken, By: null } && (e as RefundAnswered)?.SendingId is var of && (of is null || sending is null || of == sending))
                    mayBeSent = true;
                if (e is RefundSent sent)
                {
                    Assert.True(mayBeSent);
                    (mayBeSent, sending) = (false, sent.SendingId);
                }
            }
        }
    }, iter: 20_000);

    [Fact]
    public void Each_refund_that_KKiaPay_refuses_is_followed_until_a_person_is_told_or_it_was_given_back() => Worlds.Sample(world =>
    {
        foreach (var (before, answer, outcome) in world.Decisions.Where(d => d.Before.RefundRefusal is not null && d.Before.Outcome != PaymentOutcome.Refunded))
        {
            var after = outcome is null ? before.Evolve(answer) : before.Evolve(answer).Evolve(outcome);
            Assert.True(after.RefundRefusal is null ? after.Flags.Contains(FlagReason.RefundUnconfirmed) : PaymentDecision.IsOpenAfter(after, answer) || after.Outcome == PaymentOutcome.Refunded);
            if (answer.Status == TransactionStatus.Complete)
                Assert.Equal(FlagReason.RefundUnconfirmed, Assert.IsType<OrderPaymentFlagged>(outcome).Reason);
        }
    }, iter: 20_000);

    [Fact]
    public void Money_in_is_money_in_the_books() => Worlds.Sample(world =>
    {
        var paid = world.Outcomes.OfType<OrderPaid>().ToDictionary(p => p.TransactionId);
        foreach (var order in world.Orders)
        {
            if (order.PaidBy is { } by)
                Assert.Equal(paid[by].Amount, order.PaidAmount);
        }

        foreach (var order in world.Orders.Where(o => o.PaidBy is not null))
            Assert.Equal(order.OrderId, world.Payments.Single(p => p.TransactionId == order.PaidBy).PaidOrderId);
    }, iter: 20_000);

    [Fact]
    public void What_is_not_settled_is_asked_about_again_or_waits_for_a_person() => Worlds.Sample(world =>
    {
        foreach (var (before, answer, outcome) in world.Decisions)
        {
            var after = outcome is null ? before.Evolve(answer) : before.Evolve(answer).Evolve(outcome);
            if (after.Outcome == PaymentOutcome.Open)
                Assert.True(PaymentDecision.IsOpenAfter(after, answer) || after.Flags.Count > 0);
        }
    }, iter: 20_000);

    private sealed record Step(int Transaction, Func<Payment, DateTimeOffset, object> Make);

    private sealed record ReviewWish(FlagVerdict Verdict, long? Amount = null, bool Part = false);

    /// <summary>The ledger without its store: what is refused is refused as there, what follows from an answer is decided as there.</summary>
    private sealed class World
    {
        private readonly Payment[] _payments = [Given.PaymentOf(new("default", "txn_0")), Given.PaymentOf(new("default", "txn_1"))];
        private readonly VerificationAnswered?[] _answers = [null, null];
        private readonly List<object>[] _streams = [[], []];
        private readonly Dictionary<string, Order> _orders = [];
        private readonly List<(string OrderId, long? Due, DateTimeOffset At)> _dues = [];
        private readonly Dictionary<(string TransactionId, DateTimeOffset At), long> _received = [];
        private bool _steady;
        private DateTimeOffset _now = Given.Noon;

        public IEnumerable<Payment> Payments => _payments;

        public IEnumerable<IReadOnlyList<object>> Streams => _streams;

        public IEnumerable<Order> Orders => _orders.Values;

        public List<(Payment Before, VerificationAnswered Answer, OrderEvent? Outcome)> Decisions { get; } = [];

        /// <summary>Each time that a payment became a part of its order: the two before it did.</summary>
        public List<(Payment Before, VerificationAnswered Answer, PartHeld Part, Order Order)> Parts { get; } = [];

        /// <summary>What the order of a payment had beside it when it was paid.</summary>
        public long ReceivedBefore(string transactionId, DateTimeOffset at) => _received[(transactionId, at)];

        /// <summary>Each time that a payment came to hold an order: which, and who held it until then.</summary>
        public List<(string OrderId, string By, string? HeldBy)> Taken { get; } = [];

        public IEnumerable<OrderEvent> Outcomes => Decisions.Select(d => d.Outcome).OfType<OrderEvent>();

        public static World Of(IReadOnlyList<Step> steps, OrderPolicy policy, bool steady = false)
        {
            var world = new World { _steady = steady };
            foreach (var step in steps)
                world.Take(step.Transaction, payment => step.Make(payment, world._now), policy);
            return world;
        }

        public long? FirstDueOf(string orderId, DateTimeOffset since) => _dues.FirstOrDefault(d => d.OrderId == orderId && d.At >= since && d.Due is not null).Due;

        /// <summary>Which orders a person took from which transactions.</summary>
        public HashSet<(string OrderId, string TransactionId)> Released { get; } = [];

        public long? DueOf(string orderId, DateTimeOffset at) => _dues.LastOrDefault(d => d.OrderId == orderId && d.At <= at).Due;

        /// <summary>True when KKiaPay does not say that the customer's money is here, when it is on its way back, or when the order has it.</summary>
        public bool IsServed(int transaction)
        {
            var payment = _payments[transaction];
            if (_answers[transaction] is not { Status: TransactionStatus.Complete } answer || payment.LastStatus != TransactionStatus.Complete || payment.AwaitsRefund || payment.Outcome == PaymentOutcome.Refunded)
                return true;
            if (payment.PartOf is { } whole && Find(whole).IsPart(payment.TransactionId))
                return true;
            return payment.Outcome == PaymentOutcome.Paid && ((payment.PaidOrderId ?? PaymentDecision.OrderOf(payment, answer)) is not { } order || Find(order).PaidBy == payment.TransactionId);
        }

        /// <summary>What a person does for a customer: release the order where it may be, accept what is flagged, else give the money back.</summary>
        public bool Serve(int transaction, OrderPolicy policy)
        {
            var answer = _answers[transaction]!;
            for (var tries = 0; tries < 8 && !IsServed(transaction); tries++)
            {
                foreach (var order in new[] { PaymentDecision.OrderOf(_payments[transaction], answer), _payments[transaction].OrderId }.OfType<string>())
                {
                    if (Find(order).PaidBy is { } by && by != _payments[transaction].TransactionId)
                        Take(transaction, _ => new OrderReleased(order, "ama", "the wrong one", _now), policy);
                }

                // Where KKiaPay's answer has no amount, the dashboard does.
                Take(transaction, payment => new ReviewWish(FlagVerdict.Accepted, payment.Outcome != PaymentOutcome.Paid && answer.Answer.Amount is not > 0 ? 4999 : null), policy);
                Take(transaction, _ => answer with { AnsweredAt = _now }, policy);
            }

            // Where KKiaPay itself says now one amount, now another, nobody can tell what was paid.
            var contradicted = _payments[transaction] is { Outcome: PaymentOutcome.Paid } paid && paid.Amount != answer.Answer.Amount;
            return IsServed(transaction) || contradicted
                || (new[] { PaymentDecision.OrderOf(_payments[transaction], answer), _payments[transaction].OrderId }.OfType<string>().Any(o => Find(o).PaidBy is not null && OrderRelease.ProblemOf(Find(o)) is not null)
                    && PaymentActs.RefundProblem(_payments[transaction]) is null);
        }

        private void Take(int transaction, Func<Payment, object> make, OrderPolicy policy)
        {
            _now = _now.AddSeconds(4);
            var payment = _payments[transaction];
            var fact = make(payment);
            switch (fact)
            {
                case ExpectPayment command:
                    Announce(command);
                    return;
                case OrderReleased released:
                    Release(released);
                    return;
                // Nobody asks about a payment that nobody named.
                case not (WebhookRecorded or PaymentAnnounced) when payment.FirstSeenAt == default:
                    return;
                case VerificationAnswered answer:
                    Decide(transaction, answer with { Answer = answer.Answer with { TransactionId = payment.TransactionId } }, policy);
                    return;
                case ReviewWish wish:
                    var seen = PaymentDecision.OrderOf(payment) is { } id ? Find(id) : null;
                    if (PaymentActs.ReviewProblem(payment, wish.Verdict, seen, wish.Amount, wish.Part) is null)
                        Add(transaction, wish.Part ? PaymentActs.PartAcceptance(payment, "ama", "a deposit", _now, seen!, wish.Amount) : PaymentActs.Review(payment, wish.Verdict, "ama", "looked at it", _now, seen, wish.Amount));
                    return;
                case RefundRequested asked when PaymentActs.RefundProblem(payment) is null && payment.PartOf is { } of:
                    foreach (var e in PaymentActs.WithWhatFollows(payment, Find(of), asked))
                        Add(transaction, e);
                    _orders[of] = Find(of).ReleasedFrom(payment.TransactionId);
                    return;
                case WebhookRecorded claim when payment.Knows(claim):
                case PaymentAnnounced when payment.AnnouncedOrderId is not null:
                case RefundRequested when PaymentActs.RefundProblem(payment) is not null:
                case RefundSent when payment.Refund != RefundState.Requested:
                case RefundAnswered { By: not null } when PaymentActs.RefundSettlementProblem(payment, _now.AddDays(1)) is not null:
                case RefundAnswered when payment.Refund is not (RefundState.Sent or RefundState.Accepted):
                    return;
            }

            Add(transaction, fact);
        }

        private void Announce(ExpectPayment command)
        {
            var order = Find(command.OrderId);
            if (order.Says(command) || OrderAnnouncements.RefusalOf(order, command, _now) is not null)
                return;
            _orders[order.OrderId] = command.Withdrawn
                ? order.After(new OrderWithdrawn(order.OrderId, _now, null, _now))
                : order.After(new OrderAnnounced(order.OrderId, command.Amount, null, _now, null, _now));
            _dues.Add((order.OrderId, _orders[order.OrderId].Due, _now));
        }

        private void Release(OrderReleased released)
        {
            var order = Find(released.OrderId);
            if (OrderRelease.ProblemOf(order) is not null)
                return;
            Add(Array.FindIndex(_payments, p => p.TransactionId == order.PaidBy), released);
            Released.Add((order.OrderId, order.PaidBy!));
            _orders[order.OrderId] = order.Freed();
        }

        private void Decide(int transaction, VerificationAnswered answer, OrderPolicy policy)
        {
            var before = _payments[transaction];
            if (_steady && _answers[transaction] is { } first)
                answer = answer with { OrderId = first.OrderId };
            _answers[transaction] = answer;
            var order = PaymentDecision.OrderOf(before, answer) is { } orderId ? Find(orderId) : null;
            var outcome = PaymentDecision.Decide(before, order, answer, policy);
            Decisions.Add((before, answer, outcome));
            Add(transaction, answer);
            if (outcome is OrderPaid)
                _received[(before.TransactionId, answer.AnsweredAt)] = order?.Received(before.TransactionId) ?? 0;
            if (outcome is not null)
            {
                Add(transaction, outcome);
                if (order is not null)
                    _orders[order.OrderId] = order.After(outcome);
                if (outcome is OrderPaid { OrderId: { } paid })
                    Taken.Add((paid, before.TransactionId, order!.PaidBy));
            }
            else if (order is not null && PaymentDecision.Holds(_payments[transaction], order, answer))
            {
                Taken.Add((order.OrderId, before.TransactionId, order.PaidBy));
                Add(transaction, new OrderHeld(order.OrderId, _payments[transaction].Amount, answer.AnsweredAt, answer.Answer.AmountBeforeFees));
                _orders[order.OrderId] = order.PaidBefore(before.TransactionId, _payments[transaction].Amount, answer.Answer.AmountBeforeFees);
            }
            else if (order is not null && PaymentDecision.Part(_payments[transaction], order, answer, policy) is { } part)
            {
                Parts.Add((before, answer, part, order));
                Add(transaction, part);
                _orders[order.OrderId] = order.With(before.TransactionId, part);
            }
        }

        public override string ToString() => string.Join('\n', _streams.SelectMany((s, n) => s.Select(e => $"txn_{n} {e}")).Concat(_orders.Values.Select(o => o.ToString())));

        private Order Find(string orderId) => _orders.TryGetValue(orderId, out var order) ? order : KkiaEvents.Ledger.Orders.Order.New("default", orderId);

        private void Add(int transaction, object e)
        {
            _streams[transaction].Add(e);
            _payments[transaction] = _payments[transaction].Evolve(e);
        }
    }
}
